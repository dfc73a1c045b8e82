"""What a policy would change for all that is bound, before it is published: counts, never a person or an account."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.kind import BindingKind
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import MANY, RegistryRecord
from vneid_idp.kernel.clock import Instant, local_date, midnight
from vneid_idp.policy import service as policies
from vneid_idp.policy.rules import Policy, Rules
from vneid_idp.storage.unit import Database

AskMany = Callable[[Collection[str]], Awaitable[Mapping[str, RegistryRecord]]]
"""`Registry.find_many`: those of at most `MANY` people whom the register has, by their id."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What would change for one action with one kind: how many may no longer do it, and how many may again, by the
    reason that is new, or that falls away."""

    kind: str
    action: str
    locked: Mapping[str, int]
    freed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would change on a day, against the published policy of that same day."""

    day: date
    looked_at: int
    """All that is bound and has not ended."""
    locked: int
    """How many of them could do something no longer."""
    freed: int
    """How many could do something that they could not."""
    effects: tuple[Effect, ...]
    """For each action that changes for anything at all."""


def first_change(before: Policy, after: Policy, today: date) -> date:
    """The first day from `today` on when the two policies differ; `today` where they never do."""
    days = sorted({today, *(day for day in (*before.days(), *after.days()) if day > today)})
    return next((day for day in days if before.on(day) != after.on(day)), today)


async def simulate_draft(
    db: Database,
    ask: AskMany,
    draft: int | Policy,
    on: date | None = None,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Simulation:
    """What a version, or the rows of none yet, would change on a day; unless told, on the first that it changes.

    Raises `NoSuchVersion`, and as `simulate`.
    """
    async with db.reading() as unit:
        rows = draft if isinstance(draft, Policy) else await policies.of_version(unit, draft)
        before, today = await policies.published(unit), local_date(unit.now)
    after = before.amended(rows)
    return await simulate(db, ask, before, after, on or first_change(before, after, today), progress=progress)


async def simulate(
    db: Database,
    ask: AskMany,
    before: Policy,
    after: Policy,
    day: date,
    *,
    kinds: Kinds = KINDS,
    progress: Callable[[int], None] = lambda _: None,
) -> Simulation:
    """Judge everything that is live by both policies, as of the midnight with which `day` begins in Viet Nam.

    It walks in pages, each read on its own, so that any number passes through little memory and no transaction lasts;
    what is bound or released meanwhile is counted or not. `progress` hears how many were judged so far. Raises
    `RegistryUnavailable`.
    """
    counts = _Counts()
    now = midnight(day)
    for kind in kinds.values():
        async for page in engine.live_pages(db, kind, page=MANY):
            records = await ask({binding.person_id for binding in page if binding.person_id is not None})
            for binding in page:
                years = _years(records.get(binding.person_id or ""), now)
                counts.add(kind, binding, years, before.on(day), after.on(day))
            progress(counts.looked_at)
    return counts.result(day, kinds)


def _years(record: RegistryRecord | None, now: Instant) -> int | None:
    return None if record is None else age(record.birth_date, now)


class _Counts:
    def __init__(self) -> None:
        self.looked_at = self.locked = self.freed = 0
        self._locked: Counter[tuple[str, str, str]] = Counter()
        self._freed: Counter[tuple[str, str, str]] = Counter()

    def add(self, kind: BindingKind[Any], binding: Binding, years: int | None, before: Rules, after: Rules) -> None:
        """Count what changes for one binding."""
        was, would_be = kind.judge(binding, years, before), kind.judge(binding, years, after)
        lost = gained = False
        for action in kind.actions:
            # An action without a rule is free.
            old, new = was.get(action), would_be.get(action)
            if old is None and new is not None:
                self._locked[kind.name, action, new] += 1
                lost = True
            elif old is not None and new is None:
                self._freed[kind.name, action, old] += 1
                gained = True
        self.looked_at += 1
        self.locked += lost
        self.freed += gained

    def result(self, day: date, kinds: Kinds) -> Simulation:
        """What was counted."""
        effects = [
            Effect(kind.name, action, _of(self._locked, kind.name, action), _of(self._freed, kind.name, action))
            for kind in kinds.values()
            for action in kind.actions
        ]
        changed = tuple(effect for effect in effects if effect.locked or effect.freed)
        return Simulation(day, self.looked_at, self.locked, self.freed, changed)


def _of(counts: Counter[tuple[str, str, str]], kind: str, action: str) -> dict[str, int]:
    found = {str(why): count for (of_kind, of, why), count in counts.items() if (of_kind, of) == (kind, action)}
    return dict(sorted(found.items()))
