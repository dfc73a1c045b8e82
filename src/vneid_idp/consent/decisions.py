"""Decisions as they are stored: a JSON object from claim or permission to a short array.

New elements go last and have defaults; a stored consent outlives many versions of this program. Elements that a later
version added are passed over, since two versions may run side by side for a while.
"""

from dataclasses import fields

import orjson

from vneid_idp.protocol.claims import Decision, Decisions

_KNOWN = len(fields(Decision))


def dump(decisions: Decisions) -> str:
    """The text that is stored."""
    stored = {n: [d.purpose, d.version, d.given, d.instead, d.at] for n, d in decisions.items()}
    return orjson.dumps(stored).decode()


def load(text: str) -> Decisions:
    """The decisions that `dump` wrote."""
    return {name: Decision(*values[:_KNOWN]) for name, values in orjson.loads(text).items()}
