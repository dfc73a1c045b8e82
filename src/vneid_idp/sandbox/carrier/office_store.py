"""What the office keeps, beside the shop in the same database: registers that it handed in, events that it received,
and how far its calendar was turned."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import date

from .details import Json
from .store import now

SCHEMA = """
create table if not exists handed_in (
    key text primary key, rows integer not null, seed integer not null, edition integer not null, junk text not null,
    state text not null, share real not null, upload_id text, told text, started_at integer not null);
create table if not exists events (
    jti text primary key, claims text not null, received_at integer not null);
create index if not exists events_by_time on events (received_at);
create table if not exists calendar (one integer primary key check (one = 1), day text not null, busy integer not null,
    given integer not null);
"""
MAKING, SENDING, READING, COMPLETE, FAILED, INTERRUPTED = (
    "making",
    "sending",
    "reading",
    "complete",
    "failed",
    "interrupted",
)
UNDER_WAY = frozenset({MAKING, SENDING, READING})
MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A register that the office had made and hands in."""

    key: str
    rows: int
    seed: int
    edition: int
    """How often it was handed in before, and one more."""
    junk: dict[str, int]
    """Of how many holders in a thousand the rows are of which class."""
    state: str
    """`making`, `sending`, `reading`; `complete`, `failed`, `interrupted`, or the code of a refusal."""
    share: float
    """How much of that is done."""
    upload_id: str | None
    told: Json | None
    """What the provider said of it last."""
    started_at: int

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in UNDER_WAY


@dataclass(frozen=True, slots=True)
class Calendar:
    """How far the days of the law were let pass."""

    day: date
    busy: bool
    given: int
    """How many instructions that brought, the last time."""


class OfficeStore:
    """All of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(SCHEMA)
        # Whatever was made here when this process ended is nobody's work any more.
        connection.execute("update handed_in set state = ? where state in (?, ?)", (INTERRUPTED, MAKING, SENDING))
        connection.execute("update calendar set busy = 0")

    def begin(self, key: str, rows: int, seed: int, edition: int, junk: dict[str, int]) -> None:
        """Note what is to be made."""
        self._connection.execute(
            "insert into handed_in values (?, ?, ?, ?, ?, ?, 0, null, null, ?)",
            (key, rows, seed, edition, json.dumps(junk), MAKING, now()),
        )

    def move(self, key: str, state: str, share: float, upload_id: str | None = None, told: Json | None = None) -> None:
        """Note how far it came; what is not told stays."""
        self._connection.execute(
            "update handed_in set state = ?, share = ?, upload_id = coalesce(?, upload_id), told = coalesce(?, told)"
            " where key = ?",
            (state, share, upload_id, None if told is None else json.dumps(told), key),
        )

    def find(self, key: str) -> HandedIn | None:
        """One of them."""
        row = self._connection.execute("select * from handed_in where key = ?", (key,)).fetchone()
        return None if row is None else _handed_in(row)

    def latest(self, most: int = 10) -> list[HandedIn]:
        """The last ones, the latest first."""
        rows = self._connection.execute("select * from handed_in order by started_at desc, rowid desc limit ?", (most,))
        return [_handed_in(row) for row in rows]

    def keep_event(self, jti: str, claims: Json) -> bool:
        """Keep an event; false where it was here before. The oldest make room."""
        kept = self._connection.execute(
            "insert or ignore into events values (?, ?, ?)", (jti, json.dumps(claims), now())
        )
        self._connection.execute(
            "delete from events where rowid in (select rowid from events order by rowid desc limit -1 offset ?)",
            (MOST_EVENTS,),
        )
        return kept.rowcount == 1

    def last_event(self) -> Json | None:
        """The claims of the event that came last."""
        row = self._connection.execute("select claims from events order by rowid desc limit 1").fetchone()
        return None if row is None else dict(json.loads(row["claims"]))

    def calendar(self, today: date) -> Calendar:
        """The day of the office: today, or the day to which it was turned."""
        row = self._connection.execute("select * from calendar").fetchone()
        if row is None:
            return Calendar(today, False, 0)
        return Calendar(max(today, date.fromisoformat(row["day"])), bool(row["busy"]), row["given"])

    def turn(self, day: date, *, busy: bool, given: int) -> None:
        """Note to which day it was turned."""
        self._connection.execute("insert or replace into calendar values (1, ?, ?, ?)", (day.isoformat(), busy, given))


def _handed_in(row: sqlite3.Row) -> HandedIn:
    told = None if row["told"] is None else json.loads(row["told"])
    return HandedIn(**{**dict(row), "junk": json.loads(row["junk"]), "told": told})
