"""The numbers on sale, and what they cost. All begin with a prefix that is assigned to no operator, so that they can
ring at nobody's phone."""

from collections.abc import Container, Iterator
from itertools import islice

PREFIX = "+84958"
"""Ours, within the invented prefix +8495."""
NUMBERS = 1_000_000
ON_SHOW = 9
PLANS = {"prepaid": 90_000, "postpaid": 120_000}
"""Dong a month, by how the contract is paid."""
MOST_IN_APP = 3
"""How many numbers one person may register in an app: the fourth takes a contract at a point of the carrier's own
(Decree 163/2024/NĐ-CP Art. 18, Decree 174/2026/NĐ-CP Art. 34)."""

# Coprime to NUMBERS: a walk with this stride meets each number once.
_STRIDE, _FIRST = 61_803, 112_233


def on_show(sold: Container[str]) -> list[str]:
    """The numbers that the first page shows, in E.164."""
    return list(islice((number for number in _walk() if number not in sold), ON_SHOW))


def is_ours(number: str) -> bool:
    """Whether a text is a number that we sell."""
    rest = number.removeprefix(PREFIX)
    return number.startswith(PREFIX) and len(rest) == 6 and rest.isascii() and rest.isdigit()


def _walk() -> Iterator[str]:
    return (f"{PREFIX}{(_FIRST + nth * _STRIDE) % NUMBERS:06d}" for nth in range(NUMBERS))
