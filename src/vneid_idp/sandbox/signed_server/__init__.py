"""Servers of authorities to develop against, beside the sandbox: they believe signed requests only (RFC 9421), and sign
what they answer. What the register's (`country/server`) and the matcher's (`faces/server`) have in common.
"""
