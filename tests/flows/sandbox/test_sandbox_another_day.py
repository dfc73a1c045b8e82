"""A sandbox that is started again has everything as it was left; only how old somebody is follows the day."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.support.authority import die
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.people import hashes
from tests.support.relying_party import RelyingParty
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.factors import chosen_secrets
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.offices.roles import end_role, roles_of
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.clock import DAY, VIETNAM
from vneid_idp.sandbox import people
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.seed import seed_citizens
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.workers.follower import Follower

PHONE = "+84950000999"


async def start(land: Country) -> None:
    """What a start of the sandbox does, and its worker a moment later."""
    idp = land.idp
    await people.settle(idp.db, idp.vault, idp.keys.blind)
    await Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy).round()


async def standing(land: Country, slug: str) -> AccountStanding:
    async with land.idp.db.reading() as unit:
        account = await accounts.get(unit, land.people[slug].record.person_id)
        return account_standing(account, None, unit.now)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "sandbox_hashes", lambda _: hashes())


async def test_what_an_office_did_stands_on_another_day(land: Country, party: RelyingParty) -> None:
    locked, dead, moved, child = (land.people[slug].record for slug in ("plain", "complete", "guardian", "fifteen"))
    idp, population = land.idp, Population(land.idp.vault, land.idp.keys.blind)
    binding = await bind(land, party, "own", locked.person_id)
    async with idp.db.writing() as unit:
        await lock_person(unit, idp.vault, locked.person_id, LockedBy.HOLDER, DEED)
        await die(land, unit, dead.person_id)
        await population.register(unit, replace(moved, phone=PHONE))
        await population.register(unit, replace(child, guardian_ids=()))
        await chosen_secrets.set_hash(unit, idp.vault, moved.person_id, SecretKind.PASSCODE, "another", code_at=0)
    land.watch.advance(DAY)
    await start(land)
    assert await standing(land, "plain") is AccountStanding.LOCKED_BY_HOLDER
    assert await standing(land, "complete") is AccountStanding.DECEASED
    async with idp.db.reading() as unit:
        assert await accounts.holder_of_name(unit, idp.keys.blind, PHONE) == moved.person_id
        now = await idp.registry.find(child.person_id)
        assert now is not None
        assert now.guardian_ids == ()
    assert await states(land, party) == {binding: BindingState.SUSPENDED}
    async with idp.db.writing() as unit:
        await unlock_person(unit, idp.vault, locked.person_id, LockedBy.HOLDER, DEED)
    assert await states(land, party) == {binding: BindingState.VERIFIED}


@pytest.mark.parametrize("day", [datetime(2026, 11, 22, 9, tzinfo=VIETNAM), datetime(2027, 3, 1, 9, tzinfo=VIETNAM)])
async def test_who_is_sixteen_today_is_so_on_another_day_and_the_register_tells_it(
    land: Country, day: datetime
) -> None:
    before = land.people["sixteen-today"].record
    land.watch.set(day)
    await start(land)
    young = next(each.record for each in personas(land.watch.now()) if each.slug == "sixteen-today")
    assert young.birth_date != before.birth_date
    async with land.idp.db.reading() as unit:
        found = await accounts.find_with_profile(unit, land.idp.vault, before.person_id)
        holder = await accounts.holder_of_name(unit, land.idp.keys.blind, young.personal_number)
    assert found is not None
    assert (found[1].record.birth_date, found[1].record.personal_number) == (young.birth_date, young.personal_number)
    assert holder == before.person_id
    assert found[1].record.revision == 1


@pytest.mark.parametrize("told", [True, False], ids=["register-told", "register-keeps-number"])
async def test_who_was_forgotten_stays_forgotten_and_changes_nobody_else(land: Country, told: bool) -> None:
    """Also where the register is a server of its own and keeps the number."""
    gone, locked = (land.people[slug].record.person_id for slug in ("complete", "plain"))
    idp = land.idp
    async with idp.db.writing() as unit:
        await lock_person(unit, idp.vault, locked, LockedBy.HOLDER, DEED)
        await forget_person(unit, idp.vault, idp.keys.blind, gone, DEED)
    if told:
        await idp.registry.forget(land.people["complete"].record)
    await start(land)
    assert await standing(land, "plain") is AccountStanding.LOCKED_BY_HOLDER
    async with idp.db.reading() as unit:
        assert await idp.vault.find_key(unit, gone) is None
        account = await accounts.find(unit, gone)
    assert account is not None
    assert not account.is_open


async def test_a_role_that_ended_is_not_given_again(land: Country) -> None:
    clerk = next(slug for slug, persona in land.people.items() if persona.roles)
    person_id = land.people[clerk].record.person_id
    async with land.idp.db.writing() as unit:
        for role in await roles_of(unit, person_id):
            await end_role(unit, role.role_id, DEED)
    land.watch.advance(DAY)
    await start(land)
    async with land.idp.db.reading() as unit:
        assert await roles_of(unit, person_id) == ()


async def test_a_persona_that_a_new_release_brings_is_written(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    async with land.idp.db.reading() as unit:
        everyone = personas(unit.now)
    newcomer = replace(
        everyone[0], record=replace(everyone[0].record, person_id="per_new", personal_number="097095009999", phone=None)
    )
    monkeypatch.setattr("vneid_idp.sandbox.country.seed.personas", lambda now: (*everyone, newcomer))
    await start(land)
    async with land.idp.db.reading() as unit:
        assert await accounts.holder_of_name(unit, land.idp.keys.blind, "097095009999") == "per_new"


@pytest.mark.parametrize("told", [True, False], ids=["register-told", "register-keeps-number"])
async def test_a_citizen_who_was_forgotten_is_not_seeded_again(land: Country, told: bool) -> None:
    idp = land.idp
    place = (idp.db, idp.vault, idp.keys.blind, 5, 9)
    await seed_citizens(*place)
    gone = next(iter(citizens(5, 9))).record
    async with idp.db.writing() as unit:
        await forget_person(unit, idp.vault, idp.keys.blind, gone.person_id, DEED)
    if told:
        await idp.registry.forget(gone)
    again = await seed_citizens(*place)
    assert (again.written, again.skipped) == (0, 5)
    assert await idp.registry.find(gone.person_id) is None
