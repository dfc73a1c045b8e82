"""Face: `admin/v1`, the JSON API with which the operator's own programs look after the provider.

Behind access tokens of clients that the operator registered with the scopes `admin:…`; a person's token never has one,
and a client that registers itself never gets one. Every change says who and why. Contract: `openapi/admin-v1.json`.
"""
