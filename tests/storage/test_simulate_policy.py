"""What a policy would change, against a count by brute force on generated bindings."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.capabilities import may
from tests.support.people import persona
from tests.support.schema import build
from tests.support.toy_numbers import TOY_NUMBER, Move, create, new
from tests.support.watch import MORNING, Watch
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine import store
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.bindings.social_accounts.capabilities import Action
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingFacts, BindingState
from vneid_idp.bindings.social_accounts.lifecycle import Move as AccountMove
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import MANY, RegistryRecord
from vneid_idp.kernel.clock import midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Policy, Requirement, Threshold, ThresholdRow
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.simulate_policy import Simulation, first_change, simulate

TODAY = date(2026, 11, 21)
DAY = date(2027, 3, 1)
RECORD = persona("plain").record


@dataclass(frozen=True)
class Drawn:
    """A binding, and when its holder was born; nobody whose data were destroyed."""

    account: SocialAccount
    born: date | None


def accounts(number: int) -> st.SearchStrategy[Drawn]:
    def made(level: int, method: BindingMethod, state: BindingState, born: date | None) -> Drawn:
        facts = BindingFacts(
            1,
            1,
            2 if state is BindingState.SUSPENDED else None,
            3 if state is BindingState.RELEASED else None,
            3 if state is BindingState.REVOKED else None,
        )
        account = SocialAccount(f"net_{number % 3}", f"bind_{number:03}", f"per_{number}", None, method, level, facts)
        return Drawn(account, born)

    births = st.none() | st.dates(date(2004, 1, 1), date(2016, 1, 1)) | st.just(date(2011, 3, 1))
    return st.builds(
        made, st.sampled_from([1, 2]), st.sampled_from(BindingMethod), st.sampled_from(BindingState), births
    )


DRAWN = st.integers(0, 30).flatmap(lambda count: st.tuples(*(accounts(number) for number in range(count))))
AMENDMENTS = st.builds(
    lambda rows, guardian: Policy(tuple(rows), tuple(guardian)),
    st.lists(
        st.builds(
            lambda action, level, own, day: Requirement("social_account", action, level, own, "§", day),
            st.sampled_from(Action),
            st.integers(0, 2),
            st.booleans(),
            st.sampled_from([TODAY, DAY, date(2030, 1, 1)]),
        ),
        max_size=4,
        unique_by=lambda row: (row.action, row.in_force_from),
    ),
    st.lists(
        st.builds(lambda number: ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, number, "§", DAY), st.integers(13, 19)),
        max_size=1,
    ),
)


@cache
def template() -> Path:
    path = Path(tempfile.mkdtemp()) / "template.sqlite3"
    build(f"sqlite:///{path}")
    return path


class Register:
    """Answers as the port does, and keeps what it was asked."""

    def __init__(self, births: Mapping[str, date | None]) -> None:
        self.births = births
        self.asked: list[int] = []

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        self.asked.append(len(person_ids))
        known = {person_id: self.births.get(person_id) for person_id in person_ids}
        return {who: replace(RECORD, person_id=who, birth_date=born) for who, born in known.items() if born}


async def write(db: Database, drawn: Collection[Drawn]) -> Register:
    async with db.writing() as unit:
        for each in drawn:
            assert await store.add(
                unit, SOCIAL_ACCOUNT, AccountMove.VERIFY, each.account, each.account.binding_id, 1, {}
            )
    return Register({each.account.person_id: each.born for each in drawn})


def brute(drawn: Collection[Drawn], before: Policy, after: Policy, day: date) -> tuple[int, int, int, Counter[str]]:
    """Looked at, locked, freed, and how many change by action: every account asked for every action by both."""
    locked, freed, looked_at = set(), set(), 0
    changes: Counter[str] = Counter()
    for each in drawn:
        if each.account.state not in (BindingState.VERIFIED, BindingState.SUSPENDED):
            continue
        looked_at += 1
        years = None if each.born is None else age(each.born, midnight(day))
        for action in Action:
            was, is_now = (may(each.account, years, action, policy.on(day)) for policy in (before, after))
            if was and not is_now:
                locked.add(each.account.binding_id)
                changes[f"lock {action}"] += 1
            elif is_now and not was:
                freed.add(each.account.binding_id)
                changes[f"free {action}"] += 1
    return looked_at, len(locked), len(freed), changes


def counted(found: Simulation) -> tuple[int, int, int, Counter[str]]:
    changes: Counter[str] = Counter()
    for effect in found.effects:
        changes[f"lock {effect.action}"] += sum(effect.locked.values())
        changes[f"free {effect.action}"] += sum(effect.freed.values())
    return found.looked_at, found.locked, found.freed, +changes


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(DRAWN, AMENDMENTS, st.sampled_from([TODAY, DAY]))
def test_it_counts_what_a_count_by_hand_counts(drawn: tuple[Drawn, ...], amendment: Policy, day: date) -> None:
    folder = Path(tempfile.mkdtemp())
    shutil.copyfile(template(), folder / "db.sqlite3")

    async def run() -> Simulation:
        db = open_database(f"sqlite:///{folder / 'db.sqlite3'}", Watch())
        try:
            register = await write(db, drawn)
            return await simulate(db, register.find_many, shipped(), shipped().amended(amendment), day)
        finally:
            await db.close()

    found = asyncio.run(run())
    shutil.rmtree(folder)
    assert counted(found) == brute(drawn, shipped(), shipped().amended(amendment), day)


def bound(number: int, level: int = 1, state: BindingState = BindingState.VERIFIED) -> Drawn:
    facts = BindingFacts(1, 1, 2 if state is BindingState.SUSPENDED else None)
    account = SocialAccount(
        f"net_{number % 3}", f"bind_{number:06}", f"per_{number}", None, BindingMethod.OWN_PROOF, level, facts
    )
    return Drawn(account, date(1990, 1, 1))


STRICTER = shipped().amended(Policy((Requirement("social_account", Action.POST, 2, False, "§", DAY),), ()))


async def test_any_number_is_walked_in_pages_and_the_register_asked_by_pages(db: Database) -> None:
    many = MANY + 7
    register = await write(db, [bound(number, level=1 + number % 2) for number in range(many)])
    heard: list[int] = []
    found = await simulate(db, register.find_many, shipped(), STRICTER, DAY, progress=heard.append)
    assert (found.looked_at, found.locked, found.freed) == (many, (many + 1) // 2, 0)
    (effect,) = found.effects
    assert (effect.action, effect.locked, effect.freed) == ("post", {"level_too_low": (many + 1) // 2}, {})
    assert register.asked == [MANY, 7]
    assert heard == [MANY, many]


async def test_the_reason_is_told_and_nobody_named(db: Database) -> None:
    guardians = replace(bound(1).account, method=BindingMethod.GUARDIAN, level=2)
    register = await write(db, [Drawn(guardians, date(2010, 6, 1)), bound(2, 1), bound(3, 2, BindingState.SUSPENDED)])
    later = Policy((), (ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 18, "§", DAY),))
    found = await simulate(db, register.find_many, shipped(), shipped().amended(later), DAY)
    assert {effect.action: dict(effect.freed) for effect in found.effects} == {
        action: {"own_proof_required": 1} for action in ("post", "comment", "share", "livestream")
    }
    assert (found.looked_at, found.locked, found.freed) == (3, 0, 1)
    assert "per_" not in repr(found)
    assert "bind_" not in repr(found)


async def test_who_loses_one_thing_and_gains_another_counts_as_both(db: Database) -> None:
    register = await write(db, [bound(1, 1), bound(2, 2)])
    other = Policy(
        (
            Requirement("social_account", "post", 2, False, "§", DAY),
            Requirement("social_account", "commercial_livestream", 1, False, "§", DAY),
        ),
        (),
    )
    found = await simulate(db, register.find_many, shipped(), shipped().amended(other), DAY)
    assert (found.looked_at, found.locked, found.freed) == (2, 1, 1)
    assert {effect.action: (dict(effect.locked), dict(effect.freed)) for effect in found.effects} == {
        "post": ({"level_too_low": 1}, {}),
        "commercial_livestream": ({}, {"level_too_low": 1}),
    }


@pytest.mark.parametrize(("born", "freed"), [(DAY, 1), (DAY - timedelta(days=1), 1), (DAY + timedelta(days=1), 0)])
async def test_an_age_is_reached_on_the_birthday(db: Database, born: date, freed: int) -> None:
    """On the day from which guardians act until 17: who is 16 then needs no own proof yet."""
    child = replace(bound(1).account, method=BindingMethod.GUARDIAN, representative_id="per_mother")
    register = await write(db, [Drawn(child, born.replace(year=born.year - 16))])
    later = Policy((), (ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 17, "§", DAY),))
    found = await simulate(db, register.find_many, shipped(), shipped().amended(later), DAY)
    assert (found.looked_at, found.locked, found.freed) == (1, 0, freed)


async def test_before_its_day_nothing_changes(db: Database) -> None:
    register = await write(db, [bound(1)])
    found = await simulate(db, register.find_many, shipped(), STRICTER, TODAY)
    assert (found.looked_at, found.locked, found.effects) == (1, 0, ())
    assert first_change(shipped(), STRICTER, TODAY) == DAY
    assert first_change(shipped(), shipped(), TODAY) == TODAY
    assert first_change(shipped(), STRICTER, date(2028, 1, 1)) == date(2028, 1, 1)


async def test_another_kind_is_counted_by_its_own_judgement(db: Database, database_url: str) -> None:
    create(database_url)
    async with db.writing() as unit:
        for number in range(3):
            made = new(f"bind_{number}", "app", None if number else "per_lan", MORNING)
            way_in = Move.REGISTER if number else Move.BIND
            await engine.occupy(unit, TOY_NUMBER, way_in, made, f"digest {number}")
    asks = Policy((Requirement("toy_number", "call", 1, False, "§", DAY),), ())
    kinds = {**KINDS, TOY_NUMBER.name: TOY_NUMBER}
    found = await simulate(db, Register({}).find_many, shipped(), shipped().amended(asks), DAY, kinds=kinds)
    assert (found.looked_at, found.locked) == (3, 2)
    assert [(effect.kind, effect.locked) for effect in found.effects] == [("toy_number", {"not_verified": 2})]
