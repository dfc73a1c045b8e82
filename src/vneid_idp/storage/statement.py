"""Statements: written in SQLAlchemy Core, compiled once for each database, run by the driver.

Columns hold only what both drivers speak natively (text, 64-bit integers, booleans, bytes), so no value needs a
processor on its way in or out. Compiling ahead takes SQLAlchemy's share of a hot statement to nothing. What only
SQLAlchemy's engine would do at run time is refused when the statement is compiled, since nobody would do it here.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, literal_column
from sqlalchemy.dialects.postgresql import insert as insert  # its ON CONFLICT also compiles for SQLite
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

POSTGRESQL: Dialect = postgresql_dialect()  # type: ignore[no-untyped-call]
SQLITE: Dialect = sqlite_dialect(paramstyle="qmark")
# Until the transaction ends, which is that of the statement (PostgreSQL, "Asynchronous Commit"): so neither BEGIN nor
# SET is sent for it.
_ANSWERED_AT_ONCE: ColumnElement[str] = literal_column("set_config('synchronous_commit', 'off', true)")


class BadStatement(Exception):
    """A statement that cannot run as it is written, or not with these arguments: a mistake of the program."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text of one database and how its positional arguments are named."""

    sql: str
    names: tuple[str, ...]
    defaults: dict[str, Any]
    parameters: frozenset[str]
    """What a caller may give; the literals of the statement have names too, and are not among them."""
    required: int
    """How many of the parameters a caller must give."""

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Positional arguments out of `values`, which may hold nothing but the parameters.

        Raises `BadStatement` for a name that no parameter takes, and for a parameter that has no value.
        """
        defaults = self.defaults
        try:
            found = [values[name] if name in values else defaults[name] for name in self.names]
        except KeyError as error:
            raise BadStatement(f"no value for the parameter {error}") from None
        # Every required one was found: as many values as those are no others. Only optional ones need a closer look.
        if len(values) != self.required and (unknown := values.keys() - self.parameters):
            raise BadStatement(f"no parameter is called {', '.join(sorted(unknown))}")
        return found


def compile_for(dialect: Dialect, construct: Executable) -> Compiled:
    """Compile `construct` for `dialect`; raises `BadStatement` for what only SQLAlchemy's engine could run."""
    compiled = construct.compile(dialect=dialect)  # type: ignore[attr-defined]
    if expanding := sorted(bind.key for bind in compiled.post_compile_params):
        raise BadStatement(f"an IN list or a literal is written out at run time: {', '.join(expanding)}")
    if filled := sorted({str(column) for column in (*compiled.insert_prefetch, *compiled.update_prefetch)}):
        raise BadStatement(f"a default of the table in Python, which nobody fills in: {', '.join(filled)}")
    names: tuple[str, ...] = tuple(compiled.positiontup or ())
    unset = {name for name, bind in compiled.binds.items() if bind.required}
    defaults = {name: value for name, value in compiled.params.items() if name not in unset}
    parameters = frozenset(name for name in names if not compiled.binds[name].unique)
    return Compiled(str(compiled), names, defaults, parameters, len(parameters & unset))


class Statement:
    """A statement of the program: what to run on PostgreSQL and on SQLite.

    Parameters are `bindparam("name")`s. Declare it once, at module level: logs know it by the name it has there.

    PostgreSQL can change two tables in one statement; SQLite cannot. For that, `sqlite` is what SQLite runs in place of
    `construct`, and `sqlite_after` what it then runs for each row that came back, in the same transaction, with that
    row's columns among the values.
    """

    __slots__ = (
        "_construct",
        "_module",
        "_on_sqlite",
        "_postgresql",
        "_postgresql_at_once",
        "_sqlite",
        "_writes",
        "sqlite_after",
    )

    def __init__(
        self, construct: Executable, *, sqlite: Executable | None = None, sqlite_after: "Statement | None" = None
    ) -> None:
        self._construct = construct
        self._on_sqlite = sqlite
        self.sqlite_after = sqlite_after
        self._module = _module_being_run()
        self._postgresql: Compiled | None = None
        self._postgresql_at_once: Compiled | None = None
        self._sqlite: Compiled | None = None
        self._writes: frozenset[str] | None = None

    @property
    def writes(self) -> frozenset[str]:
        """The names of the tables that it changes, on whichever database."""
        if self._writes is None:
            own = {part.table for part in self._parts() if isinstance(part, UpdateBase)}
            after = frozenset() if self.sqlite_after is None else self.sqlite_after.writes
            self._writes = after | {table.name for table in own if isinstance(table, Table)}
        return self._writes

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables that it reads or changes, but for `sqlite_after`. Worked out each time."""
        return frozenset(part.name for part in self._parts() if isinstance(part, Table))

    def _parts(self) -> Iterator[object]:
        for construct in (self._construct, self._on_sqlite):
            if construct is not None:
                yield from visitors.iterate(construct)  # type: ignore[arg-type]

    def postgresql(self) -> Compiled:
        """What PostgreSQL runs."""
        if self._postgresql is None:
            self._postgresql = self._with_every_parameter(compile_for(POSTGRESQL, self._construct))
        return self._postgresql

    def postgresql_at_once(self) -> Compiled:
        """The same, answered before the log is on disk: for a statement that is a transaction of its own.

        Raises `BadStatement` unless it is an INSERT, UPDATE or DELETE.
        """
        if self._postgresql_at_once is None:
            if not isinstance(self._construct, UpdateBase):
                raise BadStatement("only what writes one table can be answered before it is on disk")
            at_once = self._construct.returning(_ANSWERED_AT_ONCE)
            self._postgresql_at_once = self._with_every_parameter(compile_for(POSTGRESQL, at_once))
        return self._postgresql_at_once

    def sqlite(self) -> Compiled:
        """What SQLite runs."""
        if self._sqlite is None:
            construct = self._construct if self._on_sqlite is None else self._on_sqlite
            self._sqlite = self._with_every_parameter(compile_for(SQLITE, construct))
        return self._sqlite

    def _with_every_parameter(self, compiled: Compiled) -> Compiled:
        """Callers give what both databases take together: where they run different statements, each leaves some out."""
        taken = compiled.parameters
        if self._on_sqlite is not None:
            taken |= compile_for(POSTGRESQL, self._construct).parameters
            taken |= compile_for(SQLITE, self._on_sqlite).parameters
        if self.sqlite_after is not None:
            taken |= self.sqlite_after.sqlite().parameters
        return replace(compiled, parameters=taken)

    @property
    def name(self) -> str:
        """Where a reader finds it: the module and the name there, such as `vneid_idp.audit.store._HISTORY`.

        Looked up when it is asked for, which is when something went wrong.
        """
        for name, value in list(vars(sys.modules.get(self._module, object)).items()):
            if value is self:
                return f"{self._module}.{name}"
            if isinstance(value, dict):
                for key, each in value.items():
                    if each is self:
                        return f"{self._module}.{name}[{key}]"
        return "a statement made at run time"


def _module_being_run() -> str:
    """The module whose top level is on its way, directly or through functions that it calls."""
    frame = sys._getframe(1)
    while frame.f_code.co_name != "<module>" and frame.f_back is not None:
        frame = frame.f_back
    return str(frame.f_globals["__name__"])
