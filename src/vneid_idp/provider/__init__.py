"""The protocol's doors: authorize, PAR, token, userinfo, introspect, revoke, discovery, JWKS, log-out, registration.

Hot doors are Starlette routes that read raw forms; rules stand in `protocol/`, state in `consent/` and `interaction/`.
"""
