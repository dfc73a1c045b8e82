"""The protocol's doors: authorize, PAR, token, userinfo, introspect, revoke, discovery, JWKS, log-out, registration.

Doors read raw forms and write JSON by orjson; rules stand in `protocol/`, state in `consent/` and `interaction/`.
"""
