"""Rows of an older schema, written as text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine, make_url, text

ACCOUNT = {"level": 2, "level_verified_at": 1, "opened_at": 5, "profile": "x", "updated_at": 1}


def run(url: str, statement: str, rows: Sequence[dict[str, Any]] = ()) -> list[Any]:
    """Run a statement; the rows that it brings."""
    engine = create_engine(make_url(url).set(drivername="sqlite" if "sqlite" in url else "postgresql+psycopg"))
    with engine.begin() as connection:
        result = connection.execute(text(statement), list(rows) or None)
        found = [dict(row) for row in result.mappings()] if result.returns_rows else []
    engine.dispose()
    return found


def add(url: str, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows."""
    names = ", ".join(rows[0])
    run(url, f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in rows[0])})", rows)
