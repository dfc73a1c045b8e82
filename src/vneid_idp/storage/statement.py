"""Statements: written in SQLAlchemy Core, compiled once for each database, run by the driver.

Columns hold only what both drivers speak natively (text, 64-bit integers, booleans, bytes), so no value needs a
processor on its way in or out. Compiling ahead takes SQLAlchemy's share of a hot statement to nothing.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import insert as insert  # its ON CONFLICT also compiles for SQLite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.engine import Dialect

POSTGRESQL: Dialect = postgresql_dialect()  # type: ignore[no-untyped-call]
SQLITE: Dialect = sqlite_dialect(paramstyle="qmark")


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text of one database and how its positional arguments are named."""

    sql: str
    names: tuple[str, ...]
    defaults: dict[str, Any]

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """Positional arguments; a name that is neither given nor a literal of the statement raises `KeyError`."""
        defaults = self.defaults
        return [values[name] if name in values else defaults[name] for name in self.names]


def compile_for(dialect: Dialect, construct: Executable) -> Compiled:
    """Compile `construct` for `dialect`."""
    compiled = construct.compile(dialect=dialect)  # type: ignore[attr-defined]
    names: tuple[str, ...] = tuple(compiled.positiontup or ())
    unset = {name for name, bind in compiled.binds.items() if bind.required}
    defaults = {name: value for name, value in compiled.params.items() if name not in unset}
    return Compiled(str(compiled), names, defaults)


class Statement:
    """A statement of the program: what to run on PostgreSQL and on SQLite.

    Parameters are `bindparam("name")`s. Declare it once, at module level.

    PostgreSQL can change two tables in one statement; SQLite cannot. For that, `sqlite` is what SQLite runs in place of
    `construct`, and `sqlite_after` what it then runs for each row that came back, in the same transaction, with that
    row's columns among the values.
    """

    __slots__ = ("_construct", "_on_sqlite", "_postgresql", "_sqlite", "sqlite_after")

    def __init__(
        self, construct: Executable, *, sqlite: Executable | None = None, sqlite_after: "Statement | None" = None
    ) -> None:
        self._construct = construct
        self._on_sqlite = construct if sqlite is None else sqlite
        self.sqlite_after = sqlite_after
        self._postgresql: Compiled | None = None
        self._sqlite: Compiled | None = None

    def postgresql(self) -> Compiled:
        """What PostgreSQL runs."""
        if self._postgresql is None:
            self._postgresql = compile_for(POSTGRESQL, self._construct)
        return self._postgresql

    def sqlite(self) -> Compiled:
        """What SQLite runs."""
        if self._sqlite is None:
            self._sqlite = compile_for(SQLITE, self._on_sqlite)
        return self._sqlite
