"""Keys: make the first ones, rotate, tend on schedule, list, load into a process."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed, data_of
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.keys import store
from vneid_idp.keys.material import Wrapping, new_material, public_half
from vneid_idp.keys.ring import KeyRing
from vneid_idp.keys.rules import (
    LASTING,
    MOST_SEALS,
    RECEIPTS,
    ROTATED,
    KeyFacts,
    KeyKind,
    KeysExhausted,
    KeyState,
    Schedule,
    due_at,
    state_of,
    succession,
)
from vneid_idp.keys.store import StoredKey
from vneid_idp.storage.unit import Reading, Unit

DEFAULT = Schedule()


class NotRotatable(DomainError):
    """The kind of key cannot be rotated (any more)."""

    code = "key_not_rotatable"
    status = 409
    title = "This key cannot be rotated: look-ups and subjects depend on it, or its generations are used up."


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key for the operator's eyes: no material."""

    kind: KeyKind
    generation: int
    kid: str
    state: KeyState
    announced_at: Instant
    activate_at: Instant
    retire_at: Instant | None
    remove_at: Instant | None


async def ensure(unit: Unit, master: bytes, *, schedule: Schedule = DEFAULT) -> int:
    """Make the first key of every kind that has none, active at once; how many were made.

    Several workers may do this at the same moment. Takes about half a second when there are none yet.
    """
    wrapping = Wrapping(master)
    present = {key.facts.kind for key in await store.all_keys(unit)}
    made = 0
    for kind in (*ROTATED, *LASTING):
        if kind not in present:
            made += await _announce(unit, wrapping, kind, 0, schedule, immediately=False) is not None
    await _publish_for_receipts(unit, wrapping)
    return made


async def rotate(
    unit: Unit,
    master: bytes,
    *,
    kinds: Iterable[KeyKind] = ROTATED,
    schedule: Schedule = DEFAULT,
    immediately: bool = False,
    compromised: bool = False,
    deed: Deed | None = None,
) -> tuple[KeyFacts, ...]:
    """Announce a successor for each of `kinds`; the facts of those that this call has added.

    It is in the JWKS at once and signs after `schedule.announced_for`; `immediately` from now on. `compromised` also
    takes all predecessors out of the JWKS, so that nothing signed by them verifies any more. `deed` is the operator's;
    the schedule has none. Raises `NotRotatable`.
    """
    wrapping = Wrapping(master)
    last = _last_generations(await store.all_keys(unit))
    added = [
        await _announce(
            unit,
            wrapping,
            kind,
            last.get(kind, 0),
            schedule,
            immediately=immediately,
            compromised=compromised,
            deed=deed,
        )
        for kind in kinds
    ]
    return tuple(facts for facts in added if facts is not None)


async def tend(unit: Unit, master: bytes, *, schedule: Schedule = DEFAULT) -> tuple[KeyFacts, ...]:
    """What the schedule asks for at this instant: announce successors that are due, destroy keys that are gone."""
    await _publish_for_receipts(unit, Wrapping(master))
    await store.destroy_removed(unit)
    stored = await store.all_keys(unit)
    kinds = set(due_at((key.facts for key in stored), schedule, unit.now))
    roots = [key for key in stored if key.facts.kind is KeyKind.SEALING]
    if roots and roots[-1].seals >= MOST_SEALS:
        kinds.add(KeyKind.SEALING)
    return await rotate(unit, master, kinds=kinds, schedule=schedule) if kinds else ()


async def note_seals(unit: Unit, generation: int, count: int) -> None:
    """Add what a process has sealed with a root: after `MOST_SEALS` of all of them `tend` announces a successor."""
    await store.count_seals(unit, generation, count)


async def list_keys(unit: Reading) -> tuple[ListedKey, ...]:
    """Every key there ever was, with its state now."""
    return tuple(
        ListedKey(
            kind=facts.kind,
            generation=facts.generation,
            kid=facts.kid,
            state=state_of(facts, unit.now),
            announced_at=facts.announced_at,
            activate_at=facts.activate_at,
            retire_at=facts.retire_at,
            remove_at=facts.remove_at,
        )
        for facts in (key.facts for key in await store.all_keys(unit))
    )


async def load(unit: Reading, master: bytes) -> KeyRing:
    """The ring of this process. Raises `WrongMaster`, and `NoActiveKey` before `ensure`."""
    return KeyRing(Wrapping(master), await store.all_keys(unit), unit.now)


async def ready(unit: Unit, master: bytes) -> KeyRing:
    """The ring of this process, with keys made where there are none: see `ensure`. Raises `WrongMaster`."""
    await ensure(unit, master)
    return await load(unit, master)


async def rewrap(unit: Unit, old_master: bytes, new_master: bytes) -> int:
    """Wrap every key under another master secret; how many. Raises `WrongMaster` and then changes nothing.

    To be run while no process is up that still has the old one in its settings.
    """
    old, new = Wrapping(old_master), Wrapping(new_master)
    count = 0
    for key in await store.all_keys(unit):
        if key.wrapped is not None:
            kind, generation = key.facts.kind, key.facts.generation
            material = old.unwrap(kind, generation, key.wrapped)
            await store.replace_wrapped(unit, key.facts, new.wrap(kind, generation, material))
            count += 1
    return count


async def _publish_for_receipts(unit: Unit, wrapping: Wrapping) -> None:
    """Keep the public half of each key that signs receipts, before its material goes: of those that a version made
    which knew no receipts, too."""
    for key in await store.all_keys(unit):
        facts, wrapped = key.facts, key.wrapped
        if facts.kind is not RECEIPTS or key.public is not None or wrapped is None:
            continue
        if state_of(facts, unit.now) is not KeyState.GONE:
            material = wrapping.unwrap(facts.kind, facts.generation, wrapped)
            await store.publish(unit, facts, public_half(facts.kind, facts.kid, material))


def _last_generations(stored: Iterable[StoredKey]) -> dict[KeyKind, int]:
    last: dict[KeyKind, int] = {}
    for key in stored:
        last[key.facts.kind] = max(last.get(key.facts.kind, 0), key.facts.generation)
    return last


async def _announce(
    unit: Unit,
    wrapping: Wrapping,
    kind: KeyKind,
    last: int,
    schedule: Schedule,
    *,
    immediately: bool,
    compromised: bool = False,
    deed: Deed | None = None,
) -> KeyFacts | None:
    try:
        plan = succession(kind, last, schedule, unit.now, immediately=immediately, compromised=compromised)
    except (KeysExhausted, ValueError) as error:
        raise NotRotatable from error
    # In a thread: making an RSA key would stop every other request for a tenth of a second.
    kid, material = await asyncio.to_thread(new_material, kind)
    facts = KeyFacts(kind, plan.generation, kid, announced_at=unit.now, activate_at=plan.activate_at)
    public = public_half(kind, kid, material) if kind is RECEIPTS else None
    if not await store.add(unit, StoredKey(facts, wrapping.wrap(kind, plan.generation, material), public=public)):
        return None
    if compromised:
        await store.disown_predecessors(unit, kind, plan.generation)
    await store.end_predecessors(
        unit, kind, plan.generation, retire_at=plan.activate_at, remove_at=plan.predecessors_remove_at
    )
    data = {"kind": kind.value, "generation": facts.generation, "compromised": compromised, **data_of(deed)}
    await audit.record(unit, Event(EventKind.KEY_ROTATED, subject_id=kid, data=data))
    return facts
