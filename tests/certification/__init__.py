"""What certification checks of an OpenID Provider, a module an endpoint: FAPI 2.0 Security Profile and Message Signing.

Each row is a case in the words of the specification. The variants (client authentication by `private_key_jwt` and by
certificate, tokens bound by DPoP and by certificate, plain and with signed requests and answers) pass the same rows.

One provider serves all of them, on SQLite alone: what writes and locks is tried on both databases in `tests/flows`.
Behind a trusted proxy, since that is where certificates come from (RFC 9440). Its clock goes forward only.
"""
