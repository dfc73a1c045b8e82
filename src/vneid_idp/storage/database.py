"""Open a database by its URL."""

from pathlib import Path

from sqlalchemy import make_url

from vneid_idp.kernel.clock import Clock
from vneid_idp.storage.postgresql import PostgresqlDatabase
from vneid_idp.storage.sqlite import SqliteDatabase
from vneid_idp.storage.unit import Database


def open_database(url: str, clock: Clock, *, connections: int = 10) -> Database:
    """A `Database` for `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; connects when it is first used.

    Raises `ValueError` for any other URL.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteDatabase(Path(parsed.database), clock)
    if parsed.get_backend_name() == "postgresql":
        return PostgresqlDatabase(
            parsed.set(drivername="postgresql").render_as_string(hide_password=False), clock, connections=connections
        )
    raise ValueError("the database URL must start with sqlite:/// or postgresql://")
