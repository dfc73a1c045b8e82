"""Grants: what a redeemed code opened, and the parent of every token (RFC 6749 §1.5).

A token is live only while its grant and all above it are: consent, account, session, client, and the grant that it was
derived from. That is one condition (`liveness.py`), and every statement that acts on a token has it. Routes: none.
"""
