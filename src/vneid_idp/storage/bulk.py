"""Many rows at once: PostgreSQL's COPY, SQLite's executemany."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam

from vneid_idp.storage.postgresql import PostgresqlUnit
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Unit


async def load(unit: Unit, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write `rows`, each a tuple in the order of `columns`, the keys that they have in `table`. A row that is there
    already raises `AlreadyThere`."""
    if not rows:
        return
    if isinstance(unit, PostgresqlUnit):
        await unit.copy(table.name, [table.c[key].name for key in columns], rows)
        return
    statement = Statement(insert(table).values({name: bindparam(name) for name in columns}))
    await unit.execute_many(statement, [dict(zip(columns, row, strict=True)) for row in rows])
