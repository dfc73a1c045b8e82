"""Frozen values that change little, and mostly not at all."""

from dataclasses import replace
from typing import Any, TypeVar

T = TypeVar("T")


def altered(value: T, **changes: Any) -> T:
    """The frozen dataclass `value` with `changes`; itself where they change nothing.

    For the hot path: `replace` reads and writes every field, however few differ.
    """
    for name, new in changes.items():
        if getattr(value, name) != new:
            return replace(value, **changes)  # type: ignore[type-var]
    return value
