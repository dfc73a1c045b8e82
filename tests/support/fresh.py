"""Databases as new, one after the other: for tests that lead many lives, each of which begins with nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager

Fresh = Callable[[], AbstractContextManager[str]]
"""The URL of a migrated database, for as long as a block lasts."""
