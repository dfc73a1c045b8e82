"""JSON that somebody else wrote.

It is read to a greater depth than it can be written to: what is nested deeper than anything that has a meaning here
would be taken, and fail where it is kept, or shown to somebody.
"""

from typing import Any

import orjson

DEEPEST = 32
"""Arrays and objects inside one another, several times as many as any member that is known here has."""


class BadJson(ValueError):
    """The text is no JSON that is taken; the message says why, as a predicate."""


def read_foreign_json(text: bytes | str) -> Any:
    """The value of a JSON text. Raises `BadJson`."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadJson("is not JSON") from None
    opened = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if opened > DEEPEST and _is_deeper(value, DEEPEST):  # nearly all have fewer, and need not be walked through
        raise BadJson(f"is nested deeper than {DEEPEST} arrays and objects")
    return value


def _is_deeper(value: Any, than: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return than == 0 or any(_is_deeper(part, than - 1) for part in parts)
