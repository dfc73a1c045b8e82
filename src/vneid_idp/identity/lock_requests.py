"""Locks in the authority's name: one officer asks, another decides. At most one request about a person is open."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.tables import lock_requests
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A request to lock a person's electronic identity (`lock`), or to lift the lock."""

    person_id: str
    request_id: str
    lock: bool
    reason: str
    asked_by: str
    asked_at: Instant


class RequestIsOpen(DomainError):
    """Somebody asked already, and it is not decided yet."""

    code = "request_is_open"
    status = 409
    title = "A request about this person waits for a decision already."


class NoSuchRequest(DomainError):
    """There is no such request, or it was decided."""

    code = "no_such_request"
    status = 404
    title = "There is no such request, or it has been decided."


class SameOfficer(DomainError):
    """Who asked cannot decide."""

    code = "same_officer"
    status = 403
    title = "Whoever asked cannot decide: this takes a colleague."


_ASK = Statement(
    insert(lock_requests)
    .values({name: bindparam(name) for name in ("person_id", "request_id", "lock", "reason", "asked_by", "asked_at")})
    .on_conflict_do_nothing(index_elements=["person_id"], index_where=lock_requests.c.decided_at.is_(None))
)
_THIS = (lock_requests.c.person_id == bindparam("who")) & (lock_requests.c.request_id == bindparam("which"))
_FIND = Statement(select(lock_requests).where(_THIS, lock_requests.c.decided_at.is_(None)))
_FIND_BY_ID = Statement(
    select(lock_requests).where(lock_requests.c.request_id == bindparam("which"), lock_requests.c.decided_at.is_(None))
)
_OPEN = Statement(
    select(lock_requests)
    .where(lock_requests.c.decided_at.is_(None))
    .order_by(lock_requests.c.asked_at)
    .limit(bindparam("most"))
)
# Who asked is in the condition too: no second pair of eyes, no decision, whatever a caller checked.
_DECIDE = Statement(
    update(lock_requests)
    .where(_THIS, lock_requests.c.decided_at.is_(None), lock_requests.c.asked_by != bindparam("by"))
    .values(decided_by=bindparam("by"), decided_at=bindparam("at"), agreed=bindparam("agreed"))
)


async def ask(unit: Unit, person_id: str, *, lock: bool, deed: Deed) -> LockRequest:
    """Ask for a lock or for its end; the reason is the decision on which it rests. Raises `RequestIsOpen`."""
    asked = LockRequest(person_id, new_id("lrq"), lock, deed.data["reason"], deed.by, unit.now)
    added = await unit.execute(
        _ASK,
        person_id=person_id,
        request_id=asked.request_id,
        lock=int(lock),
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=unit.now,
    )
    if added != 1:
        raise RequestIsOpen
    data = {"lock": lock, **deed.data}
    await record(unit, Event(EventKind.LOCK_ASKED, person_id, subject_id=asked.request_id, data=data))
    return asked


async def decide(unit: Unit, person_id: str, request_id: str, *, agreed: bool, deed: Deed) -> LockRequest:
    """Decide a request, once. Raises `NoSuchRequest` and `SameOfficer`."""
    row = await unit.fetch_one(_FIND, who=person_id, which=request_id)
    if row is None:
        raise NoSuchRequest
    asked = _request(row)
    if asked.asked_by == deed.by:
        raise SameOfficer
    decided = await unit.execute(_DECIDE, who=person_id, which=request_id, by=deed.by, at=unit.now, agreed=int(agreed))
    if decided != 1:
        raise NoSuchRequest
    data = {"lock": asked.lock, "agreed": agreed, **deed.data}
    await record(unit, Event(EventKind.LOCK_DECIDED, person_id, subject_id=request_id, data=data))
    return asked


async def get_open(unit: Reading, request_id: str) -> LockRequest:
    """A request that waits for a decision. Raises `NoSuchRequest`."""
    row = await unit.fetch_one(_FIND_BY_ID, which=request_id)
    if row is None:
        raise NoSuchRequest
    return _request(row)


async def open_requests(unit: Reading, most: int = 200) -> tuple[LockRequest, ...]:
    """The requests that wait for a decision, the longest waiting first."""
    return tuple(_request(row) for row in await unit.fetch(_OPEN, most=most))


def _request(row: Row) -> LockRequest:
    return LockRequest(
        row["person_id"], row["request_id"], row["lock"] == 1, row["reason"], row["asked_by"], row["asked_at"]
    )
