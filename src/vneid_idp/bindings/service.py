"""Use cases of bindings: bind, release, suspend, resume, revoke, find and list."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from vneid_idp.bindings import store
from vneid_idp.bindings.lifecycle import LIVE, MOVES, Facts, Move, State
from vneid_idp.bindings.policy import DEFAULT_ACCOUNT_LIMIT
from vneid_idp.bindings.rules import (
    AccountBoundToAnother,
    AccountLimitReached,
    Binding,
    BindingNotFound,
    IdempotencyConflict,
    Kind,
    MoveForbidden,
    Proof,
    acts_for,
    check_proof,
    is_better,
)
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.storage.unit import Reading, Unit

KEYS_KEPT = DAY
"""How long an Idempotency-Key is remembered."""
_FIRST, _LATEST = "", "bine"
"""Sort before and after every binding id (`bind_…`) in every collation."""

By = Literal["client", "person", "guardian", "provider"]
"""Who makes a move."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding, and whether this request made it; otherwise it stood before."""

    binding: Binding
    created: bool


async def bind_social_account(
    unit: Unit,
    blind: BlindIndex,
    *,
    client_id: str,
    account_id: str,
    proof: Proof,
    account_limit: int = DEFAULT_ACCOUNT_LIMIT,
    idempotency_key: str | None = None,
) -> Bound:
    """Bind a network's account to the person of `proof`.

    Asking again for the same account and person changes nothing, unless the proof is better than the first. Of parallel
    requests for one account one wins, on both databases, and a person never holds more than `account_limit` accounts.

    Raises `GuardianRequired`, `OwnProofRequired`, `LevelRequired`, `AccountBoundToAnother`, `AccountLimitReached`,
    `IdempotencyConflict`.
    """
    check_proof(proof)
    account = account_digest(blind, client_id, account_id)
    binding_id = new_id("bind")
    if idempotency_key is None:
        return await _bind(unit, client_id, binding_id, account, proof, account_limit)
    key = blind.of("binding_request_key", f"{client_id}\0{idempotency_key}")
    request = blind.of("binding_request", f"{account}\0{proof.person_id}\0{proof.guardian_id or ''}")
    earlier = await store.claim_key(unit, client_id, key, request, binding_id)
    if earlier is not None:
        if earlier.request_digest != request:
            raise IdempotencyConflict
        return Bound(await get(unit, client_id, earlier.binding_id), created=False)
    bound = await _bind(unit, client_id, binding_id, account, proof, account_limit)
    if not bound.created:
        await store.answer_key(unit, client_id, key, bound.binding.binding_id)
    return bound


def account_digest(blind: BlindIndex, client_id: str, account_id: str) -> str:
    """What is kept of a network's account id. The same handle in two networks gives two digests."""
    return blind.of(Kind.SOCIAL_ACCOUNT, f"{client_id}\0{account_id}")


async def _bind(unit: Unit, client_id: str, binding_id: str, account: str, proof: Proof, account_limit: int) -> Bound:
    kind = Kind.SOCIAL_ACCOUNT
    held = await store.find_held(unit, client_id, kind, account, proof.person_id)
    for one in held:
        if one.account == account:
            return await _already_bound(unit, one.binding, proof)
    taken = {one.place for one in held}
    if len(taken) >= account_limit:
        raise AccountLimitReached
    facts = Facts(requested_at=unit.now, verified_at=unit.now)
    binding = Binding(client_id, binding_id, kind, proof.person_id, proof.guardian_id, proof.method, proof.level, facts)
    for place in range(1, account_limit + 1):
        if place in taken:
            continue
        if await store.add_verified(unit, binding, account, place):
            return Bound(binding, created=True)
        # A parallel request was faster: it took the account, or only this place.
        winner = await store.find_by_account(unit, client_id, kind, account)
        if winner is not None:
            return await _already_bound(unit, winner, proof)
    raise AccountLimitReached


async def _already_bound(unit: Unit, binding: Binding, proof: Proof) -> Bound:
    if binding.person_id != proof.person_id:
        raise AccountBoundToAnother
    if is_better(proof, binding):
        proved = await store.prove(unit, binding, proof)
        return Bound(proved or await get(unit, binding.client_id, binding.binding_id), created=False)
    return Bound(binding, created=False)


async def release(unit: Unit, client_id: str, binding_id: str) -> Binding:
    """Release a binding for its network; one that was released stays so. Raises `BindingNotFound`, `MoveForbidden`."""
    return await _make(unit, client_id, binding_id, Move.RELEASE, "client")


async def release_by_person(unit: Unit, person_id: str, binding_id: str, child: RegistryRecord | None) -> Binding:
    """Release a binding for its holder, or for the guardian of `child`, who supervises it today. As `release`."""
    binding = await store.find_for_person(unit, person_id, binding_id)
    if binding is None or not acts_for(person_id, binding, child, unit.now):
        raise BindingNotFound
    return await _make(unit, binding.client_id, binding_id, Move.RELEASE, _role(binding, person_id))


async def find_for_person(unit: Reading, person_id: str, binding_id: str) -> Binding | None:
    """A binding that this person holds, or made as a guardian."""
    return await store.find_for_person(unit, person_id, binding_id)


def _role(binding: Binding, person_id: str) -> By:
    return "person" if binding.person_id == person_id else "guardian"


async def release_all(unit: Unit, person_id: str, client_id: str | None = None) -> int:
    """Release everything that a person holds or supervises at one network, or anywhere; how many. For a consent that is
    withdrawn: without it the network may learn nothing more, and a binding goes on telling state and age band.
    """
    released = 0
    async for binding in _all_of_person(unit, person_id):
        if client_id in (None, binding.client_id) and binding.state in LIVE:
            by = {"by": _role(binding, person_id)}
            # One that another request ends at this moment is ended, and no reason to refuse the withdrawal.
            moved = await store.move(unit, binding.client_id, binding.binding_id, Move.RELEASE, by)
            released += moved is not None
    return released


async def suspend_all(unit: Unit, person_id: str) -> None:
    """Let everything rest that a person holds: the identity behind it is locked, or the person died. What the person
    supervises belongs to a child, whose identity is not.
    """
    async for binding in _all_of_person(unit, person_id):
        if binding.person_id == person_id and binding.state is State.VERIFIED:
            # One that another request ends at this moment needs no rest.
            with suppress(MoveForbidden):
                await move(unit, binding.client_id, binding.binding_id, Move.SUSPEND)


async def resume_all(unit: Unit, person_id: str, *, since: Instant) -> None:
    """Let count again what a person holds and what rests since the lock of that instant; what rested before it had
    another reason, and goes on.
    """
    async for binding in _all_of_person(unit, person_id):
        suspended_at = binding.facts.suspended_at
        if binding.person_id == person_id and suspended_at is not None and suspended_at >= since:
            with suppress(MoveForbidden):
                await move(unit, binding.client_id, binding.binding_id, Move.RESUME)


async def _all_of_person(unit: Reading, person_id: str) -> AsyncIterator[Binding]:
    before = None
    while page := await list_for_person(unit, person_id, before=before):
        for binding in page:
            yield binding
        before = page[-1].binding_id


async def move(unit: Unit, client_id: str, binding_id: str, how: Move, *, by: By = "provider") -> Binding:
    """Verify, suspend, resume or revoke a binding. Raises `BindingNotFound`, `MoveForbidden`."""
    return await _make(unit, client_id, binding_id, how, by)


async def _make(unit: Unit, client_id: str, binding_id: str, how: Move, by: By) -> Binding:
    moved = await store.move(unit, client_id, binding_id, how, {"by": by})
    if moved is not None:
        return moved
    standing = await get(unit, client_id, binding_id)
    # Ending what has ended that way is no error: the answer may have been lost.
    if standing.state not in LIVE and standing.state in {end for (_, made), end in MOVES.items() if made is how}:
        return standing
    raise MoveForbidden


async def find(unit: Reading, client_id: str, binding_id: str) -> Binding | None:
    """A binding of this client, in whatever state."""
    return await store.find(unit, client_id, binding_id)


async def get(unit: Reading, client_id: str, binding_id: str) -> Binding:
    """As `find`; raises `BindingNotFound`, also for another client's binding."""
    binding = await store.find(unit, client_id, binding_id)
    if binding is None:
        raise BindingNotFound
    return binding


async def find_by_account(unit: Reading, blind: BlindIndex, client_id: str, account_id: str) -> Binding | None:
    """The binding that holds a network's account at this moment; `None` for an unverified one."""
    account = account_digest(blind, client_id, account_id)
    return await store.find_by_account(unit, client_id, Kind.SOCIAL_ACCOUNT, account)


async def list_for_client(
    unit: Reading, client_id: str, *, state: State | None = None, after: str | None = None, limit: int = 50
) -> tuple[Binding, ...]:
    """A page of a network's own bindings in the order of their making; its last `binding_id` is `after` of the next."""
    return await store.list_for_client(unit, client_id, Kind.SOCIAL_ACCOUNT, state, after or _FIRST, limit)


async def list_for_person(
    unit: Reading, person_id: str, *, before: str | None = None, limit: int = 50
) -> tuple[Binding, ...]:
    """A page of what a person holds or supervises, the latest first; its last `binding_id` is `before` of the next."""
    return await store.list_for_person(unit, person_id, before or _LATEST, limit)


async def forget_old_keys(unit: Unit) -> int:
    """Forget Idempotency-Keys after `KEYS_KEPT`; how many. Called by a background worker."""
    return await store.forget_requests(unit, unit.now - KEYS_KEPT)
