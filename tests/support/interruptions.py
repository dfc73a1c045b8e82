"""The database undoes something, once, as it does: a deadlock on PostgreSQL, SQLITE_BUSY on SQLite."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import aiosqlite
import asyncpg
import pytest


@dataclass
class Interruption:
    """Hits the first statement in which `text` stands; `met` says how often that was run."""

    text: str
    left: int = 1
    met: int = 0

    def hits(self, sql: str) -> bool:
        """Whether this statement is the one."""
        if self.text not in sql:
            return False
        self.met += 1
        self.left -= 1
        return self.left >= 0


def interrupt(patch: pytest.MonkeyPatch, text: str, times: int = 1) -> Interruption:
    """Have the next `times` statements with `text` interrupted, wherever they run."""
    what = Interruption(text, times)
    for name in ("fetch", "execute"):
        patch.setattr(asyncpg.Connection, name, _on_postgresql(what, getattr(asyncpg.Connection, name)))
    for name in ("execute_fetchall", "execute"):
        patch.setattr(aiosqlite.Connection, name, _on_sqlite(what, getattr(aiosqlite.Connection, name)))
    return what


def _on_postgresql(what: Interruption, call: Any) -> Any:
    async def called(self: asyncpg.Connection, sql: str, *arguments: Any, **more: Any) -> Any:
        if not what.hits(sql):
            return await call(self, sql, *arguments, **more)
        if self.is_in_transaction():
            # What came before, and this, stand until the unit is rolled back: where it is not, they would be kept.
            await call(self, sql, *arguments, **more)
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    return called


def _on_sqlite(what: Interruption, call: Any) -> Any:
    def called(self: aiosqlite.Connection, sql: str, *arguments: Any, **more: Any) -> Any:
        if what.hits(sql):
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorname = "SQLITE_BUSY"
            raise error
        return call(self, sql, *arguments, **more)

    return called
