"""The ledger: what belongs to a person, whatever its kind, and what happens to all of it at once."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from vneid_idp.bindings import resting_store, standing_by
from vneid_idp.bindings.engine import disclosure, store
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.engine.kind import GUARDIAN, BindingKind
from vneid_idp.bindings.engine.rules import Binding, BindingNotFound, acts_for
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Reading, Unit


async def list_for_person(
    unit: Reading, person_id: str, *, before: str | None = None, limit: int = 50, kinds: Kinds = KINDS
) -> tuple[Binding, ...]:
    """A page of what a person holds or supervises, the latest first; its last `binding_id` is `before` of the next."""
    found: list[Binding] = []
    for kind in kinds.values():
        found += await engine.list_for_person(unit, kind, person_id, before=before, limit=limit)
    # Ids are ordered by time, those of all kinds together.
    return tuple(sorted(found, key=lambda binding: binding.binding_id, reverse=True)[:limit])


async def disclose_for_person(
    unit: Reading, person_id: str, *, before: str | None = None, limit: int, kinds: Kinds = KINDS
) -> tuple[Disclosure[Any], ...]:
    """As `list_for_person`, each with what was decided about telling of it."""
    found: list[Disclosure[Any]] = []
    for kind in kinds.values():
        found += await disclosure.list_for_person(unit, kind, person_id, before=before, limit=limit)
    return tuple(sorted(found, key=lambda each: str(each.binding.binding_id), reverse=True)[:limit])


async def find_for_person(unit: Reading, person_id: str, binding_id: str, *, kinds: Kinds = KINDS) -> Binding | None:
    """A binding that this person holds, or made or confirmed as a guardian."""
    for kind in kinds.values():
        found: Binding | None = await store.find_for_person(unit, kind, person_id, binding_id)
        if found is not None:
            return found
    return await _find_joined(unit, person_id, binding_id, kinds)


async def _find_joined(unit: Reading, person_id: str, binding_id: str, kinds: Kinds) -> Binding | None:
    guard = await standing_by.find(unit, person_id, binding_id)
    if guard is None:
        return None
    for kind in kinds.values():
        found: Binding | None = await store.find(unit, kind, guard.client_id, binding_id)
        if found is not None:
            return found
    return None


async def disclose_joined(unit: Reading, person_id: str, *, kinds: Kinds = KINDS) -> tuple[Disclosure[Any], ...]:
    """What another guardian bound for a child, and this person confirmed and supervises as well, the latest first; each
    with what the other one decided about telling of it."""
    found: list[Disclosure[Any]] = []
    for guard in await standing_by.of_guardian(unit, person_id):
        for kind in kinds.values():
            if await store.find(unit, kind, guard.client_id, guard.binding_id) is not None:
                found.append(await disclosure.get(unit, kind, guard.client_id, guard.binding_id))
    others = [each for each in found if each.binding.representative_id not in (None, person_id)]
    return tuple(sorted(others, key=lambda each: str(each.binding.binding_id), reverse=True))


async def release_by_person(
    unit: Unit,
    person_id: str,
    binding_id: str,
    child: RegistryRecord | None,
    policy: Policy,
    *,
    client_id: str | None = None,
    kinds: Kinds = KINDS,
) -> Binding:
    """Release a binding for its holder, or for the guardian of `child`, who supervises it today; one at `client_id`, or
    anywhere.

    Raises `BindingNotFound`, `MoveForbidden`.
    """
    binding = await find_for_person(unit, person_id, binding_id, kinds=kinds)
    if binding is None or client_id not in (None, binding.client_id):
        raise BindingNotFound
    joined = await standing_by.find(unit, person_id, binding_id) is not None
    if not acts_for(person_id, binding, child, policy.at(unit.now), unit.now, joined=joined):
        raise BindingNotFound
    kind = kinds[binding.kind]
    return await engine.move(
        unit, kind, binding.client_id, binding_id, kind.lifecycle.release, **_by(kind, person_id, binding)
    )


async def release_under(
    unit: Unit, person_id: str, client_id: str, consent_id: str, *, by_law: bool = False, kinds: Kinds = KINDS
) -> int:
    """Release what was bound under a consent of this person towards a client, which is withdrawn, or ended `by_law`:
    without it the client may learn nothing more; how many."""

    def is_under(binding: Binding) -> bool:
        return stands_under(binding, person_id, client_id, consent_id)

    return await _release(unit, person_id, is_under, kinds, by_provider=by_law)


def stands_under(binding: Binding, person_id: str | None, client_id: str, consent_id: str) -> bool:
    """Whether a binding was made under this consent of a person towards a client.

    What names no consent was bound by a release that did not write one, when a person had one at each client.
    """
    whose = binding.proved_by, binding.client_id
    return whose == (person_id, client_id) and binding.consent_id in (None, consent_id)


async def release_own(unit: Unit, person_id: str, *, kinds: Kinds = KINDS) -> int:
    """Release what somebody who is forgotten holds, wherever, and nothing that belongs to a child; how many."""
    return await _release(unit, person_id, lambda binding: binding.person_id == person_id, kinds, by_provider=True)


async def _release(
    unit: Unit, person_id: str, which: Callable[[Binding], bool], kinds: Kinds, *, by_provider: bool
) -> int:
    released = 0
    async for binding in all_of_person(unit, person_id, kinds):
        kind = kinds[binding.kind]
        if which(binding) and binding.state in kind.lifecycle.live:
            data = {"by": "provider"} if by_provider else _by(kind, person_id, binding)
            # One that another request ends at this moment is ended, and no reason to refuse the withdrawal.
            moved = await engine.try_move(
                unit, kind, binding.client_id, binding.binding_id, kind.lifecycle.release, data
            )
            released += moved is not None
    return released


def _by(kind: BindingKind[Any], person_id: str, binding: Binding) -> dict[str, str]:
    role = kind.role_of(person_id, binding)
    return {"by": role, "guardian_id": person_id} if role == GUARDIAN else {"by": role}


async def release_all_of_client(unit: Unit, client_id: str, *, kinds: Kinds = KINDS) -> None:
    """Release everything that is bound at a client that is deleted: nobody will ask for it again. Its Idempotency-Keys
    are forgotten, so that they answer no other client's requests."""
    for kind in kinds.values():
        after = None
        while page := await engine.list_for_client(unit, kind, client_id, after=after):
            for binding in page:
                if binding.state in kind.lifecycle.live:
                    data = {"by": "client"}
                    await engine.try_move(unit, kind, client_id, binding.binding_id, kind.lifecycle.release, data)
            after = page[-1].binding_id
    await store.forget_requests_of(unit, client_id)


async def suspend_all(unit: Unit, person_id: str, *, kinds: Kinds = KINDS) -> None:
    """Let everything rest that a person holds: the identity behind it is locked, or the person died. What the person
    supervises belongs to a child, whose identity is not.
    """
    async for binding in all_of_person(unit, person_id, kinds):
        kind = kinds[binding.kind]
        pause = kind.lifecycle.pause
        if pause is not None and binding.person_id == person_id:
            # What rests already, or has ended, needs no rest: the move finds it in no state to lead on from.
            data = {"by": "provider"}
            await engine.try_move(unit, kind, binding.client_id, binding.binding_id, pause.suspend, data)


async def resume_all(unit: Unit, person_id: str, *, since: Instant, kinds: Kinds = KINDS) -> None:
    """Let count again what a person holds and what rests since the lock of that instant; what rested before it had
    another reason, and goes on; so does what also rests by a ground of the register.
    """
    resting = await resting_store.grounds_of(unit, person_id)
    async for binding in all_of_person(unit, person_id, kinds):
        kind = kinds[binding.kind]
        pause = kind.lifecycle.pause
        if pause is None or binding.person_id != person_id or binding.binding_id in resting:
            continue
        rests_since = kind.own(binding)[pause.since]
        if rests_since is not None and rests_since >= since:
            data = {"by": "provider"}
            await engine.try_move(unit, kind, binding.client_id, binding.binding_id, pause.resume, data)


async def all_of_person(unit: Reading, person_id: str, kinds: Kinds = KINDS) -> AsyncIterator[Binding]:
    """Everything that a person holds or supervises, the latest first."""
    before = None
    while page := await list_for_person(unit, person_id, before=before, kinds=kinds):
        for binding in page:
            yield binding
        before = page[-1].binding_id


async def forget_old_keys(unit: Unit) -> int:
    """Forget Idempotency-Keys after `KEYS_KEPT`; how many. Called by a background worker."""
    return await store.forget_requests(unit, unit.now - engine.KEYS_KEPT)
