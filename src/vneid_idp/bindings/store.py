"""Queries on bindings. Every move is one conditional statement that carries its own event."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Text, and_, bindparam, delete, null, or_, select, update

from vneid_idp.audit.statements import entry, recorded
from vneid_idp.bindings.lifecycle import EVENTS, Facts, Move, State, sources
from vneid_idp.bindings.rules import Binding, Kind, Method, Proof
from vneid_idp.bindings.tables import binding_requests, bindings, is_live
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_c = bindings.c
_STATE: dict[State, ColumnElement[bool]] = {
    State.PENDING: and_(is_live, _c.suspended_at.is_(None), _c.verified_at.is_(None)),
    State.VERIFIED: and_(is_live, _c.suspended_at.is_(None), _c.verified_at.is_not(None)),
    State.SUSPENDED: and_(is_live, _c.suspended_at.is_not(None)),
    State.RELEASED: and_(_c.released_at.is_not(None), _c.revoked_at.is_(None)),
    State.REVOKED: _c.revoked_at.is_not(None),
}
"""`lifecycle.state_of`, for the database."""

_THIS = and_(_c.client_id == bindparam("of_client"), _c.binding_id == bindparam("of_binding"))
_IDS = {"person_id": "person_id", "client_id": "client_id", "subject_id": "binding_id"}


def _move(move: Move, **changes: object) -> Statement:
    allowed = or_(*(_STATE[state] for state in sorted(sources(move))))
    return recorded(update(bindings).values(**changes).where(_THIS, allowed).returning(bindings), EVENTS[move], **_IDS)


_AT: BindParameter[int] = bindparam("at")
_MOVES = {
    Move.VERIFY: _move(Move.VERIFY, verified_at=_AT),
    Move.SUSPEND: _move(Move.SUSPEND, suspended_at=_AT),
    Move.RESUME: _move(Move.RESUME, suspended_at=null()),
    Move.RELEASE: _move(Move.RELEASE, released_at=_AT),
    Move.REVOKE: _move(Move.REVOKE, revoked_at=_AT),
}
_PROVE = _move(
    Move.PROVE,
    method=bindparam("new_method"),
    level=bindparam("new_level"),
    guardian_id=bindparam("new_guardian", type_=Text),
    verified_at=_AT,
)
_ADD = recorded(
    insert(bindings)
    .values({column.name: bindparam(column.name) for column in _c})
    # Whichever of the two unique indexes refuses: nothing happens, and the caller looks which one it was.
    .on_conflict_do_nothing()
    .returning(_c.person_id, _c.client_id, _c.binding_id),
    EVENTS[Move.VERIFY],
    **_IDS,
)
_FIND = Statement(select(bindings).where(_THIS))
_OF_CLIENT = and_(_c.client_id == bindparam("of_client"), _c.kind == bindparam("of_kind"))
_FIND_LIVE = Statement(
    select(bindings).where(
        _OF_CLIENT,
        is_live,
        or_(_c.account_digest == bindparam("account"), _c.person_id == bindparam("who")),
    )
)
_FIND_ACCOUNT = Statement(select(bindings).where(_OF_CLIENT, is_live, _c.account_digest == bindparam("account")))
_LISTS: dict[State | None, Statement] = {
    state: Statement(
        select(bindings)
        .where(_OF_CLIENT, _c.binding_id > bindparam("after"), *([] if state is None else [_STATE[state]]))
        .order_by(_c.binding_id)
        .limit(bindparam("limit"))
    )
    for state in (None, *State)
}
_OF_PERSON = Statement(
    select(bindings)
    .where(
        or_(_c.person_id == bindparam("who"), _c.guardian_id == bindparam("who")), _c.binding_id < bindparam("before")
    )
    .order_by(_c.binding_id.desc())
    .limit(bindparam("limit"))
)
_FIND_OF_PERSON = Statement(
    select(bindings).where(
        or_(_c.person_id == bindparam("who"), _c.guardian_id == bindparam("who")),
        _c.binding_id == bindparam("of_binding"),
    )
)
_ADD_REQUEST = Statement(
    insert(binding_requests)
    .values({column.name: bindparam(column.name) for column in binding_requests.c})
    .on_conflict_do_nothing(index_elements=[binding_requests.c.client_id, binding_requests.c.key_digest])
    .returning(binding_requests.c.binding_id)
)
_THIS_REQUEST = and_(
    binding_requests.c.client_id == bindparam("of_client"), binding_requests.c.key_digest == bindparam("key")
)
_FIND_REQUEST = Statement(select(binding_requests).where(_THIS_REQUEST))
_ANSWER_REQUEST = Statement(update(binding_requests).values(binding_id=bindparam("answer")).where(_THIS_REQUEST))
_FORGET_REQUESTS = Statement(delete(binding_requests).where(binding_requests.c.at < bindparam("before")))


@dataclass(frozen=True, slots=True)
class Held:
    """A live binding with what only the store's rules look at: its account and its place."""

    binding: Binding
    account: str
    place: int


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """What an Idempotency-Key was first used for."""

    request_digest: str
    binding_id: str


def _binding(row: Row) -> Binding:
    return Binding(
        client_id=row["client_id"],
        binding_id=row["binding_id"],
        kind=Kind(row["kind"]),
        person_id=row["person_id"],
        guardian_id=row["guardian_id"],
        method=Method(row["method"]),
        level=row["level"],
        facts=Facts(
            requested_at=row["requested_at"],
            verified_at=row["verified_at"],
            suspended_at=row["suspended_at"],
            released_at=row["released_at"],
            revoked_at=row["revoked_at"],
        ),
    )


async def find(unit: Reading, client_id: str, binding_id: str) -> Binding | None:
    """A binding of this client, in whatever state."""
    row = await unit.fetch_one(_FIND, of_client=client_id, of_binding=binding_id)
    return None if row is None else _binding(row)


async def find_by_account(unit: Reading, client_id: str, kind: Kind, account: str) -> Binding | None:
    """The live binding that holds an account."""
    row = await unit.fetch_one(_FIND_ACCOUNT, of_client=client_id, of_kind=kind, account=account)
    return None if row is None else _binding(row)


async def find_held(unit: Reading, client_id: str, kind: Kind, account: str, person_id: str) -> tuple[Held, ...]:
    """The live bindings of the account, whoever holds it, and of the person, whatever the account."""
    rows = await unit.fetch(_FIND_LIVE, of_client=client_id, of_kind=kind, account=account, who=person_id)
    return tuple(Held(_binding(row), row["account_digest"], row["place"]) for row in rows)


async def add_verified(unit: Unit, binding: Binding, account: str, place: int) -> bool:
    """Add a binding that is verified from the start; false if its account or its place is taken."""
    facts = binding.facts
    data = {"kind": binding.kind.value, "method": binding.method.value, "level": binding.level}
    if binding.guardian_id is not None:
        data["guardian_id"] = binding.guardian_id
    row = await unit.fetch_one(
        _ADD,
        client_id=binding.client_id,
        binding_id=binding.binding_id,
        kind=binding.kind,
        account_digest=account,
        person_id=binding.person_id,
        guardian_id=binding.guardian_id,
        place=place,
        method=binding.method,
        level=binding.level,
        requested_at=facts.requested_at,
        verified_at=facts.verified_at,
        suspended_at=None,
        released_at=None,
        revoked_at=None,
        **entry(unit.now, data),
    )
    return row is not None


async def move(unit: Unit, client_id: str, binding_id: str, how: Move, data: Mapping[str, str]) -> Binding | None:
    """Make a move other than `PROVE`; nothing if the binding's state does not allow it, or there is none."""
    at = {} if how is Move.RESUME else {"at": unit.now}
    row = await unit.fetch_one(_MOVES[how], of_client=client_id, of_binding=binding_id, **at, **entry(unit.now, data))
    return None if row is None else _binding(row)


async def prove(unit: Unit, binding: Binding, proof: Proof) -> Binding | None:
    """Replace the proof of a verified binding; nothing if it is not verified any more."""
    data = {"method": proof.method.value, "level": proof.level}
    row = await unit.fetch_one(
        _PROVE,
        of_client=binding.client_id,
        of_binding=binding.binding_id,
        new_method=proof.method,
        new_level=proof.level,
        new_guardian=proof.guardian_id,
        at=unit.now,
        **entry(unit.now, data),
    )
    return None if row is None else _binding(row)


async def list_for_client(
    unit: Reading, client_id: str, kind: Kind, state: State | None, after: str, limit: int
) -> tuple[Binding, ...]:
    """At most `limit` bindings of a client later than `after`, in the order of their making."""
    rows = await unit.fetch(_LISTS[state], of_client=client_id, of_kind=kind, after=after, limit=limit)
    return tuple(_binding(row) for row in rows)


async def list_for_person(unit: Reading, person_id: str, before: str, limit: int) -> tuple[Binding, ...]:
    """At most `limit` bindings that a person holds or supervises, made before `before`, the latest first."""
    rows = await unit.fetch(_OF_PERSON, who=person_id, before=before, limit=limit)
    return tuple(_binding(row) for row in rows)


async def find_for_person(unit: Reading, person_id: str, binding_id: str) -> Binding | None:
    """A binding that this person holds or supervises."""
    row = await unit.fetch_one(_FIND_OF_PERSON, who=person_id, of_binding=binding_id)
    return None if row is None else _binding(row)


async def claim_key(unit: Unit, client_id: str, key: str, request: str, binding_id: str) -> EarlierRequest | None:
    """Use an Idempotency-Key for `request`; what it was used for before, if it was."""
    row = await unit.fetch_one(
        _ADD_REQUEST, client_id=client_id, key_digest=key, request_digest=request, binding_id=binding_id, at=unit.now
    )
    if row is not None:
        return None
    earlier = await unit.fetch_one(_FIND_REQUEST, of_client=client_id, key=key)
    return None if earlier is None else EarlierRequest(earlier["request_digest"], earlier["binding_id"])


async def answer_key(unit: Unit, client_id: str, key: str, binding_id: str) -> None:
    """Remember which binding a request with this key came to."""
    await unit.execute(_ANSWER_REQUEST, of_client=client_id, key=key, answer=binding_id)


async def forget_requests(unit: Unit, before: Instant) -> int:
    """Forget the Idempotency-Keys of requests before an instant; how many."""
    return await unit.execute(_FORGET_REQUESTS, before=before)
