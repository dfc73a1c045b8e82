"""Owns what proves a person, and how long it holds: chosen secrets, codes that are typed, passkeys, what was shown at a
sign-in, and the browser session that it opened.

Follows RFC 8176 (authentication methods) and W3C Web Authentication Level 3 (passkeys).
"""
