"""The instants in what others sign, and how far their clocks may be from ours."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.protocol.errors import OAuthError

CLOCK_SKEW: Instant = 10 * SECOND
"""How far another clock may run ahead or behind: a client's, or that of another worker."""


def read_numeric_date(claims: Mapping[str, Any], name: str, of: str, refusal: type[OAuthError]) -> Instant | None:
    """A NumericDate (RFC 7519 §2) as an instant; `None` when it is absent. Raises `refusal`, which names `of`."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise refusal(f"{of} has an {name} that is not a number of seconds.")
    return int(value * SECOND)
