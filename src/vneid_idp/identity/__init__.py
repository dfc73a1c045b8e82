"""Owns people as the provider knows them: the population registry (ports; who stands behind them
is not its business), accounts of level 1 and 2, the factors that prove a person, and browser sessions.

Follows the Law on Identification 26/2023/QH15, Decree 70/2024/NĐ-CP (personal ID numbers), Decree 69/2024/NĐ-CP
(electronic identity accounts), OpenID Connect Core 1.0 §5.1 (standard claims), RFC 8176 (authentication methods) and
W3C Web Authentication Level 3 (passkeys). It deliberately knows no HTTP, no page and no relying party.
"""
