"""Domain: relying parties. What they registered, their credentials and keys, and what the operator permits them.

Owns the tables `clients`, `client_families`, `client_domains`, `client_logos`, `client_addresses`, `client_key_fetches`
and `used_assertions`. Follows RFC 7591, 7592, 7523 and OpenID Connect Registration.
Does not know HTTP: documents of relying parties are fetched by a function that the faces hand in.
"""
