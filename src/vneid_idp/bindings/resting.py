"""Why bindings rest: grounds that the register gives, that a guardian cannot act, or that the phone number by which one
was proved got into other hands; each of them may cease by itself.

A binding rests as long as there is a ground. A lock of the identity is another matter (`suspend_all`, `resume_all`),
and what the provider suspended for reasons of its own is left alone here.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from vneid_idp.bindings import resting_store, service
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.engine.kind import GUARDIAN, B, BindingKind
from vneid_idp.bindings.engine.lifecycle import Pause
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Reading, Unit

UNSUPERVISED = frozenset({RestingGround.GUARDIANSHIP, RestingGround.GUARDIAN})
"""Grounds that another proof does away with: another guardian's, or the young person's own."""
BY_ANOTHER_PROOF = UNSUPERVISED | {RestingGround.PHONE}
"""The same, and those that whoever proved it before does away with by a proof of now."""
_NEXT = "binding_capabilities"
T = TypeVar("T")
_OF_THE_GUARDIAN = frozenset({RestingGround.GUARDIAN})
_OF_THE_PHONE = frozenset({RestingGround.PHONE})
_NOT_OF_THE_REGISTER = _OF_THE_GUARDIAN | _OF_THE_PHONE


async def put_in_step(
    unit: Unit,
    person_id: str,
    grounds: Callable[[Binding], frozenset[RestingGround]],
    *,
    locked_at: Instant | None,
    kinds: Kinds = KINDS,
) -> None:
    """Let what a person holds rest, or count again, by the grounds that the register gives now for each binding.

    `locked_at` is since when the person's identity is locked, if it is: then nothing counts again before the lock ends.
    """
    kept = await resting_store.grounds_of(unit, person_id)
    async for binding in service.all_of_person(unit, person_id, kinds):
        if binding.person_id == person_id:
            before = _read(kept, binding)
            await _put_in_step(
                unit, binding, before, grounds(binding) | before & _NOT_OF_THE_REGISTER, locked_at, kinds
            )


async def put_one_in_step(
    unit: Unit, binding: Binding, grounds: frozenset[RestingGround], *, kinds: Kinds = KINDS
) -> frozenset[RestingGround]:
    """As `put_in_step`, for one binding whose holder is not locked; the grounds for which it rests now, those of
    which no register tells included.
    """
    before = _read(await resting_store.grounds_of(unit, _holder(binding)), binding)
    now = grounds | before & _NOT_OF_THE_REGISTER
    await _put_in_step(unit, binding, before, now, None, kinds)
    return now


async def lift(unit: Unit, binding: Binding, *, kinds: Kinds = KINDS) -> None:
    """Let a binding count again whose holder is not locked: what it rested for is gone with another proof."""
    before = _read(await resting_store.grounds_of(unit, _holder(binding)), binding)
    await _put_in_step(unit, binding, before, frozenset(), None, kinds)


async def children_of(unit: Reading, guardian_id: str, *, kinds: Kinds = KINDS) -> frozenset[str]:
    """The people for whom somebody bound, as their guardian, what is live."""
    return frozenset([_holder(binding) async for binding in supervised_by(unit, guardian_id, kinds)])


async def put_children_in_step(
    unit: Unit, guardian_id: str, *, acts: bool, locked_at: Mapping[str, Instant | None], kinds: Kinds = KINDS
) -> None:
    """Let rest what somebody bound for others as their guardian, or count again, by whether the guardian `acts`.

    `locked_at` says of each of the others since when their identity is locked, if it is.
    """
    async for binding in supervised_by(unit, guardian_id, kinds):
        holder = _holder(binding)
        if holder in locked_at:
            before = _read(await resting_store.grounds_of(unit, holder), binding)
            now = before - _OF_THE_GUARDIAN if acts else before | _OF_THE_GUARDIAN
            await _put_in_step(unit, binding, before, now, locked_at[holder], kinds)


async def put_phone_in_step(
    unit: Unit, person_id: str, *, trusted: bool, locked_at: Mapping[str, Instant | None], kinds: Kinds = KINDS
) -> None:
    """Let rest what somebody proved by a code to their phone, also for others as their guardian, or count again, by
    whether the phone is `trusted`. `locked_at` as in `put_children_in_step`, of the person as well."""
    kept: dict[str, Mapping[str, set[str]]] = {}
    async for binding in service.all_of_person(unit, person_id, kinds):
        if binding.proved_by != person_id or _holder(binding) not in locked_at:
            continue
        holder = _holder(binding)
        if holder not in kept:
            kept[holder] = await resting_store.grounds_of(unit, holder)
        before = _read(kept[holder], binding)
        now = before - _OF_THE_PHONE
        if not trusted and kinds[binding.kind].by_message(binding):
            now |= _OF_THE_PHONE
        await _put_in_step(unit, binding, before, now, locked_at[holder], kinds)


async def grounds_of(unit: Reading, binding: Binding) -> frozenset[RestingGround]:
    """Why a binding rests, as far as it does for grounds that may cease by themselves."""
    return _read(await resting_store.grounds_of(unit, _holder(binding)), binding)


async def unsupervised(unit: Reading, person_ids: Iterable[str]) -> frozenset[str]:
    """What rests for want of a guardian, whatever else it rests for, of what these people hold."""
    return await _resting_for(unit, person_ids, UNSUPERVISED)


async def on_lost_number(unit: Reading, person_ids: Iterable[str]) -> frozenset[str]:
    """What rests since it was proved by a code to a number that got into other hands, as above."""
    return await _resting_for(unit, person_ids, _OF_THE_PHONE)


async def _resting_for(unit: Reading, person_ids: Iterable[str], wanted: frozenset[RestingGround]) -> frozenset[str]:
    return frozenset(
        [
            binding_id
            for person_id in set(person_ids)
            for binding_id, grounds in (await resting_store.grounds_of(unit, person_id)).items()
            if grounds & wanted
        ]
    )


def told_unsupervised(agreed: Mapping[str, T]) -> dict[str, T]:
    """What is told, of what was `agreed`, while something rests for want of a guardian: what it may do, and what it
    takes next. Whoever agreed to more represents the child no longer, and nobody else does yet. Pure."""
    return {name: value for name, value in agreed.items() if name == _NEXT}


async def supervised_by(unit: Reading, guardian_id: str, kinds: Kinds = KINDS) -> AsyncIterator[Binding]:
    """What is live and was bound by somebody as a guardian."""
    async for binding in service.all_of_person(unit, guardian_id, kinds):
        kind = kinds[binding.kind]
        if (
            binding.representative_id == guardian_id
            and kind.representative == GUARDIAN
            and binding.state in kind.lifecycle.live
        ):
            yield binding


def _holder(binding: Binding) -> str:
    assert binding.person_id is not None, "somebody acts for a holder, and only what has one rests"
    return binding.person_id


def _read(kept: Mapping[str, set[str]], binding: Binding) -> frozenset[RestingGround]:
    return frozenset(RestingGround(name) for name in kept.get(binding.binding_id, ()))


async def _put_in_step(
    unit: Unit,
    binding: Binding,
    before: frozenset[RestingGround],
    now: frozenset[RestingGround],
    locked_at: Instant | None,
    kinds: Kinds,
) -> None:
    kind = kinds[binding.kind]
    pause = kind.lifecycle.pause
    if pause is not None and binding.state in kind.lifecycle.live:
        await _Resting(unit, _holder(binding), kind, pause, binding).put_in_step(before, now, locked_at)


async def want_guardian(
    unit: Reading, bindings: Sequence[Binding], kind: BindingKind[B], client_id: str
) -> Mapping[str, bool]:
    """Which of these bindings of one client, in the order of their ids, rest for want of a guardian: whether for
    nothing else, so that another guardian's proof would let it count again."""
    resting = [each.binding_id for each in bindings if each.representative_id and _rests(kind, each)]
    if not resting:
        return {}
    grounds = (RestingGround.GUARDIANSHIP, RestingGround.GUARDIAN)
    return await resting_store.want_guardian(unit, kind, client_id, (min(resting), max(resting)), grounds)


def _rests(kind: BindingKind[Any], binding: Binding) -> bool:
    pause = kind.lifecycle.pause
    return pause is not None and kind.own(binding)[pause.since] is not None


async def with_expired_card(unit: Reading, after: str, most: int, *, kinds: Kinds = KINDS) -> tuple[str, ...]:
    """People whose card has run out, and who hold something by an own proof, or bound it for a child, that does not
    rest for that yet: at most `most`, in the order of their ids, those after `after`.
    """
    found: set[str] = set()
    for kind in kinds.values():
        if kind.lifecycle.pause is not None:
            found |= await resting_store.with_expired_card(unit, kind, RestingGround.CARD, after, most)
        if kind.lifecycle.pause is not None and kind.representative == GUARDIAN:
            found |= await resting_store.with_expired_card(
                unit, kind, RestingGround.GUARDIAN, after, most, guardians=True
            )
    return tuple(sorted(found)[:most])


async def who_cannot_act(unit: Reading, after: str, most: int, *, kinds: Kinds = KINDS) -> tuple[str, ...]:
    """Guardians whose account cannot be used, and who bound something for a child that does not rest for that: at most
    `most`, in the order of their ids, those after `after`."""
    found: set[str] = set()
    for kind in kinds.values():
        if kind.lifecycle.pause is not None and kind.representative == GUARDIAN:
            found |= await resting_store.who_cannot_act(unit, kind, RestingGround.GUARDIAN, after, most)
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

    async def put_in_step(
        self, before: frozenset[RestingGround], now: frozenset[RestingGround], locked_at: Instant | None
    ) -> None:
        """Write the grounds as they are now, and make the move that follows."""
        since = self._kind.own(self._binding)[self._pause.since]
        rests_with_lock = locked_at is not None and since is not None and since >= locked_at
        if since is not None and not before and not rests_with_lock:
            return  # suspended by the provider itself
        if since is None and not (now and await self._move(self._pause.suspend)):
            return
        for ground in sorted(now - before):
            await resting_store.add(self._unit, self._person_id, self._binding.binding_id, ground)
        for ground in sorted(before - now):
            await resting_store.remove(self._unit, self._person_id, self._binding.binding_id, ground)
        if before and not now:
            await self._move(self._pause.resume)
            if locked_at is not None:
                # From now on it rests for the lock, and counts again when that is lifted.
                await self._move(self._pause.suspend)

    async def _move(self, how: StrEnum) -> bool:
        data = {"by": "provider"}
        binding = self._binding
        return (
            await engine.try_move(self._unit, self._kind, binding.client_id, binding.binding_id, how, data) is not None
        )
