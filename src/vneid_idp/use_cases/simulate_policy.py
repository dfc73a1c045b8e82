"""What a policy would change for all that is bound, before it is published: counts, never a person or an account.

A consent that somebody gave alone and who is too young by the draft would lapse with it, and what stands under it be
released: that is counted as well, by the rule of the workers that do it (`end_consents_given_too_young`).
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.kind import BindingKind
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.consent import service as consents
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import consented_too_young
from vneid_idp.identity.register.records import MANY, RegistryRecord
from vneid_idp.kernel.clock import Instant, local_date, midnight
from vneid_idp.policy import service as policies
from vneid_idp.policy.rules import Policy, Rules, Threshold
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.give_consent import gives_something

AskMany = Callable[[Collection[str]], Awaitable[Mapping[str, RegistryRecord]]]
"""`Registry.find_many`: those of at most `MANY` people whom the register has, by their id."""
_Lapsing = Mapping[tuple[str | None, str], Collection[str]]
"""Consents, by whose they are and towards which client."""


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
    lapsed: int
    """How many consents would end, since a parent or guardian would have to agree as well."""
    released: int
    """How many of all that is bound would be released with those, for good."""
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
    lapsing = await _lapsing(db, ask, before, after, now)
    for kind in kinds.values():
        async for page in engine.live_pages(db, kind, page=MANY):
            records = await ask({binding.person_id for binding in page if binding.person_id is not None})
            for binding in page:
                years = _years(records.get(binding.person_id or ""), now)
                ends = _would_end(binding, lapsing)
                counts.add(kind, binding, years, before.on(day), after.on(day), ends=ends)
            progress(counts.looked_at)
    return counts.result(day, kinds, lapsed=sum(map(len, lapsing.values())))


async def _lapsing(db: Database, ask: AskMany, before: Policy, after: Policy, now: Instant) -> _Lapsing:
    """The consents that stand by the one policy at `now`, and lapse by the other."""
    found: defaultdict[tuple[str | None, str], set[str]] = defaultdict(set)
    last = "", ""
    while True:
        async with db.reading() as unit:
            page = await consents.list_unsettled(unit, after.at(now)[Threshold.CONSENT_ALONE_FROM_AGE], last, MANY)
        giving = [consent for consent in page if gives_something(consent.decisions)]
        records = await ask({consent.person_id for consent in giving}) if giving else {}
        for consent in giving:
            record = records.get(consent.person_id)
            if record is not None and _lapses(record.birth_date, consent.given_at, before, after, now):
                found[consent.person_id, consent.client_id].add(consent.consent_id)
        if len(page) < MANY:
            return found
        last = page[-1].person_id, page[-1].consent_id


def _lapses(born: date, given_at: Instant, before: Policy, after: Policy, now: Instant) -> bool:
    too_young = consented_too_young(born, given_at, after, now)
    return too_young and not consented_too_young(born, given_at, before, now)


def _would_end(binding: Binding, lapsing: _Lapsing) -> bool:
    whose = binding.proved_by, binding.client_id
    return any(bindings.stands_under(binding, *whose, consent_id) for consent_id in lapsing.get(whose, ()))


def _years(record: RegistryRecord | None, now: Instant) -> int | None:
    return None if record is None else age(record.birth_date, now)


class _Counts:
    def __init__(self) -> None:
        self.looked_at = self.locked = self.freed = self.released = 0
        self._locked: Counter[tuple[str, str, str]] = Counter()
        self._freed: Counter[tuple[str, str, str]] = Counter()

    def add(
        self, kind: BindingKind[Any], binding: Binding, years: int | None, before: Rules, after: Rules, *, ends: bool
    ) -> None:
        """Count what changes for one binding; one that `ends` is as if nobody had proved it."""
        was, would_be = kind.judge(binding, years, before), kind.judge(binding, None if ends else years, after)
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
        self.released += ends

    def result(self, day: date, kinds: Kinds, *, lapsed: int) -> Simulation:
        """What was counted."""
        effects = [
            Effect(kind.name, action, _of(self._locked, kind.name, action), _of(self._freed, kind.name, action))
            for kind in kinds.values()
            for action in kind.actions
        ]
        changed = tuple(effect for effect in effects if effect.locked or effect.freed)
        return Simulation(day, self.looked_at, self.locked, self.freed, lapsed, self.released, changed)


def _of(counts: Counter[tuple[str, str, str]], kind: str, action: str) -> dict[str, int]:
    found = {str(why): count for (of_kind, of, why), count in counts.items() if (of_kind, of) == (kind, action)}
    return dict(sorted(found.items()))
