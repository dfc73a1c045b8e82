"""Queries on the bindings of a kind, and on repeated requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic

from sqlalchemy import and_, bindparam, delete, select, update

from vneid_idp.audit.statements import entry
from vneid_idp.bindings.engine.kind import B, BindingKind
from vneid_idp.bindings.engine.tables import binding_requests
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

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
_FORGET_OF_CLIENT = Statement(delete(binding_requests).where(binding_requests.c.client_id == bindparam("of_client")))
_FORGET_REQUESTS = Statement(delete(binding_requests).where(binding_requests.c.at < bindparam("before")))

FIRST, LATEST = "", "bine"
"""Sort before and after every binding id (`bind_…`) in every collation."""


@dataclass(frozen=True, slots=True)
class Held(Generic[B]):
    """A live binding with what only the engine looks at: its resource and its place."""

    binding: B
    resource: str
    place: int | None


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """What an Idempotency-Key was first used for."""

    request_digest: str
    binding_id: str


async def find(unit: Reading, kind: BindingKind[B], client_id: str, binding_id: str) -> B | None:
    """A binding of this client, in whatever state."""
    row = await unit.fetch_one(kind.statements["find"], of_client=client_id, of_binding=binding_id)
    return None if row is None else kind.read(row)


async def resource_of(unit: Reading, kind: BindingKind[Any], client_id: str, binding_id: str) -> str | None:
    """The digest of what a binding holds, or held."""
    row = await unit.fetch_one(kind.statements["find"], of_client=client_id, of_binding=binding_id)
    return None if row is None else str(row["resource_digest"])


async def find_by_resource(unit: Reading, kind: BindingKind[B], scope: str, resource: str) -> B | None:
    """The live binding that holds a resource."""
    row = await unit.fetch_one(kind.statements["find resource"], of_scope=scope, resource=resource)
    return None if row is None else kind.read(row)


async def seize_by_resource(unit: Unit, kind: BindingKind[B], scope: str, resource: str) -> B | None:
    """As `find_by_resource`; whoever else seizes or moves it waits until the unit ends."""
    row = await unit.fetch_one(kind.statements["seize resource"], of_scope=scope, resource=resource)
    return None if row is None else kind.read(row)


async def find_held(
    unit: Reading, kind: BindingKind[B], scope: str, resource: str, person_id: str | None
) -> tuple[Held[B], ...]:
    """The live bindings of the resource, whoever holds it, and of the person, whatever the resource."""
    rows = await unit.fetch(kind.statements["find held"], of_scope=scope, resource=resource, who=person_id)
    return tuple(Held(kind.read(row), row["resource_digest"], row["place"]) for row in rows)


async def add(
    unit: Unit,
    kind: BindingKind[B],
    entry_by: StrEnum,
    binding: B,
    resource: str,
    place: int | None,
    done_by: Mapping[str, Any],
) -> bool:
    """Add a binding by one of the ways in; false if its resource or its place is taken."""
    data = {"kind": kind.name, **kind.event_data(binding), **done_by}
    values = row_of(kind, binding) | {"resource_digest": resource, "place": place} | entry(unit.now, data)
    return await unit.fetch_one(kind.statements[f"add {entry_by}"], **values) is not None


def row_of(kind: BindingKind[B], binding: B) -> dict[str, Any]:
    """The values of a binding's columns, but for its resource and place."""
    return {
        "client_id": binding.client_id,
        "binding_id": binding.binding_id,
        "person_id": binding.person_id,
        "representative_id": binding.representative_id,
        "consent_id": binding.consent_id,
        **kind.own(binding),
    }


async def move(
    unit: Unit,
    kind: BindingKind[B],
    client_id: str,
    binding_id: str,
    how: StrEnum,
    data: Mapping[str, Any],
    brought: Mapping[str, Any],
) -> B | None:
    """Make a move, which brings these values; nothing if the state does not allow it, or there is no such binding."""
    statement = kind.statements.get(f"move {how}")
    if statement is None:
        return None
    values = {f"new_{name}": value for name, value in brought.items()} | entry(unit.now, {"kind": kind.name, **data})
    if kind.lifecycle.changes[how].happens:
        values["at"] = unit.now
    row = await unit.fetch_one(statement, of_client=client_id, of_binding=binding_id, **values)
    return None if row is None else kind.read(row)


async def list_for_client(
    unit: Reading, kind: BindingKind[B], client_id: str, state: StrEnum | None, after: str, limit: int
) -> tuple[B, ...]:
    """At most `limit` bindings of a client later than `after`, in the order of their making."""
    rows = await unit.fetch(
        kind.statements["list" if state is None else f"list {state}"], of_client=client_id, after=after, limit=limit
    )
    return tuple(kind.read(row) for row in rows)


async def list_for_person(
    unit: Reading, kind: BindingKind[B], person_id: str, before: str, limit: int
) -> tuple[B, ...]:
    """At most `limit` bindings that a person holds or made for another, made before `before`, the latest first."""
    rows = await unit.fetch(kind.statements["list of person"], who=person_id, before=before, limit=limit)
    return tuple(kind.read(row) for row in rows)


async def find_for_person(unit: Reading, kind: BindingKind[B], person_id: str, binding_id: str) -> B | None:
    """A binding that this person holds, or made for another."""
    row = await unit.fetch_one(kind.statements["find of person"], who=person_id, of_binding=binding_id)
    return None if row is None else kind.read(row)


async def list_live(unit: Reading, kind: BindingKind[B], after: tuple[str, str], limit: int) -> tuple[B, ...]:
    """At most `limit` live bindings of all clients beyond `after`, a client's and a binding's id, in their order."""
    client_id, binding_id = after
    rows = await unit.fetch(kind.statements["list live"], of_client=client_id, after=binding_id, limit=limit)
    return tuple(kind.read(row) for row in rows)


async def use_key(unit: Unit, client_id: str, key: str, request: str, binding_id: str) -> EarlierRequest | None:
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


async def forget_requests_of(unit: Unit, client_id: str) -> None:
    """Forget the Idempotency-Keys of a client."""
    await unit.execute(_FORGET_OF_CLIENT, of_client=client_id)
