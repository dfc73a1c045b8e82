"""Locks in the authority's name: one officer asks, another of the same office, or one who works everywhere, decides.

At most one request about a person is open. It ends when it is decided, when whoever asked takes it back, or by itself.
Neither who asked nor whom it is about decides; both conditions stand in the statement, whatever a caller checked.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, func, or_, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.offices.roles import EVERYWHERE, OwnFile, RoleRequired
from vneid_idp.identity.offices.tables import lock_requests
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

LIFETIME: Instant = 7 * DAY
"""How long a request waits: three working days (Decree 69/2024 Art. 15), and the holidays that come between."""


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A request to lock a person's electronic identity (`lock`), or to lift the lock."""

    person_id: str
    request_id: str
    lock: bool
    reason: str
    asked_by: str
    asked_at: Instant
    office: str
    """In whose name it was asked, or `EVERYWHERE`."""

    @property
    def expires_at(self) -> Instant:
        """When it ends by itself."""
        return self.asked_at + LIFETIME


class RequestIsOpen(DomainError):
    """Somebody asked already, and it is not decided yet."""

    code = "request_is_open"
    status = 409
    title = "A request about this person waits for a decision already."


class NoSuchRequest(DomainError):
    """There is no such request, or it was decided, taken back, or too old."""

    code = "no_such_request"
    status = 404
    title = "There is no such request, or it waits no longer: it was decided, taken back, or is too old."


class SameOfficer(DomainError):
    """Who asked cannot decide."""

    code = "same_officer"
    status = 403
    title = "Whoever asked cannot decide: this takes a colleague."


class NotTheAsker(DomainError):
    """Only who asked takes a request back."""

    code = "not_the_asker"
    status = 403
    title = "Only whoever asked can take a request back."


_COLUMNS = ("person_id", "request_id", "lock", "reason", "asked_by", "asked_at", "office")
_ASK = Statement(
    insert(lock_requests)
    .values({name: bindparam(name) for name in _COLUMNS})
    .on_conflict_do_nothing(index_elements=["person_id"], index_where=lock_requests.c.decided_at.is_(None))
)
# `since` is a lifetime before now: what was asked then or earlier waits no longer, whether it was swept or not.
_waits = lock_requests.c.decided_at.is_(None) & (lock_requests.c.asked_at > bindparam("since"))
_THIS = lock_requests.c.request_id == bindparam("which")
_FIND = Statement(select(lock_requests).where(_THIS, _waits))
_ABOUT = Statement(select(lock_requests).where(lock_requests.c.person_id == bindparam("who"), _waits))
_oldest = select(lock_requests).where(_waits).order_by(lock_requests.c.asked_at).limit(bindparam("most"))
_OPEN = Statement(_oldest)
_OPEN_AT = Statement(_oldest.where(lock_requests.c.office == bindparam("at_office")))
_number = select(func.count().label("requests")).select_from(lock_requests).where(_waits)
_COUNT = Statement(_number)
_COUNT_AT = Statement(_number.where(lock_requests.c.office == bindparam("at_office")))
_DECIDE = Statement(
    update(lock_requests)
    .where(
        lock_requests.c.person_id == bindparam("who"),
        _THIS,
        _waits,
        lock_requests.c.asked_by != bindparam("by"),
        lock_requests.c.person_id != bindparam("by"),
        or_(lock_requests.c.office == bindparam("at_office"), bindparam("at_office", type_=Text) == EVERYWHERE),
    )
    .values(decided_by=bindparam("by"), decided_at=bindparam("at"), agreed=bindparam("agreed"))
)
_WITHDRAW = Statement(
    update(lock_requests)
    .where(_THIS, _waits, lock_requests.c.asked_by == bindparam("by"))
    .values(decided_by=bindparam("by"), decided_at=bindparam("at"))
    .returning(lock_requests.c.person_id, lock_requests.c.lock)
)
_too_old = (
    update(lock_requests)
    .where(lock_requests.c.decided_at.is_(None), lock_requests.c.asked_at <= bindparam("since"))
    .values(decided_at=bindparam("at"))
    .returning(lock_requests.c.person_id, lock_requests.c.request_id, lock_requests.c.lock)
)
_EXPIRE = Statement(_too_old)
_FORGET = Statement(
    update(lock_requests)
    .where(lock_requests.c.person_id == bindparam("who"))
    .values(reason="", decided_at=func.coalesce(lock_requests.c.decided_at, bindparam("at")))
)
_EXPIRE_ABOUT = Statement(_too_old.where(lock_requests.c.person_id == bindparam("who")))


async def ask(unit: Unit, person_id: str, *, lock: bool, deed: Deed) -> LockRequest:
    """Ask for a lock or for its end; the reason is the decision on which it rests.

    Raises `RequestIsOpen` and `OwnFile`.
    """
    if deed.by == person_id:
        raise OwnFile
    await _record_expired(unit, await unit.fetch(_EXPIRE_ABOUT, who=person_id, since=_since(unit), at=unit.now))
    office = deed.office or EVERYWHERE
    asked = LockRequest(person_id, new_id("lrq"), lock, deed.data["reason"], deed.by, unit.now, office)
    added = await unit.execute(
        _ASK,
        person_id=person_id,
        request_id=asked.request_id,
        lock=int(lock),
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=unit.now,
        office=office,
    )
    if added != 1:
        raise RequestIsOpen
    data = {"lock": lock, **deed.data}
    await record(unit, Event(EventKind.LOCK_ASKED, person_id, subject_id=asked.request_id, data=data))
    return asked


async def decide(unit: Unit, person_id: str, request_id: str, *, agreed: bool, deed: Deed) -> LockRequest:
    """Decide a request, once.

    Raises `NoSuchRequest`, `SameOfficer`, `OwnFile`, and `RoleRequired` who acts for another office than the asker's.
    """
    asked = await get_open(unit, request_id)
    office = deed.office or EVERYWHERE
    if asked.person_id == deed.by:
        raise OwnFile
    if asked.asked_by == deed.by:
        raise SameOfficer
    if office not in (asked.office, EVERYWHERE):
        raise RoleRequired
    decided = await unit.execute(
        _DECIDE,
        who=person_id,
        which=request_id,
        by=deed.by,
        at_office=office,
        since=_since(unit),
        at=unit.now,
        agreed=int(agreed),
    )
    if decided != 1:
        raise NoSuchRequest
    data = {"lock": asked.lock, "agreed": agreed, **deed.data}
    await record(unit, Event(EventKind.LOCK_DECIDED, person_id, subject_id=request_id, data=data))
    return asked


async def withdraw(unit: Unit, request_id: str, deed: Deed) -> None:
    """Take back what one asked for, and nothing was done about it. Raises `NoSuchRequest` and `NotTheAsker`."""
    asked = await get_open(unit, request_id)
    if asked.asked_by != deed.by:
        raise NotTheAsker
    row = await unit.fetch_one(_WITHDRAW, which=request_id, by=deed.by, since=_since(unit), at=unit.now)
    if row is None:
        raise NoSuchRequest
    data = {"lock": asked.lock, **deed.data}
    await record(unit, Event(EventKind.LOCK_WITHDRAWN, asked.person_id, subject_id=request_id, data=data))


async def expire(unit: Unit) -> int:
    """End what has waited too long; how many. Called by a background worker: it counts no more before that already."""
    rows = await unit.fetch(_EXPIRE, since=_since(unit), at=unit.now)
    await _record_expired(unit, rows)
    return len(rows)


async def _record_expired(unit: Unit, rows: Iterable[Row]) -> None:
    for row in rows:
        data = {"lock": row["lock"] == 1}
        await record(unit, Event(EventKind.LOCK_EXPIRED, row["person_id"], subject_id=row["request_id"], data=data))


async def forget(unit: Unit, person_id: str) -> None:
    """End what waits about a person who is forgotten, and keep no reason: an officer may have named them in it."""
    await unit.execute(_FORGET, who=person_id, at=unit.now)


async def get_open(unit: Reading, request_id: str) -> LockRequest:
    """A request that waits for a decision. Raises `NoSuchRequest`."""
    row = await unit.fetch_one(_FIND, which=request_id, since=_since(unit))
    if row is None:
        raise NoSuchRequest
    return read_request(row)


async def is_open(unit: Reading, person_id: str) -> bool:
    """Whether a request about a person waits for a decision."""
    return await unit.fetch_one(_ABOUT, who=person_id, since=_since(unit)) is not None


async def open_requests(unit: Reading, office: str = EVERYWHERE, most: int = 200) -> tuple[LockRequest, ...]:
    """The requests that wait for a decision, of all offices or of one, the longest waiting first."""
    if office == EVERYWHERE:
        rows = await unit.fetch(_OPEN, since=_since(unit), most=most)
    else:
        rows = await unit.fetch(_OPEN_AT, at_office=office, since=_since(unit), most=most)
    return tuple(read_request(row) for row in rows)


async def count_open(unit: Reading, offices: Collection[str]) -> int:
    """How many requests of these offices wait for a decision; of all, where `EVERYWHERE` is among them."""
    since = _since(unit)
    if EVERYWHERE in offices:
        rows = [await unit.fetch_one(_COUNT, since=since)]
    else:
        rows = [await unit.fetch_one(_COUNT_AT, at_office=office, since=since) for office in sorted(set(offices))]
    return sum(int(row["requests"]) for row in rows if row is not None)


def _since(unit: Reading) -> Instant:
    return unit.now - LIFETIME


def read_request(row: Row) -> LockRequest:
    """The request of a row."""
    return LockRequest(
        row["person_id"],
        row["request_id"],
        row["lock"] == 1,
        row["reason"],
        row["asked_by"],
        row["asked_at"],
        row["office"],
    )
