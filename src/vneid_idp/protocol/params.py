"""Parameters of a query or form, read once at the door."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from vneid_idp.protocol.errors import InvalidRequest

Params = dict[str, str]

# RFC 8707 §2, RFC 8693 §2.1; everything else at most once (RFC 6749 §3.1, §3.2).
_MAY_REPEAT = frozenset({"resource", "audience"})
_MOST = 64
LONGEST_REQUEST = 8192
"""In bytes, as it travels: no honest request comes near it, and what is kept of one is about as long."""


def parse_urlencoded(raw: bytes) -> list[tuple[str, str]]:
    """Name and value pairs of `application/x-www-form-urlencoded` bytes; raises `InvalidRequest` for anything else."""
    if len(raw) > LONGEST_REQUEST:
        raise InvalidRequest(f"The parameters are longer than {LONGEST_REQUEST} bytes.")
    try:
        return parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST
        )
    except ValueError as error:
        raise InvalidRequest("The parameters are not valid application/x-www-form-urlencoded UTF-8.") from error


def repeated(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The first parameter that stands twice and must not."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen and name not in _MAY_REPEAT:
            return name
        seen.add(name)
    return None


def read_params(pairs: list[tuple[str, str]]) -> Params:
    """The parameters as a mapping. One without a value counts as left out (RFC 6749 §3.1); the values of one that may
    be repeated are joined by spaces, which a URI has not.

    Raises `InvalidRequest` when a parameter is repeated: the parties would disagree which of the two holds.
    """
    if (name := repeated(pairs)) is not None:
        raise InvalidRequest(f"The parameter '{printable(name)}' is included more than once.")
    params: Params = {}
    for name, value in pairs:
        if value:
            params[name] = f"{params[name]} {value}" if name in params else value
    return params


def printable(name: str) -> str:
    """The name of a parameter as an error may repeat it."""
    return name if name.isascii() and name.isprintable() and len(name) < 40 else "a parameter"
