"""Core: the rules of OAuth 2 and OpenID Connect as pure functions. No I/O, no clock, no randomness, no framework."""
