"""What an authorization request must pass: one small file a check, and one table that says which run where, in order.

`table.py` is the place to read. A check takes the `RequestDraft`, refuses by raising an `OAuthError`, and writes
down what it read. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2, RFC 9126, RFC 9101.
"""
