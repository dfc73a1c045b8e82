"""Bindings: which account of a relying party belongs to which person, for how long, and what it may therefore do.

One engine for everything that can be bound; social accounts are the first kind. The relying party's own identifier is
kept only as a keyed digest, and nothing here knows a name, a number or a birth date: an age comes in as a value.
Decree 147/2024/NĐ-CP Articles 23.3 and 27.3.
"""
