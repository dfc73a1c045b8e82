"""The population registry as a server over HTTP: its contract (`openapi/registry-v1.json`), and the client of it.

Requests and answers are signed (`signed_http`). Behind the ports of `identity`; routes: none.
A registry that cannot be asked is `RegistryUnavailable`: 503 at the doors that need it, while all others stay open.
"""
