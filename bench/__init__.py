"""How fast the provider is, against node-oidc-provider on the same PostgreSQL, in one run (`make bench`)."""
