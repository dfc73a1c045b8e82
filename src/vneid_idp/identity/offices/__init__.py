"""Owns what makes somebody a colleague, and what colleagues do together: roles, what can be done with an account as it
stands, and locks that one asks for and another decides.
"""
