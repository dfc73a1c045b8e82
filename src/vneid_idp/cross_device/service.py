"""Poll, answer and end a request that is answered on another device than the one where it began; `opening` opens it.

What a person has waiting, and what they can do about it, is for the app: `waiting_on`, `find_for`, `take`; an answer
goes through `use_cases/answer_polled.py`, which holds the person meanwhile.
"""

from dataclasses import dataclass

from vneid_idp.cross_device import store
from vneid_idp.cross_device.rules import (
    Approved,
    Denied,
    Expired,
    Outcome,
    Pending,
    PollAnswer,
    digest_of_code,
    normal_code,
)
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.kernel.secrets import BlindIndex, digest
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.storage.unit import Reading, Row, Unit

DISOWNED_FOR: Instant = DAY
"""How long who said that a request was not theirs hears no more from its client."""


class RequestOver(DomainError):
    """The polled request is not open: nobody can answer it any more."""

    code = "request_over"
    status = 410
    title = (
        "This request is not open any more: its time ran out, it was answered, or the service took it back. Start "
        "again on the other device."
    )


@dataclass(frozen=True, slots=True)
class Notification:
    """How the client wants to be told that there is an answer (CIBA Core §10.2)."""

    token: str
    """The bearer token that it gave for this."""
    handle: str
    """The `auth_req_id`, which is known here for nothing else."""


@dataclass(frozen=True, slots=True)
class PolledRequest:
    """A polled request, as whoever answers it needs it."""

    request_id: str
    kind: PolledKind
    client_id: str
    person_id: str | None
    request: AuthorizationRequest
    opened_at: Instant
    expires_at: Instant
    asked_from: str | None
    """The network address of the device that shows a code."""
    numbers: tuple[str, ...]
    """Among which the person picks the one that the client shows; none where nothing is to be picked."""
    is_picked: bool
    """Whether it was taken in hand on a phone, by the right number where there is one."""
    phone_id: str | None
    """That phone; none in the sandbox, where nobody has one in hand."""
    notification: Notification | None


async def poll(unit: Unit, sealer: Sealer, kind: PolledKind, client_id: str, handle: str) -> PollAnswer | None:
    """What there is for who polls now; `None` for a handle that is not this client's, or of no such request. One
    statement."""
    row = await unit.fetch_one(store.POLL, of=digest(handle), of_client=client_id, of_kind=kind.value, now=unit.now)
    if row is None:
        return None
    if row["expires_at"] <= unit.now:
        return Expired()
    if row["answered_at"] is None:
        return Pending(too_soon=row["slowed_at"] == unit.now)
    if row["outcome"] != Outcome.APPROVED:
        return Denied()
    values = sealer.open_json(SealPurpose.POLLED_ANSWER, row["authorisation"])
    return Approved(row["grant_id"], Authorisation.from_json(values))


async def find_by_code(unit: Reading, sealer: Sealer, blind: BlindIndex, typed: str) -> PolledRequest | None:
    """The open request whose code somebody typed."""
    code = normal_code(typed)
    row = None
    if code is not None:
        row = await unit.fetch_one(store.FIND_BY_CODE, code=digest_of_code(blind, code), now=unit.now)
    return None if row is None else _polled(sealer, row)


async def find_by_handle(unit: Reading, sealer: Sealer, handle: str) -> PolledRequest | None:
    """The open request that a client polls for with `handle`."""
    row = await unit.fetch_one(store.FIND_BY_HANDLE, handle=digest(handle), now=unit.now)
    return None if row is None else _polled(sealer, row)


async def find_open(unit: Reading, sealer: Sealer, request_id: str) -> PolledRequest | None:
    """The request while it is open."""
    row = await unit.fetch_one(store.FIND_OPEN, of=request_id, now=unit.now)
    return None if row is None else _polled(sealer, row)


async def waiting_for(unit: Reading, sealer: Sealer, person_id: str) -> tuple[PolledRequest, ...]:
    """What waits for this person, the oldest first."""
    rows = await unit.fetch(store.WAITING_FOR, person=person_id, now=unit.now)
    return tuple(_polled(sealer, row) for row in rows)


async def waiting_on(unit: Reading, sealer: Sealer, person_id: str, phone_id: str) -> tuple[PolledRequest, ...]:
    """The same without what was taken in hand on another phone."""
    return tuple(each for each in await waiting_for(unit, sealer, person_id) if _is_free_for(each, phone_id))


async def find_for(
    unit: Reading, sealer: Sealer, person_id: str, phone_id: str, request_id: str
) -> PolledRequest | None:
    """The request while it is open and waits for this person, on this phone."""
    found = await find_open(unit, sealer, request_id)
    return found if found is not None and found.person_id == person_id and _is_free_for(found, phone_id) else None


def _is_free_for(polled: PolledRequest, phone_id: str) -> bool:
    return not polled.is_picked or polled.phone_id == phone_id


async def check_open(unit: Reading, request_id: str) -> None:
    """Require that the request is open. Raises `RequestOver`."""
    if await unit.fetch_one(store.FIND_OPEN, of=request_id, now=unit.now) is None:
        raise RequestOver


async def hold_open(unit: Unit, request_id: str, person_id: str) -> str | None:
    """Require that the request is open for this person, and keep it so until the unit ends; the phone on which it was
    taken in hand. Raises `RequestOver`."""
    row = await unit.fetch_one(store.HOLD, of=request_id, person=person_id, now=unit.now)
    if row is None:
        raise RequestOver
    phone_id: str | None = row["phone_id"]
    return phone_id


async def take(unit: Unit, polled: PolledRequest, person_id: str, phone_id: str | None, number: str) -> bool:
    """Take the request in hand on a phone, by the `number` that was picked where there is one; `False` for another one
    than the client shows. Raises `RequestOver`, also where another phone has it, or somebody else was asked."""
    of = {"of": polled.request_id, "person": person_id, "now": unit.now}
    if await unit.execute(store.TAKE, **of, phone=phone_id, picked=number) == 1:
        return True
    row = await unit.fetch_one(store.HOLD, **of)
    if row is None or (row["picked_at"] is not None and row["phone_id"] != phone_id):
        raise RequestOver
    return False


async def shown_number(unit: Reading, polled: PolledRequest) -> str | None:
    """The number that the client shows: for the sandbox alone, where nobody looks at the client."""
    row = await unit.fetch_one(store.FIND, of=polled.request_id)
    return None if row is None else row["number"]


async def approve(
    unit: Unit, sealer: Sealer, polled: PolledRequest, person_id: str, grant_id: str, authorisation: Authorisation
) -> None:
    """Give the answer that one poll opens `grant_id` with, in place of a code. Raises `RequestOver`, also where it was
    not taken in hand in the app, has been by another phone since, or somebody else was asked."""
    sealed = sealer.seal_json(SealPurpose.POLLED_ANSWER, authorisation.to_json())
    row = await unit.fetch_one(
        store.APPROVE,
        of=polled.request_id,
        person=person_id,
        phone=polled.phone_id,
        grant=grant_id,
        sealed_authorisation=sealed,
        rests_on_number=int(authorisation.by_message),
        now=unit.now,
    )
    if row is None:
        raise RequestOver


async def hold_approved(unit: Unit, client_id: str, handle: str) -> bool:
    """Whether what a client polls for with `handle` still is approved; if so, it stays so until the unit ends."""
    return await unit.fetch_one(store.HOLD_APPROVED, of_client=client_id, handle=digest(handle)) is not None


async def end_approved(unit: Unit, person_id: str) -> None:
    """Have no poll fetch what a person approved any more. What was fetched, its grant ends."""
    await unit.execute(store.END_APPROVED, person=person_id)


async def end_approved_by_message(unit: Unit, person_id: str, since: Instant) -> None:
    """The same of what rests on the person's phone number, and `since` an instant of all."""
    await unit.execute(store.END_APPROVED_BY_MESSAGE, person=person_id, since=since)


async def end_approved_on(unit: Unit, person_id: str, phone_id: str) -> None:
    """The same of what the person approved on one phone."""
    await unit.execute(store.END_APPROVED_ON, person=person_id, phone=phone_id)


async def end(unit: Unit, polled: PolledRequest, person_id: str | None, how: Outcome) -> None:
    """End the request without what it asked for: the person who was asked, or who has the code, who may be nobody that
    is known. Raises `RequestOver`, also where somebody else was asked."""
    of = {"of": polled.request_id, "person": person_id, "now": unit.now}
    if await unit.fetch_one(store.END, **of, how=how.value) is None:
        raise RequestOver


async def cancel(unit: Unit, client_id: str, handle: str) -> str | None:
    """Take back what a client polls for with `handle`, as far as there is anything to take back; the grant of what was
    approved before, fetched or not."""
    row = await unit.fetch_one(store.CANCEL, handle=digest(handle), of_client=client_id, now=unit.now)
    grant_id: str | None = None if row is None else row["grant_id"]
    return grant_id


async def disown(unit: Unit, person_id: str, client_id: str) -> None:
    """Have the person hear no more from this client for a day."""
    await unit.execute(store.DISOWN, person_id=person_id, client_id=client_id, until=unit.now + DISOWNED_FOR)


async def is_disowned(unit: Reading, person_id: str, client_id: str) -> bool:
    """Whether the person hears nothing from this client for the time being."""
    found = await unit.fetch_one(store.IS_DISOWNED, person=person_id, of_client=client_id, now=unit.now)
    return found is not None


async def forget(unit: Unit, person_id: str) -> None:
    """Delete what waits for a person, and from whom they do not want to hear."""
    await unit.execute(store.FORGET, person=person_id)
    await unit.execute(store.FORGET_DISOWNED, person=person_id)


def _polled(sealer: Sealer, row: Row) -> PolledRequest:
    values, asked_from, told = sealer.open_json(SealPurpose.POLLED_REQUEST, row["sealed"])
    return PolledRequest(
        request_id=row["request_id"],
        kind=PolledKind(row["kind"]),
        client_id=row["client_id"],
        person_id=row["person_id"],
        request=AuthorizationRequest.from_json(values),
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
        asked_from=asked_from,
        numbers=tuple((row["numbers"] or "").split()),
        is_picked=row["picked_at"] is not None,
        phone_id=row["phone_id"],
        notification=None if told is None else Notification(*told),
    )
