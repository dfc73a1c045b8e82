"""CAMARA's APIs of phone numbers (GSMA Open Gateway): each a thin face over what stands here anyway.

Paths, scopes, bodies and codes are those of the published OpenAPI files, a file an API; who asks is a client of the
profile `camara`, by the token of a person who agreed to the scope. Routes: `/kyc-match/v0.4/match`,
`/kyc-age-verification/v0.2/verify`, `/kyc-tenure/v0.2/check-tenure`,
`/number-verification/v2/…`, `/sim-swap/v2/…`,
`/sim-swap-subscriptions/v0.3/…`.
"""
