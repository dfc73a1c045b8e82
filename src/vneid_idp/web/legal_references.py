"""The legal references of the policy, as pages say them in each language."""

from vneid_idp.web.i18n import mark

LEGAL_REFERENCES = (
    mark("Civil Code 91/2015/QH13, Articles 20 and 49"),
    mark("Decree 147/2024/NĐ-CP, Article 23.3.đ"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: commercial livestream needs the personal ID number"),
    mark("Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: unverified accounts may not create or share content"),
    mark("Decree 69/2024/NĐ-CP, Article 10"),
    mark("Decree 69/2024/NĐ-CP, Article 7"),
    mark("Decree 69/2024/NĐ-CP, Articles 10 and 13"),
    mark("Law 91/2025/QH15, Article 24"),
    mark("Law 91/2025/QH15, Article 24; Law on Children 102/2016/QH13, Article 1"),
    mark("None: the provider's own default"),
)
"""Those of the policy that a new provider starts with. What an operator writes stands as it was written."""
