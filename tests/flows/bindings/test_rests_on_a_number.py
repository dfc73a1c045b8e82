"""Accounts that were linked with a code to a phone rest while its number is in other hands, and ways back."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import select

from tests.support.authority import change, lock, unlock
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.family import Family
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.swaps import swap, trust
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.tables import social_accounts
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.workers.follower import Follower

VERIFIED, SUSPENDED = BindingState.VERIFIED, BindingState.SUSPENDED
WHY = "nay có thể thuộc về người khác"
Back = Callable[[Country, Family], Awaitable[object]]


async def told(land: Country, **facts: object) -> None:
    """The register tells something else of the persona."""
    land.watch.advance(MINUTE)
    await change(land, land.people["complete"].record.person_id, **facts)
    idp = land.idp
    await Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy).round()


async def test_what_was_linked_with_a_code_or_by_nobody_knows_what_rests_and_a_passkeys_does_not(
    land: Country, party: RelyingParty
) -> None:
    person_id = land.people["complete"].record.person_id
    by_code = await bind(land, party, "1", person_id, by_message=True)
    unknown = await bind(land, party, "2", person_id)
    by_passkey = await bind(land, party, "3", person_id, by_message=False)
    await swap(land)
    assert await states(land, party) == {by_code: SUSPENDED, unknown: SUSPENDED, by_passkey: VERIFIED}
    page = (await opened((await known(land, "complete", "hwk")).person, "/me/accounts")).text
    assert page.count(WHY) == 2
    await told(land, full_name="Nguyễn Thị Khác")
    assert (await states(land, party))[by_code] is SUSPENDED, "what the register tells gives no number back"
    for done in (lock, unlock):
        land.watch.advance(MINUTE)
        await land.idp.db.transact(partial(done, land, person_id=person_id))
    assert await states(land, party) == {by_code: SUSPENDED, unknown: SUSPENDED, by_passkey: VERIFIED}
    await trust(land)
    assert set((await states(land, party)).values()) == {VERIFIED}
    assert WHY not in (await opened((await known(land, "complete", "hwk")).person, "/me/accounts")).text


async def test_another_number_in_the_register_gives_back_what_rested_on_the_lost_one(
    land: Country, party: RelyingParty
) -> None:
    binding = await bind(land, party, "1", land.people["complete"].record.person_id, by_message=True)
    await swap(land)
    await told(land, phone="+84959999001")
    assert await states(land, party) == {binding: VERIFIED}


async def test_a_new_proof_at_the_network_counts_at_once_and_rests_on_the_number_no_more(family: Family) -> None:
    land, aunt = family.land, family.aunt
    own = Family(land, family.party)
    own.child = aunt
    first = await own.binds(aunt, account="own", by_message=True)
    assert first.status_code == 201, first.text
    await swap(land)
    again = await own.binds(aunt, account="own")
    assert (again.status_code, again.json()["state"]) == (200, "verified")
    await trust(land)
    await swap(land)
    kept = Statement(select(social_accounts.c.by_message).where(social_accounts.c.person_id == aunt.person_id))
    async with land.idp.db.reading() as unit:
        assert [row["by_message"] for row in await unit.fetch(kept)] == [0]
    assert (await states(land, family.party))[first.json()["binding_id"]] is VERIFIED


async def state(family: Family) -> str:
    return str((await family.stands())["state"])


async def the_guardian_trusts(land: Country, _: Family) -> None:
    await trust(land, "guardian")


async def the_guardian_proves_anew(_: Country, family: Family) -> None:
    assert (await family.binds(family.mother)).json()["state"] == "verified"


async def another_guardian_takes_over(_: Country, family: Family) -> None:
    assert (await family.binds(family.aunt)).json()["state"] == "verified"


@pytest.mark.parametrize(
    "back", [the_guardian_trusts, the_guardian_proves_anew, another_guardian_takes_over], ids=lambda back: back.__name__
)
async def test_a_childs_account_rests_with_the_number_of_the_guardian_who_linked_it(
    land: Country, party: RelyingParty, back: Back
) -> None:
    family = Family(land, party)
    await family.guardians_are(family.mother, family.aunt)
    assert (await family.binds(family.mother, by_message=True)).status_code == 201
    await swap(land, "fifteen")
    assert await state(family) == "verified", "the child's own phone proved nothing"
    await swap(land, "guardian")
    assert await state(family) == "suspended"
    assert WHY in (await opened((await known(land, "guardian", "hwk")).person, "/me/accounts")).text
    assert WHY in (await opened((await known(land, "fifteen", "pwd")).person, "/me/accounts")).text
    await back(land, family)
    assert await state(family) == "verified"


async def test_who_confirmed_it_as_well_takes_over_unless_their_number_is_lost_too(
    land: Country, party: RelyingParty
) -> None:
    family = Family(land, party)
    await family.guardians_are(family.mother, family.aunt)
    await family.binds(family.mother, by_message=True)
    await family.binds(family.aunt)
    await swap(land, "guardian")
    assert await state(family) == "verified"
    await swap(land, "complete")
    assert await state(family) == "suspended", "of who stands by it is not known what they showed"
    await trust(land, "complete")
    assert await state(family) == "verified"
