"""Keys: signing, decryption and sealing keys of the provider, and how they succeed one another.

Only this package holds private keys; everyone else gets a `KeyRing` that signs, seals and decrypts. Keys are stored
wrapped under a key derived from the master secret of the settings. RFC 7515, RFC 7516, RFC 7517; OpenID Connect Core
§10.1.1.
"""
