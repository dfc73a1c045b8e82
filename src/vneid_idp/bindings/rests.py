"""Why bindings rest: grounds that the population register gives, each of which may cease by itself.

A binding rests as long as there is a ground. A lock of the identity is another matter (`suspend_all`, `resume_all`),
and what the provider suspended for reasons of its own is left alone here.
"""

from collections.abc import Callable
from enum import StrEnum

from vneid_idp.bindings import rest_store, service
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.kind import BindingKind
from vneid_idp.bindings.engine.lifecycle import Pause
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Reading, Unit


class Ground(StrEnum):
    """Why a binding rests. Names stand in the database."""

    DEATH = "death"
    """Its holder died."""
    CARD = "card"
    """Its holder, who proved it, has no valid card any more, which locks the identity (Decree 69/2024 Art. 15)."""
    GUARDIANSHIP = "guardianship"
    """Who bound it for a child is no parent or guardian of the child any more."""


async def put_in_step(
    unit: Unit,
    person_id: str,
    grounds: Callable[[Binding], frozenset[Ground]],
    *,
    locked_at: Instant | None,
    kinds: Kinds = KINDS,
) -> None:
    """Let what a person holds rest, or count again, by the grounds that there are now for each binding.

    `locked_at` is since when the person's identity is locked, if it is: then nothing counts again before the lock ends.
    """
    standing = await rest_store.grounds_of(unit, person_id)
    async for binding in service.all_of_person(unit, person_id, kinds):
        kind = kinds[binding.kind]
        pause = kind.lifecycle.pause
        if pause is None or binding.person_id != person_id or binding.state not in kind.lifecycle.live:
            continue
        before = frozenset(Ground(name) for name in standing.get(binding.binding_id, ()))
        await _Resting(unit, person_id, kind, pause, binding).put_in_step(before, grounds(binding), locked_at)


async def with_expired_card(unit: Reading, after: str, most: int, *, kinds: Kinds = KINDS) -> tuple[str, ...]:
    """People who hold something by an own proof that does not rest for their card yet, though it has run out: at most
    `most`, in the order of their ids, those after `after`.
    """
    found: set[str] = set()
    for kind in kinds.values():
        if kind.lifecycle.pause is not None:
            found |= await rest_store.with_expired_card(unit, kind, Ground.CARD, after, most)
    return tuple(sorted(found)[:most])


class _Resting:
    """One binding, within a unit."""

    def __init__(
        self, unit: Unit, person_id: str, kind: BindingKind[Binding], pause: Pause[StrEnum], binding: Binding
    ) -> None:
        self._unit = unit
        self._person_id = person_id
        self._kind = kind
        self._pause = pause
        self._binding = binding

    async def put_in_step(self, before: frozenset[Ground], now: frozenset[Ground], locked_at: Instant | None) -> None:
        """Write the grounds as they are now, and make the move that follows."""
        since = self._kind.own(self._binding)[self._pause.since]
        rests_with_lock = locked_at is not None and since is not None and since >= locked_at
        if since is not None and not before and not rests_with_lock:
            return  # suspended by the provider itself
        if since is None and not (now and await self._move(self._pause.suspend)):
            return
        for ground in sorted(now - before):
            await rest_store.add(self._unit, self._person_id, self._binding.binding_id, ground)
        for ground in sorted(before - now):
            await rest_store.remove(self._unit, self._person_id, self._binding.binding_id, ground)
        if before and not now:
            await self._move(self._pause.resume)
            if locked_at is not None:
                # From now on it rests for the lock, and counts again when that is lifted.
                await self._move(self._pause.suspend)

    async def _move(self, how: StrEnum) -> bool:
        told = {"by": "provider"}
        binding = self._binding
        return (
            await engine.try_move(self._unit, self._kind, binding.client_id, binding.binding_id, how, told) is not None
        )
