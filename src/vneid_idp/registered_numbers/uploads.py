"""Uploads of registers: how far each came, what was found, and what is wrong with rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, Text, bindparam, delete, func, select, tuple_, update

from vneid_idp.kernel.clock import DAY, MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.intervals import Step
from vneid_idp.registered_numbers.tables import register_faults, register_uploads
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import Column
from vneid_idp.registers.faults import Fault, FaultCode
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

FAULTS_KEPT: Instant = 30 * DAY
"""How long it can be read what is wrong with rows."""
HELD: Instant = 2 * MINUTE
"""How long a worker that is not heard of keeps a file in hand."""
GIVEN_UP_AFTER: Instant = DAY
"""So long after somebody last went on with a file nobody does: its parts, which are people's data, go."""
ABANDONED = "abandoned"
"""Why an upload failed with which nobody went on."""
MOST_FAULTS = 100_000
"""So many faults of a file are kept; of more the number alone."""
MOST_A_DAY = 48
"""How many files a carrier may begin within a day: of each it is told whom nobody knows."""
FILES_WITH_FAULTS = 10
"""Of so many files of a carrier, the latest, it is kept what is wrong with rows, so that no carrier fills the table."""


class UploadState(StrEnum):
    """Where an upload stands. Programs of carriers go by these, so none is renamed."""

    RECEIVING = "receiving"
    """Parts of it are still to come."""
    READING = "reading"
    """It is being read, or waits until somebody goes on with it."""
    COMPLETE = "complete"
    FAILED = "failed"
    """It was read up to some row, and no further."""


class NumberOutcome(StrEnum):
    """What became of a number."""

    ADDED = "added"
    """It stood in no upload before."""
    CHANGED = "changed"
    """Something else is told of it."""
    RECYCLED = "recycled"
    """It has another holder, or began again after its end."""
    RETURNED = "returned"
    """It was missing in an upload before."""
    UNCHANGED = "unchanged"
    MISSING = "missing"
    """It stands in the register no more."""


class Coming(NamedTuple):
    """Of how many numbers a step is due on a day."""

    step: Step
    day: date
    """In Viet Nam."""
    numbers: int


@dataclass(frozen=True, slots=True)
class RegisterUpload:
    """An upload of a register."""

    upload_id: str
    family_id: str
    client_id: str
    file_digest: str
    format: str
    """`csv` or `parquet`."""
    state: UploadState
    total: int
    """How much there is of it: bytes of a CSV file, rows of a Parquet file."""
    done: int
    """How much of it was read."""
    last_line: int
    """`Line.number` of the last row that was written where it had to be."""
    classes: Counter[RowClass]
    outcomes: Counter[NumberOutcome]
    faults: int
    failure: str | None
    parts: int | None
    """Of how many parts the file is made that arrive one by one; nothing where it is read where it lies."""
    held_until: Instant | None
    """Until when a worker has it in hand, unless it goes on with it before."""
    begun_at: Instant
    moved_at: Instant
    ended_at: Instant | None = None
    coming: tuple[Coming, ...] = ()
    """What was due of all numbers of the carrier when it had been read, if nothing came between."""

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.classes.total()


@dataclass(frozen=True, slots=True)
class Progress:
    """What was read of an upload in one go."""

    last_line: int
    done: int
    """How much of the whole was read by its end."""
    classes: Counter[RowClass] = field(default_factory=Counter)
    faults: Sequence[Fault] = ()


class UnknownUpload(DomainError):
    """No upload has this id; nor is there one of another carrier's, as far as this one is told."""

    code = "upload_not_found"
    status = 404
    title = "There is no upload of a register under this id."


_c = register_uploads.c
_ID = _c.upload_id == bindparam("of_upload", type_=Text)
_ADD = Statement(
    insert(register_uploads)
    .values({column.name: bindparam(column.name, type_=column.type) for column in _c})
    .on_conflict_do_nothing(index_elements=[_c.family_id], index_where=_c.ended_at.is_(None))
)
_FIND = Statement(select(register_uploads).where(_ID))
_SEIZE = Statement(select(register_uploads).where(_ID).with_for_update())
_UNDER_WAY = Statement(
    select(register_uploads)
    .where(_c.family_id == bindparam("of_family", type_=Text), _c.ended_at.is_(None))
    .with_for_update()
)
_waiting = (
    select(_c.upload_id)
    .where(
        _c.ended_at.is_(None),
        _c.state == UploadState.READING.value,
        _c.parts.is_not(None),
        func.coalesce(_c.held_until, 0) < bindparam("now", type_=BigInteger),
    )
    .order_by(_c.upload_id)
    .limit(1)
)
_TAKE = Statement(
    update(register_uploads)
    .where(_c.upload_id == _waiting.with_for_update(skip_locked=True).scalar_subquery())
    .values(held_until=bindparam("until", type_=BigInteger))
    .returning(*_c)
)
_LIST = Statement(
    select(register_uploads)
    .where(_c.family_id == bindparam("of_family", type_=Text), _c.upload_id < bindparam("before", type_=Text))
    .order_by(_c.upload_id.desc())
    .limit(bindparam("most", type_=BigInteger))
)
_BEGUN = Statement(
    select(_c.begun_at)
    .where(_c.family_id == bindparam("of_family", type_=Text))
    .order_by(_c.upload_id.desc())
    .limit(1)
    .offset(bindparam("but", type_=BigInteger))
)
_LATEST_READ = Statement(
    select(register_uploads)
    .where(_c.family_id == bindparam("of_family", type_=Text), _c.last_line > 0)
    .order_by(_c.upload_id.desc())
    .limit(1)
)
_CHANGING = (
    "state", "total", "done", "format", "parts", "held_until", "last_line", "classes", "outcomes", "faults", "failure",
    "coming", "moved_at", "ended_at",
)  # fmt: skip
_WRITE = Statement(
    update(register_uploads).where(_ID).values({name: bindparam(name, type_=_c[name].type) for name in _CHANGING})
)
_f = register_faults.c
_FAULTS = Statement(
    select(_f.place, _f.line, _f.column, _f.code)
    .where(_f.upload_id == bindparam("of_upload", type_=Text), _f.place > bindparam("after", type_=BigInteger))
    .order_by(_f.place)
    .limit(bindparam("most", type_=BigInteger))
)
_old = select(_f.upload_id, _f.place).where(_f.at < bindparam("before", type_=BigInteger)).order_by(_f.at)
_SWEEP = Statement(
    delete(register_faults).where(tuple_(_f.upload_id, _f.place).in_(_old.limit(bindparam("most", type_=BigInteger))))
)
_older = (
    select(_c.upload_id)
    .where(_c.family_id == bindparam("of_family", type_=Text))
    .order_by(_c.upload_id.desc())
    .limit(bindparam("most", type_=BigInteger))
    .offset(bindparam("but", type_=BigInteger))
)
_FORGET_OLDER = Statement(delete(register_faults).where(_f.upload_id.in_(_older)))
_HOLD_ON = Statement(
    update(register_uploads).where(_ID, _c.ended_at.is_(None)).values(held_until=bindparam("until", type_=BigInteger))
)
_GIVE_UP = Statement(
    update(register_uploads)
    .where(_c.ended_at.is_(None), _c.moved_at < bindparam("before", type_=BigInteger))
    .values(
        state=UploadState.FAILED.value,
        failure=ABANDONED,
        moved_at=bindparam("now", type_=BigInteger),
        ended_at=bindparam("now", type_=BigInteger),
    )
)
_FORGET = Statement(delete(register_uploads).where(_c.family_id == bindparam("of_family", type_=Text)))
LATEST = "upm"
"""Sorts after every id of an upload (`upl_…`)."""


def advanced(
    upload: RegisterUpload, progress: Progress, outcomes: Counter[NumberOutcome], now: Instant
) -> RegisterUpload:
    """The upload after some more of it was read. Pure."""
    return replace(
        upload,
        done=progress.done,
        last_line=progress.last_line,
        classes=upload.classes + progress.classes,
        outcomes=upload.outcomes + outcomes,
        faults=upload.faults + len(progress.faults),
        moved_at=now,
        held_until=None if upload.held_until is None else now + HELD,
    )


async def add(unit: Unit, upload: RegisterUpload) -> bool:
    """Add an upload; false where another one of the carrier is under way."""
    return await unit.execute(_ADD, **_row_of(upload)) == 1


async def find(unit: Reading, upload_id: str) -> RegisterUpload | None:
    """The upload with this id, of whichever carrier."""
    return _upload(await unit.fetch_one(_FIND, of_upload=upload_id))


async def get_of_family(unit: Reading, family_id: str, upload_id: str) -> RegisterUpload:
    """An upload of this carrier. Raises `UnknownUpload`, also for another carrier's."""
    found = await find(unit, upload_id)
    if found is None or found.family_id != family_id:
        raise UnknownUpload
    return found


async def seize(unit: Unit, upload_id: str) -> RegisterUpload | None:
    """As `find`, held until the unit ends: whoever else goes on with it waits."""
    return _upload(await unit.fetch_one(_SEIZE, of_upload=upload_id))


async def seize_under_way(unit: Unit, family_id: str) -> RegisterUpload | None:
    """The upload of this carrier that has not ended, held until the unit ends."""
    return _upload(await unit.fetch_one(_UNDER_WAY, of_family=family_id))


async def list_of_family(
    unit: Reading, family_id: str, *, before: str | None = None, limit: int = 20
) -> tuple[RegisterUpload, ...]:
    """A page of a carrier's uploads, the latest first; the last `upload_id` is `before` of the next."""
    rows = await unit.fetch(_LIST, of_family=family_id, before=before or LATEST, most=limit)
    return tuple(map(_read, rows))


async def may_begin(unit: Unit, family_id: str) -> bool:
    """Whether a carrier has begun fewer than `MOST_A_DAY` uploads within a day."""
    row = await unit.fetch_one(_BEGUN, of_family=family_id, but=MOST_A_DAY - 1)
    return row is None or row["begun_at"] <= unit.now - DAY


async def latest_read(unit: Reading, family_id: str) -> RegisterUpload | None:
    """The latest upload of a carrier of which anything was read."""
    return _upload(await unit.fetch_one(_LATEST_READ, of_family=family_id))


async def take(unit: Unit) -> RegisterUpload | None:
    """Take a file in hand all parts of which are there, and that no other worker has; nothing where there is none."""
    return _upload(await unit.fetch_one(_TAKE, now=unit.now, until=unit.now + HELD))


async def hold_on(unit: Unit, upload_id: str) -> None:
    """Keep a file in hand that was taken, for as long again."""
    await unit.execute(_HOLD_ON, of_upload=upload_id, until=unit.now + HELD)


async def write(unit: Unit, upload: RegisterUpload) -> None:
    """Write an upload that was seized in this unit."""
    row = _row_of(upload)
    await unit.execute(_WRITE, of_upload=upload.upload_id, **{name: row[name] for name in _CHANGING})


async def keep_faults(unit: Unit, upload: RegisterUpload, faults: Sequence[Fault]) -> None:
    """Keep what is wrong with the next rows of an upload, which has `upload.faults` before them."""
    kept = faults[: max(0, MOST_FAULTS - upload.faults)]
    rows = [
        (upload.upload_id, place, fault.line, fault.column, fault.code, unit.now)
        for place, fault in enumerate(kept, start=upload.faults + 1)
    ]
    await load(unit, register_faults, ("upload_id", "place", "line", "column", "code", "at"), rows)


async def list_faults(unit: Reading, upload_id: str, *, after: int = 0, limit: int = 1_000) -> list[tuple[int, Fault]]:
    """A page of what is wrong with rows, in the order of the file, each with its place, the last of which is `after` of
    the next."""
    rows = await unit.fetch(_FAULTS, of_upload=upload_id, after=after, most=limit)
    return [
        (
            row["place"],
            Fault(row["line"], None if row["column"] is None else Column(row["column"]), FaultCode(row["code"])),
        )
        for row in rows
    ]


async def forget_faults(unit: Unit, portion: int) -> int:
    """Forget what was wrong with rows so long ago that nobody mends it by this file, so many at once; how many there
    were."""
    return await unit.execute(_SWEEP, before=unit.now - FAULTS_KEPT, most=portion)


async def forget_older_faults(unit: Unit, family_id: str) -> None:
    """Forget what was wrong with rows of files of a carrier before its latest ones (`FILES_WITH_FAULTS`)."""
    await unit.execute(_FORGET_OLDER, of_family=family_id, but=FILES_WITH_FAULTS, most=FILES_WITH_FAULTS)


async def give_up(unit: Unit) -> int:
    """End the uploads with which nobody goes on any more, whether parts never came or nobody can read them; how many.
    What was read of them counts, and no number is missed."""
    return await unit.execute(_GIVE_UP, before=unit.now - GIVEN_UP_AFTER, now=unit.now)


async def forget(unit: Unit, family_id: str) -> None:
    """Forget the uploads of a carrier that is deleted: whoever reads one of them stops. What was wrong with rows says
    nothing of anybody, and goes with its time."""
    await unit.execute(_FORGET, of_family=family_id)


def _row_of(upload: RegisterUpload) -> dict[str, object]:
    return {
        **{column.name: getattr(upload, column.name) for column in _c},
        "state": upload.state.value,
        "classes": orjson.dumps({each.value: count for each, count in upload.classes.items()}).decode(),
        "outcomes": orjson.dumps({each.value: count for each, count in upload.outcomes.items()}).decode(),
        "coming": orjson.dumps([[each.step.value, each.day, each.numbers] for each in upload.coming]).decode(),
    }


def _upload(row: Row | None) -> RegisterUpload | None:
    return None if row is None else _read(row)


def _read(row: Row) -> RegisterUpload:
    classes, outcomes = orjson.loads(row["classes"]), orjson.loads(row["outcomes"])
    return RegisterUpload(
        **{
            **dict(row),
            "state": UploadState(row["state"]),
            "classes": Counter({RowClass(name): count for name, count in classes.items()}),
            "outcomes": Counter({NumberOutcome(name): count for name, count in outcomes.items()}),
            "coming": tuple(
                Coming(Step(step), date.fromisoformat(day), numbers)
                for step, day, numbers in orjson.loads(row["coming"] or "[]")
            ),
        }
    )
