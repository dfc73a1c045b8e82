"""Bindings: what of a relying party belongs to which person, for how long, and what it may therefore do.

One engine (`engine`), a folder a kind (`social_accounts` is the first), a table of kinds (`kinds`), and the ledger of a
person over all of them (`service`). What is bound is kept only as a keyed digest, and nothing here knows a name, a
number or a birth date: an age comes in as a value, and what the law asks comes in as the policy.
"""
