"""Owns people as the provider knows them: accounts of level 1 and 2, their profiles under a key per person, and three
rooms: the population register (`register`), the factors that prove a person and sessions (`factors`), and who works at
an office (`offices`).

Follows the Law on Identification 26/2023/QH15, Decree 70/2024/NĐ-CP (personal ID numbers), Decree 69/2024/NĐ-CP
(electronic identity accounts) and OpenID Connect Core 1.0 §5.1 (standard claims). It deliberately knows no HTTP, no
page and no relying party.
"""
