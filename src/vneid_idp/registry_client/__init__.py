"""The population registry as a server over HTTP: its contract (`openapi/registry-v1.json`), and the client of it.

Requests and answers are signed (RFC 9421 HTTP Message Signatures, RFC 9530 Content-Digest); the signature of an answer
covers that of the request, so that it answers this question and no other. Behind the ports of `identity`; routes: none.
A registry that cannot be asked is `RegistryUnavailable`: 503 at the doors that need it, while all others stay open.
"""
