"""Owns what the provider has to do with the population register: the port behind which it stands, its records and
what is judged by them (cards, guardianship), how far its feed was followed, and what offices report to it.

Follows the Law on Identification 26/2023/QH15 and Decree 147/2024/NĐ-CP Art. 23.3.đ (guardians). It knows no account,
no factor and no role.
"""
