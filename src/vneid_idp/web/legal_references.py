"""The legal references of the policy, as pages say them in each language."""

from vneid_idp.web.i18n import mark

LEGAL_REFERENCES = (
    mark("Circular 08/2026/TT-BKHCN, Article 10.3 (text unconfirmed)"),
    mark("Circular 08/2026/TT-BKHCN, Article 10.4 (text unconfirmed)"),
    mark("Circular 08/2026/TT-BKHCN, Article 10.5 (text unconfirmed)"),
    mark("Circular 08/2026/TT-BKHCN, Article 10.6 (text unconfirmed)"),
    mark("Circular 08/2026/TT-BKHCN, Article 8"),
    mark("Circular 08/2026/TT-BKHCN, Article 8.3"),
    mark("Civil Code 91/2015/QH13, Articles 20 and 49"),
    mark("Decree 147/2024/NĐ-CP, Article 23.3.đ"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: commercial livestream needs the personal ID number"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: unverified accounts may not create or share content"),
    mark("Decree 163/2024/NĐ-CP, Article 18.2; Decree 174/2026/NĐ-CP, Article 34"),
    mark("Decree 163/2024/NĐ-CP, Articles 16 and 18; Decree 174/2026/NĐ-CP, Article 34.5.g and h"),
    mark("Decree 69/2024/NĐ-CP, Article 10"),
    mark("Decree 69/2024/NĐ-CP, Article 7"),
    mark("Decree 69/2024/NĐ-CP, Articles 10 and 13"),
    mark("Labour Code 45/2019/QH14, Article 111.3"),
    mark("Labour Code 45/2019/QH14, Article 112.1.a"),
    mark("Labour Code 45/2019/QH14, Article 112.1.b; Notice 9441/TB-BNV"),
    mark("Labour Code 45/2019/QH14, Article 112.1.b; Official Letter 10065/VPCP-KGVX"),
    mark("Labour Code 45/2019/QH14, Article 112.1.c"),
    mark("Labour Code 45/2019/QH14, Article 112.1.d"),
    mark("Labour Code 45/2019/QH14, Article 112.1.e"),
    mark("Labour Code 45/2019/QH14, Article 112.1.đ; Notice 9441/TB-BNV"),
    mark("Labour Code 45/2019/QH14, Article 112.1.đ; Official Letter 10065/VPCP-KGVX"),
    mark("Law 91/2025/QH15, Article 24"),
    mark("Law 91/2025/QH15, Article 24; Law on Children 102/2016/QH13, Article 1"),
    mark("None: the provider's own default"),
    mark("Resolution 28/2026/QH16, Article 2.1"),
)
"""Those of the policy that a new provider starts with. What an operator writes stands as it was written."""
