"""Bindings of one kind: occupy a resource, make a move, find and list."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic

from vneid_idp.bindings import supervisors
from vneid_idp.bindings.engine import store
from vneid_idp.bindings.engine.kind import B, BindingKind
from vneid_idp.bindings.engine.rules import Binding, BindingNotFound, IdempotencyConflict, MoveForbidden
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.storage.unit import Database, Reading, Unit

KEYS_KEPT: Instant = DAY
"""How long an Idempotency-Key is remembered."""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Bound(Generic[B]):
    """A binding, and whether this request made it; otherwise it stood before."""

    binding: B
    created: bool


def digest_of(blind: BlindIndex, kind: BindingKind[Any], scope: str, resource: str) -> str:
    """What is kept of a resource's name. The same name in two scopes, or kinds, gives two digests."""
    return blind.of(kind.name, f"{scope}\0{resource}")


async def occupy(
    unit: Unit,
    kind: BindingKind[B],
    way_in: StrEnum,
    new: B,
    resource: str,
    *,
    limit: int | None = None,
    done_by: Mapping[str, Any] = MappingProxyType({}),
) -> Bound[B] | None:
    """Add `new` as the holder of a resource's digest, or find who holds it already; nothing if the person's places are
    taken. Of parallel requests one wins, on both databases, and nobody ever holds more than `limit`.

    `done_by` stands in the event: who did it, where that is not the client of the binding.
    """
    scope = store.row_of(kind, new)[kind.scope]
    held = await store.find_held(unit, kind, scope, resource, new.person_id)
    for one in held:
        if one.resource == resource:
            return Bound(one.binding, created=False)
    taken = {one.place for one in held}
    if limit is not None and len(taken) >= limit:
        return None
    for place in [None] if limit is None else [place for place in range(1, limit + 1) if place not in taken]:
        if await store.add(unit, kind, way_in, new, resource, place, done_by):
            await supervisors.tell(unit, new, kind.lifecycle.events[way_in], {**kind.event_data(new), **done_by})
            return Bound(new, created=True)
        # A parallel request was faster: it took the resource, or only this place.
        winner = await store.find_by_resource(unit, kind, scope, resource)
        if winner is not None:
            return Bound(winner, created=False)
    return None


async def places_taken(unit: Reading, kind: BindingKind[Any], scope: str, person_id: str) -> int:
    """How many places somebody holds."""
    return len(await store.find_held(unit, kind, scope, "", person_id))


async def held_of_person(unit: Reading, kind: BindingKind[B], scope: str, person_id: str) -> Mapping[str, B]:
    """What somebody holds within a scope, each under the digest of its resource."""
    return {one.resource: one.binding for one in await store.find_held(unit, kind, scope, "", person_id)}


async def occupy_again(
    unit: Unit, kind: BindingKind[B], way_in: StrEnum, new: B, released: B, *, limit: int | None = None
) -> Bound[B] | None:
    """As `occupy`, of the resource that `released` held: its name is known to nobody here."""
    resource = await store.resource_of(unit, kind, released.client_id, released.binding_id)
    if resource is None:
        raise BindingNotFound
    return await occupy(unit, kind, way_in, new, resource, limit=limit)


async def once(
    unit: Unit,
    blind: BlindIndex,
    kind: BindingKind[B],
    client_id: str,
    key: str | None,
    request: str,
    bind: Callable[[str], Awaitable[Bound[B]]],
) -> Bound[B]:
    """What `bind` makes under a new id, or what it made when the client used this Idempotency-Key before.

    `request` tells this request from others. Raises `IdempotencyConflict` for another one under the same key.
    """
    binding_id = new_id("bind")
    if key is None:
        return await bind(binding_id)
    key_digest = blind.of("binding_request_key", f"{client_id}\0{kind.name}\0{key}")
    request_digest = blind.of("binding_request", request)
    earlier = await store.use_key(unit, client_id, key_digest, request_digest, binding_id)
    if earlier is not None:
        if earlier.request_digest != request_digest:
            raise IdempotencyConflict
        return Bound(await get(unit, kind, client_id, earlier.binding_id), created=False)
    bound = await bind(binding_id)
    if not bound.created:
        await store.answer_key(unit, client_id, key_digest, bound.binding.binding_id)
    return bound


async def move(
    unit: Unit,
    kind: BindingKind[B],
    client_id: str,
    binding_id: str,
    how: StrEnum,
    *,
    by: str = "provider",
    guardian_id: str | None = None,
    **brought: Any,
) -> B:
    """Make a move, which brings the columns that its `StateChange` names; `guardian_id` is who makes it for a child.
    Raises `BindingNotFound`, `MoveForbidden`."""
    data = {"by": by} if guardian_id is None else {"by": by, "guardian_id": guardian_id}
    moved = await try_move(unit, kind, client_id, binding_id, how, data, **brought)
    if moved is not None:
        return moved
    binding = await get(unit, kind, client_id, binding_id)
    # Ending what has ended that way is no error: the answer may have been lost.
    if binding.state in kind.lifecycle.ends(how):
        return binding
    raise MoveForbidden


async def try_move(
    unit: Unit,
    kind: BindingKind[B],
    client_id: str,
    binding_id: str,
    how: StrEnum,
    data: Mapping[str, Any],
    **brought: Any,
) -> B | None:
    """As `move`, whose event says `data`; nothing where it is not possible now."""
    moved = await store.move(unit, kind, client_id, binding_id, how, data, brought)
    if moved is not None:
        await supervisors.tell(unit, moved, kind.lifecycle.events[how], data)
    return moved


async def find(unit: Reading, kind: BindingKind[B], client_id: str, binding_id: str) -> B | None:
    """A binding of this client, in whatever state."""
    return await store.find(unit, kind, client_id, binding_id)


async def get(unit: Reading, kind: BindingKind[B], client_id: str, binding_id: str) -> B:
    """As `find`; raises `BindingNotFound`, also for another client's binding."""
    binding = await store.find(unit, kind, client_id, binding_id)
    if binding is None:
        raise BindingNotFound
    return binding


async def find_by_resource(unit: Reading, kind: BindingKind[B], scope: str, resource: str) -> B | None:
    """The binding that holds a resource's digest at this moment."""
    return await store.find_by_resource(unit, kind, scope, resource)


async def seize_by_resource(unit: Unit, kind: BindingKind[B], scope: str, resource: str) -> B | None:
    """As `find_by_resource`, for whoever decides by what it is and then changes it: nobody else does until the unit
    ends."""
    return await store.seize_by_resource(unit, kind, scope, resource)


async def held_by(unit: Reading, kind: BindingKind[Any], binding: Binding) -> str | None:
    """The digest of what a binding holds, or held: of two of one account the same."""
    return await store.resource_of(unit, kind, binding.client_id, binding.binding_id)


async def find_in_place_of(unit: Reading, kind: BindingKind[B], released: B) -> B | None:
    """The binding that holds at this moment what `released` held."""
    resource = await store.resource_of(unit, kind, released.client_id, released.binding_id)
    scope = store.row_of(kind, released)[kind.scope]
    return None if resource is None else await store.find_by_resource(unit, kind, scope, resource)


async def list_for_client(
    unit: Reading,
    kind: BindingKind[B],
    client_id: str,
    *,
    state: StrEnum | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[B, ...]:
    """A page of a client's own bindings in the order of their making; its last `binding_id` is `after` of the next."""
    return await store.list_for_client(unit, kind, client_id, state, after or store.FIRST, limit)


async def list_for_person(
    unit: Reading, kind: BindingKind[B], person_id: str, *, before: str | None = None, limit: int = 50
) -> tuple[B, ...]:
    """A page of what a person holds or supervises, the latest first; its last `binding_id` is `before` of the next."""
    return await store.list_for_person(unit, kind, person_id, before or store.LATEST, limit)


async def live_pages(db: Database, kind: BindingKind[B], *, page: int = _PAGE) -> AsyncIterator[tuple[B, ...]]:
    """Every live binding, in pages that each have a unit of their own: no transaction lasts as long as the walk."""
    after = (store.FIRST, store.FIRST)
    while True:
        async with db.reading() as unit:
            found = await store.list_live(unit, kind, after, page)
        if not found:
            return
        yield found
        after = (found[-1].client_id, found[-1].binding_id)
