"""Resources: the HTTP APIs for relying parties that stand behind an access token. Now: `bindings/v1`.

Typed here and published as OpenAPI; refusals are RFC 9457 problem details, tokens come as RFC 6750 says. Routes:
`/bindings/v1/social-accounts`, `…/status`, `…/{binding_id}`.
"""
