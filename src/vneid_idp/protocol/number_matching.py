"""Number matching: two digits stand where a request began, and whoever answers it elsewhere picks them among three.

Whoever is made to answer what somebody else began does not see that number. Pure.
"""

from collections.abc import Callable

CHOICES = 3


def among_others(draw: Callable[[], str]) -> tuple[str, tuple[str, ...]]:
    """A number that `draw` gives, and three different ones among which it stands, in the order of their size: its place
    tells nothing."""
    found: dict[str, None] = {}
    while len(found) < CHOICES:
        found[draw()] = None
    return next(iter(found)), tuple(sorted(found))
