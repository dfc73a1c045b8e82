"""What the register changed reaches account, tokens and bindings by its feed: each change once, whoever follows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete

from tests.support.authority import change, lock, say, unlock
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import events_of, facts, kinds
from tests.support.grants import refused
from tests.support.registry import served
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import person_token
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.social_accounts.grounds import grounds
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingFacts, BindingState, Move
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount
from vneid_idp.delivery.service import list_deliveries
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.accounts import account_for
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.proofs import SignInProof
from vneid_idp.identity.register.position import find_position
from vneid_idp.identity.register.records import Address, Card, CardKind, LockedBy
from vneid_idp.identity.register.tables import registry_positions
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import OutcomeUnknown, StorageUnavailable
from vneid_idp.use_cases.lock_person import lock_person
from vneid_idp.use_cases.sign_in import sign_in
from vneid_idp.workers.follower import Follower

SCOPE = "openid profile address age full_name offline_access"
_FORGET_POSITION = Statement(delete(registry_positions))


PROOF = SignInProof("pwd", "")


@pytest.fixture(params=["synthetic", "http"])
async def follower(request: pytest.FixtureRequest, land: Country) -> AsyncIterator[Follower]:
    """Follows the feed, asked directly or through a registry server."""
    idp = land.idp
    assert isinstance(idp.registry, SyntheticRegistry)
    if request.param == "synthetic":
        yield Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)
    else:
        async with served(idp.registry, land.watch) as asked:
            yield Follower(idp.db, idp.vault, idp.keys.blind, asked, idp.policy)


@pytest.fixture
def direct(land: Country) -> Follower:
    idp = land.idp
    return Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)


async def test_a_death_ends_everything(land: Country, party: RelyingParty, follower: Follower) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="https://network.example/logout"))
    someone, other = await agreed(land, party), await agreed(land, party, "guardian")
    tokens, theirs = await someone.tokens(party, scope=SCOPE), await other.tokens(party, scope=SCOPE)
    own, kept = await bind(land, party, "own", someone.person_id), await bind(land, party, "k", other.person_id)
    await change(land, someone.person_id, deceased_at=land.watch.now())
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert await follower.round() == 1
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.post("/introspect", token=tokens["access_token"])).json() == {"active": False}
    assert refused(await party.refresh(tokens["refresh_token"]))
    assert await states(land, party) == {own: BindingState.SUSPENDED, kept: BindingState.VERIFIED}
    assert (await party.userinfo(theirs["access_token"])).status_code == 200
    assert await facts(land, someone.person_id) == [["death"]]
    locked = [data for kind, data in await events_of(land, "complete") if kind == "account.locked"]
    assert locked == [{"by": "death"}]
    async with land.idp.db.reading() as unit:
        assert await sessions.list_sessions(unit, someone.person_id) == ()
        assert len(await list_deliveries(unit)) == 1


async def test_who_has_died_binds_nothing_though_no_feed_has_told_it_yet(land: Country, party: RelyingParty) -> None:
    someone = land.people["plain"].record.person_id
    headers = {"Authorization": f"Bearer {await person_token(land, party.registered, someone)}"}
    await change(land, someone, deceased_at=land.watch.now())
    async with land.browser() as network:
        asked = {"account_id": "1000"}
        answer = await network.post("/bindings/v1/social-accounts", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_without_a_card_nothing_counts_until_it_is_renewed(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    own = await bind(land, party, "own", someone.person_id)
    today = date(2026, 11, 1)
    for card, status, state in (
        (Card(CardKind.CITIZEN, date(2006, 1, 1), date(2026, 1, 1)), 401, BindingState.SUSPENDED),
        (Card(CardKind.CITIZEN, today, None), 200, BindingState.VERIFIED),
    ):
        await change(land, someone.person_id, card=card)
        assert await follower.round() == 1
        assert (await party.userinfo(tokens["access_token"])).status_code == status
        assert await states(land, party) == {own: state}
    assert await facts(land, someone.person_id) == [["card"], ["card"]]


async def test_a_new_name_and_province_are_told_at_once(land: Country, party: RelyingParty, follower: Follower) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    own = await bind(land, party, "own", someone.person_id)
    moved = Address("Số 1 đường Hoa Sữa", "Xã Hoa Ban", "66")
    await change(land, someone.person_id, full_name="Lê Thị Mới")
    await change(land, someone.person_id, address=moved)
    land.watch.advance(MINUTE)
    await follower.round()
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert (userinfo["full_name"], userinfo["address"]["region"]) == ("Lê Thị Mới", "Đắk Lắk")
    assert await states(land, party) == {own: BindingState.VERIFIED}
    # The newest record was asked for, so the first of the two changes brought both.
    assert await facts(land, someone.person_id) == [["address", "name"]]


@pytest.mark.parametrize("says_when", [True, False])
async def test_a_lock_of_the_register_comes_and_goes(
    land: Country, party: RelyingParty, follower: Follower, says_when: bool
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    own = await bind(land, party, "own", someone.person_id)
    for by, at, status, state in (
        (LockedBy.AUTHORITY, land.watch.now() if says_when else None, 401, BindingState.SUSPENDED),
        (None, None, 200, BindingState.VERIFIED),
    ):
        await change(land, someone.person_id, locked_by=by, locked_at=at)
        await follower.round()
        # What else it tells meanwhile neither ends the lock nor makes another of it.
        land.watch.advance(MINUTE)
        await change(land, someone.person_id, full_name=f"Lê Thị Mới {by}")
        await follower.round()
        assert await states(land, party) == {own: state}
        async with land.idp.db.reading() as unit:
            account = await accounts.find(unit, someone.person_id)
        assert account is not None
        assert (account.locked_by, account.registry_locked_by) == (None, by)
        if status == 401:
            assert (await party.userinfo(tokens["access_token"])).status_code == status
        else:
            # The session ended with the lock; what needs none goes on.
            assert (await party.refresh(tokens["refresh_token"])).status_code == status
    told = {kind: data for kind, data in await events_of(land, "complete") if kind.startswith("account.")}
    told_by = {"by": "authority", "told_by": "registry"}
    assert told == {"account.locked": told_by, "account.unlocked": told_by}


@pytest.mark.parametrize("by", LockedBy)
async def test_a_lock_made_here_is_not_the_registers_to_lift(land: Country, direct: Follower, by: LockedBy) -> None:
    someone = land.people["plain"].record.person_id
    async with land.idp.db.writing() as unit:
        await lock_person(unit, land.idp.vault, someone, by, DEED)
    await change(land, someone, full_name="Lê Thị Mới")
    await direct.round()
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, someone)
    assert account is not None
    assert account.locked_by is by


@pytest.mark.parametrize("first", ["here", "register"])
@pytest.mark.parametrize("lifted", ["here", "register"])
async def test_a_lock_made_here_and_the_registers_are_two(
    land: Country, party: RelyingParty, direct: Follower, first: str, lifted: str
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    own = await bind(land, party, "own", someone.person_id)

    async def set_lock(whose: str, *, stands: bool) -> None:
        land.watch.advance(MINUTE)
        if whose == "here":
            await say(land, lock if stands else unlock, someone)
        else:
            by, at = (LockedBy.HOLDER, land.watch.now()) if stands else (None, None)
            await change(land, someone.person_id, locked_by=by, locked_at=at)
            await direct.round()

    async def standing() -> AccountStanding:
        async with land.idp.db.reading() as unit:
            account = await accounts.find(unit, someone.person_id)
            assert account is not None
            return account_standing(account, None, unit.now)

    second, last = ("register" if each == "here" else "here" for each in (first, lifted))
    await set_lock(first, stands=True)
    await set_lock(second, stands=True)
    assert await standing() is AccountStanding.LOCKED_BY_AUTHORITY
    await set_lock(lifted, stands=False)
    assert await standing() is (
        AccountStanding.LOCKED_BY_HOLDER if last == "register" else AccountStanding.LOCKED_BY_AUTHORITY
    )
    assert await states(land, party) == {own: BindingState.SUSPENDED}
    assert refused(await party.refresh(tokens["refresh_token"]))
    await set_lock(last, stands=False)
    assert await standing() is AccountStanding.USABLE
    assert await states(land, party) == {own: BindingState.VERIFIED}
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    assert (await kinds(land, someone.person_id))["account.locked"] == 2
    assert (await kinds(land, someone.person_id))["account.unlocked"] == 2


async def test_what_was_suspended_before_both_locks_stays_so(
    land: Country, party: RelyingParty, direct: Follower
) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, own, Move.SUSPEND)
    for by in (LockedBy.AUTHORITY, None):
        land.watch.advance(MINUTE)
        await change(land, someone.person_id, locked_by=by, locked_at=by and land.watch.now())
        await direct.round()
    assert await states(land, party) == {own: BindingState.SUSPENDED}


async def test_a_childs_account_rests_without_its_guardian(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    guardian, child = (land.people[slug].record for slug in ("guardian", "child-9"))
    bound = await bind(land, party, "child", child.person_id, guardian.person_id)
    own = await bind(land, party, "own", guardian.person_id)
    for guardians, state in (((), BindingState.SUSPENDED), ((guardian.person_id,), BindingState.VERIFIED)):
        await change(land, child.person_id, guardian_ids=guardians)
        await follower.round()
        assert await states(land, party) == {bound: state, own: BindingState.VERIFIED}
    recorded = await kinds(land, child.person_id)
    assert (recorded["register.told"], recorded["binding.suspended"], recorded["binding.resumed"]) == (2, 1, 1)


async def test_what_the_provider_suspended_itself_the_register_does_not_wake(
    land: Country, party: RelyingParty, direct: Follower
) -> None:
    guardian, child = (land.people[slug].record for slug in ("guardian", "child-9"))
    bound = await bind(land, party, "child", child.person_id, guardian.person_id)
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, bound, Move.SUSPEND)
    for guardians in ((), (guardian.person_id,)):
        await change(land, child.person_id, guardian_ids=guardians)
        await direct.round()
    assert await states(land, party) == {bound: BindingState.SUSPENDED}


@pytest.mark.parametrize("first", ["lock", "card"])
@pytest.mark.parametrize("lifted", ["lock", "card"])
async def test_a_binding_rests_as_long_as_there_is_a_ground(
    land: Country, party: RelyingParty, direct: Follower, first: str, lifted: str
) -> None:
    someone: Known = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    card = someone.person.persona.record.card

    async def make(ground: str, *, holds: bool) -> None:
        land.watch.advance(MINUTE)
        if ground == "lock":
            await say(land, lock if holds else unlock, someone)
        else:
            await change(land, someone.person_id, card=None if holds else card)
            await direct.round()

    for ground in (first, "card" if first == "lock" else "lock"):
        await make(ground, holds=True)
    await make(lifted, holds=False)
    assert await states(land, party) == {own: BindingState.SUSPENDED}
    await make("card" if lifted == "lock" else "lock", holds=False)
    assert await states(land, party) == {own: BindingState.VERIFIED}


async def test_many_workers_make_each_change_once(land: Country, party: RelyingParty, follower: Follower) -> None:
    someone, other = (land.people[slug].record.person_id for slug in ("plain", "no-account"))
    async with land.idp.db.writing() as unit:
        await persons.ensure(unit, other)
    for number in range(6):
        await change(land, someone, full_name=f"Lê Thị Mới {number}")
        await change(land, other, full_name=f"Lê Văn Mới {number}")
    made = await asyncio.gather(*(follower.round() for _ in range(4)))
    assert sum(made) == 12
    # Of somebody with an account the newest record was asked for, and told all at once; of another, each is told.
    assert (await kinds(land, someone))["register.told"] >= 1
    assert (await kinds(land, other))["register.told"] == 6
    assert await follower.round() == 0


async def test_what_is_told_again_changes_nothing(land: Country, party: RelyingParty, direct: Follower) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    await change(land, someone.person_id, deceased_at=land.watch.now())
    await direct.round()
    before = await kinds(land, someone.person_id)
    async with land.idp.db.writing() as unit:
        await unit.execute(_FORGET_POSITION)
    assert await direct.round() == 1
    assert await kinds(land, someone.person_id) == before
    assert await states(land, party) == {own: BindingState.SUSPENDED}


@pytest.mark.parametrize("outage", [StorageUnavailable, OutcomeUnknown, persons.Overtaken])
async def test_a_change_waits_for_a_database_that_is_away(
    land: Country, direct: Follower, monkeypatch: pytest.MonkeyPatch, outage: type[DomainError]
) -> None:
    someone = land.people["plain"].record.person_id
    await change(land, someone, deceased_at=land.watch.now())

    async def broken(*_: Any, **__: Any) -> None:
        raise outage

    with monkeypatch.context() as patch:
        patch.setattr("vneid_idp.workers.follower.follow_registry", broken)
        with pytest.raises(outage):
            await direct.round()
    async with land.idp.db.reading() as unit:
        assert await find_position(unit, direct.registry.name) is None
    assert await direct.round() == 1


async def test_nobody_is_asked_about_strangers(land: Country, direct: Follower, monkeypatch: Any) -> None:
    population, strangers = Population(land.idp.vault, land.idp.keys.blind), [c.record for c in citizens(3, 77)]
    async with land.idp.db.writing() as unit:
        for stranger in strangers:
            await population.register(unit, replace(stranger, phone=None))
    for stranger in strangers:
        await change(land, stranger.person_id, full_name="Người Lạ")
    monkeypatch.setattr(type(direct.registry), "find_many", None)
    assert await direct.round() == 3


async def test_a_sign_in_that_asked_before_a_death_wakes_nothing(
    land: Country, party: RelyingParty, direct: Follower
) -> None:
    idp, someone = land.idp, land.people["plain"].record
    own = await bind(land, party, "own", someone.person_id)
    asked = await idp.registry.find(someone.person_id)
    await change(land, someone.person_id, deceased_at=land.watch.now())
    await direct.round()
    async with idp.db.writing() as unit:
        result = await sign_in(unit, idp.vault, idp.keys.blind, asked, shipped(), PROOF, before=None, client_id=None)
    assert (result.standing, result.session) == (AccountStanding.DECEASED, None)
    assert await states(land, party) == {own: BindingState.SUSPENDED}


async def test_a_sign_in_brings_into_step_what_the_feed_has_not_told_yet(land: Country, party: RelyingParty) -> None:
    idp, someone = land.idp, await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    record = await change(land, someone.person_id, deceased_at=land.watch.now())
    async with idp.db.writing() as unit:
        result = await sign_in(unit, idp.vault, idp.keys.blind, record, shipped(), PROOF, before=None, client_id=None)
    assert result.standing is AccountStanding.DECEASED
    assert await states(land, party) == {own: BindingState.SUSPENDED}


def test_a_child_needs_no_card_and_a_young_person_no_guardian(land: Country) -> None:
    child, now = land.people["child-9"].record, land.watch.now()
    rules = shipped().at(now)
    binding = SocialAccount(
        "c", "bind_1", child.person_id, "per_former", BindingMethod.GUARDIAN, 2, BindingFacts(now, now)
    )
    assert grounds(binding, replace(child, card=None, guardian_ids=("per_former",)), None, rules, now) == frozenset()
    assert grounds(binding, child, None, rules, now) == {RestingGround.GUARDIANSHIP}
    own, account = replace(binding, representative_id=None), account_for(child, 1, now, now)
    grown = replace(child, birth_date=child.birth_date.replace(year=child.birth_date.year - 8))
    for card, found in ((None, {RestingGround.CARD}), (child.card, set())):
        assert grounds(own, replace(grown, card=card), account, rules, now) == found
    assert grounds(own, replace(grown, card=None), None, rules, now) == frozenset()
    assert grounds(own, child, account, rules, now) == {RestingGround.GUARDIANSHIP}, "a later birth date was told"
    assert grounds(binding, grown, None, rules, now) == frozenset()
    assert grounds(binding, replace(grown, deceased_at=now - DAY), None, rules, now) == {RestingGround.DEATH}
