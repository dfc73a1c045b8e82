"""The names of grant types that extensions of OAuth 2 define."""

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
"""RFC 8693 §2.1."""
JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""RFC 7523 §2.1."""
