"""A small reproducible generator for make-believe data: SplitMix64 (Steele, Lea, Flood 2014).

The same seed and path give the same throws on every machine and Python version, and each household has dice of its
own, so that one of them can be made without all that stand before it. Never for secrets.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """Throws that depend on nothing but `seed` and `path`."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, *path: int | str) -> None:
        text = "/".join(map(str, (seed, *path)))
        self._state = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1. (The bias of the modulo is below 2^-40 for the bounds used here.)"""
        self._state = state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return (state ^ (state >> 31)) % bound

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in `percent` of a hundred throws."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, all equally likely."""
        return items[self.below(len(items))]


class Weighted(Generic[T]):
    """Items with whole-numbered weights."""

    __slots__ = ("_bounds", "_items")

    def __init__(self, weights: dict[T, int]) -> None:
        self._items = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))

    def pick(self, dice: Dice) -> T:
        """One of the items, as likely as its weight."""
        return self._items[bisect_right(self._bounds, dice.below(self._bounds[-1]))]
