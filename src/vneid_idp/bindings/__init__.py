"""Bindings: what of a relying party belongs to which person, for how long, and what it may therefore do.

One engine (`engine`), a folder a kind (`social_accounts`, `subscriber_numbers`), a table of kinds (`kinds`), and the
ledger of a person over all of them (`service`). What is bound is kept as a keyed digest, a phone number also under its
holder's own key; nothing here knows a name, an ID number or a birth date: an age comes in as a value, and what the law
asks comes in as the policy.
"""
