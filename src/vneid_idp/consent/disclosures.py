"""What services were told about whom: counted by day, and on record before the answer leaves.

A row is a person, a client, a day in Viet Nam, a door and the names of what was told there; values are in none.
Userinfo and the status of accounts are asked often, so what is told while one statement is under way waits for the
next, which writes all of it at once (group commit). Nobody is answered before it is written: of a worker that is killed
nothing was told that does not stand here.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

import orjson
from sqlalchemy import JSON, Executable, Select, Text, bindparam, case, cast, column, delete, func, select, true, tuple_

from vneid_idp.consent.tables import disclosures
from vneid_idp.kernel.clock import DAY, Instant, local_date
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Reading, Row, StorageUnavailable, Unit


class Told(StrEnum):
    """Where something was told. Names stand in the database."""

    USERINFO = "userinfo"
    ID_TOKEN = "id_token"
    BINDINGS = "bindings"
    """`bindings/v1`."""
    CAMARA = "camara"
    """CAMARA's APIs."""


@dataclass(frozen=True, slots=True, order=True)
class Disclosed:
    """What is told, once."""

    person_id: str
    """Who reads it in their history: whom it is about, and of a child's account also the guardian."""
    client_id: str
    door: str
    """Where (`Told`), and after a space the client for which the other acts. One column has both: the previous release
    counts rows by the key that the table has, which so cannot become longer."""
    claims: str
    """The names of what was told, in order, separated by spaces."""
    child_id: str = ""
    """The child whom it is about, in a guardian's history; else nobody."""

    @staticmethod
    def of(
        person_id: str,
        client_id: str,
        door: Told,
        claims: Iterable[str],
        child_id: str | None = None,
        *,
        acts_for: str | None = None,
    ) -> "Disclosed":
        """Of these claims; to a client that `acts_for` another, with which the person agreed."""
        where = door.value if acts_for is None else f"{door.value} {acts_for}"
        return Disclosed(person_id, client_id, where, " ".join(sorted(claims)), child_id or "")


@dataclass(frozen=True, slots=True)
class DisclosedThatDay:
    """What was told on one day: how often, first and last."""

    disclosure_id: str
    client_id: str
    door: str
    claims: tuple[str, ...]
    child_id: str | None
    times: int
    first_at: Instant
    last_at: Instant
    acts_for: str | None = None
    """The client with which the person agreed, where another one was told."""


_c = disclosures.c
_KEY = ("person_id", "day", "client_id", "door", "claims", "child_id")
_COLUMNS = tuple(_c)
_rows = bindparam("rows", type_=Text)


def _from_json() -> tuple[Select[tuple[object, ...]], Select[tuple[object, ...]]]:
    """The rows of the parameter, as PostgreSQL and as SQLite read JSON: one statement however many there are."""
    typed = [column(each.name, each.type) for each in _COLUMNS]
    record = func.json_to_recordset(cast(_rows, JSON)).table_valued(*typed).render_derived(name="r", with_types=True)
    each = func.json_each(_rows).table_valued("value")
    read = [func.json_extract(each.c.value, f"$.{name.name}").label(name.name) for name in _COLUMNS]
    return select(*record.c), select(*read).where(true())


def _put(rows: Select[tuple[object, ...]]) -> Executable:
    new = insert(disclosures).from_select([each.name for each in _COLUMNS], rows)
    last = case((new.excluded.last_at > _c.last_at, new.excluded.last_at), else_=_c.last_at)
    return new.on_conflict_do_update(
        index_elements=_KEY, set_={"times": _c.times + new.excluded.times, "last_at": last}
    )


_on_postgresql, _on_sqlite = _from_json()
_PUT = Statement(_put(_on_postgresql), sqlite=_put(_on_sqlite))
_OF_PERSON = Statement(
    select(disclosures)
    .where(_c.person_id == bindparam("person_id"), _c.disclosure_id < bindparam("before"))
    .order_by(_c.disclosure_id.desc())
    .limit(bindparam("limit"))
)
_FORGET = Statement(
    delete(disclosures).where(
        tuple_(*(_c[name] for name in _KEY)).in_(
            select(*(_c[name] for name in _KEY)).where(_c.day < bindparam("before")).limit(bindparam("most"))
        )
    )
)


async def list_of_person(unit: Reading, person_id: str, *, before: str, limit: int) -> tuple[DisclosedThatDay, ...]:
    """What services were told about a person, the latest first: what was told first on its day before the id
    `before`."""
    rows = await unit.fetch(_OF_PERSON, person_id=person_id, before=before, limit=limit)
    return tuple(_that_day(row) for row in rows)


def _that_day(row: Row) -> DisclosedThatDay:
    door, _, acts_for = row["door"].partition(" ")
    return DisclosedThatDay(
        row["disclosure_id"],
        row["client_id"],
        door,
        tuple(row["claims"].split()),
        row["child_id"] or None,
        row["times"],
        row["first_at"],
        row["last_at"],
        acts_for or None,
    )


class Disclosures:
    """Writes down what the requests of this process are about to tell."""

    def __init__(self, db: Database, kept_days: int) -> None:
        self._db = db
        self._kept: Instant = kept_days * DAY
        self._waiting: list[tuple[tuple[Disclosed, ...], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, *told: Disclosed) -> None:
        """Write down what is told with one answer, together with what others wait to tell.

        Raises `StorageUnavailable`, and `OutcomeUnknown`: then nothing may be told.
        """
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((told, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="write disclosures")
        await written

    async def forget(self, unit: Unit, most: int) -> int:
        """Delete what was told longer ago than is kept, at most `most` rows; how many."""
        return await unit.execute(_FORGET, before=local_date(unit.now - self._kept).isoformat(), most=most)

    async def finish(self) -> None:
        """Wait until all is written."""
        while self._writing is not None:
            with suppress(Exception):
                await self._writing

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write_together(batch)
        finally:
            self._writing = None
            for _, written in self._waiting:
                written.cancel()

    async def _write_together(self, batch: list[tuple[tuple[Disclosed, ...], asyncio.Future[None]]]) -> None:
        # Also where this task itself is ended, nobody may tell what was not written.
        failure: Exception | None = StorageUnavailable()
        try:
            await self._put([each for told, _ in batch for each in told])
            failure = None
        except Exception as error:
            failure = error
        finally:
            for _, written in batch:
                if written.done():
                    continue  # whoever waited has gone
                if failure is None:
                    written.set_result(None)
                else:
                    written.set_exception(failure)

    async def _put(self, told: list[Disclosed]) -> None:
        times: dict[Disclosed, int] = {}
        for each in told:
            times[each] = times.get(each, 0) + 1
        async with self._db.single() as unit:
            when = {"day": local_date(unit.now).isoformat(), "first_at": unit.now, "last_at": unit.now}
            # In order, so that no two workers wait for each other's rows.
            rows = [
                {**_members(each), **when, "times": times[each], "disclosure_id": new_id("dis")}
                for each in sorted(times)
            ]
            await unit.execute(_PUT, rows=orjson.dumps(rows).decode())


_MEMBERS = tuple(field.name for field in fields(Disclosed))


def _members(told: Disclosed) -> dict[str, str]:
    return dict(zip(_MEMBERS, astuple(told), strict=True))
