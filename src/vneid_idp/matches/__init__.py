"""Matches: the HTTP API by which a carrier holds what it has of a person against the population register.

`POST /matches/v1/four-fields`, and the keys by which its receipts are verified.
"""
