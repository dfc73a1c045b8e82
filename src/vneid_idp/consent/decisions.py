"""Decisions as they are stored: a JSON object from claim or permission to a short array.

New elements go last and have defaults; a stored consent outlives many versions of this program.
"""

import orjson

from vneid_idp.protocol.claims import Decision, Decisions


def dump(decisions: Decisions) -> str:
    """The text that is stored."""
    return orjson.dumps({n: [d.purpose, d.version, d.given, d.instead] for n, d in decisions.items()}).decode()


def load(text: str) -> Decisions:
    """The decisions that `dump` wrote."""
    return {name: Decision(*values) for name, values in orjson.loads(text).items()}
