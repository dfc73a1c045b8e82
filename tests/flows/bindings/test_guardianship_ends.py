"""A guardianship that has ended: the former guardian neither sees nor releases the child's binding any more."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.pages import opened, post, taken_back
from tests.support.people import died
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.tokens import CHILD, person_token
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.identity import accounts
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import VIETNAM
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.population import Population

Ending = Callable[[Country, RegistryRecord], Awaitable[None]]


async def taken_away(land: Country, child: RegistryRecord) -> None:
    """The registry names no guardian any more."""
    population = Population(land.idp.vault, land.idp.keys.blind)
    async with land.idp.db.writing() as unit:
        await population.register(unit, replace(child, guardian_ids=()))


async def grown_up(land: Country, child: RegistryRecord) -> None:
    """It is the child's 16th birthday."""
    born = child.birth_date
    land.watch.set(datetime(born.year + 16, born.month, born.day, tzinfo=VIETNAM))


async def deceased(land: Country, child: RegistryRecord) -> None:
    """The child died."""
    population = Population(land.idp.vault, land.idp.keys.blind)
    async with land.idp.db.writing() as unit:
        await died(unit, population, child.person_id)


ENDINGS: dict[str, Ending] = {"guardian no more": taken_away, "child is 16": grown_up, "child died": deceased}


@pytest.fixture
async def bound(land: Country, party: RelyingParty) -> str:
    """The binding of the 15-year-old's account that the mother made; its id."""
    guardian, child = land.people["guardian"].record, land.people["fifteen"].record
    async with land.idp.db.writing() as unit:
        made = await bind_social_account(
            unit,
            land.idp.keys.blind,
            client_id=party.client_id,
            account_id="1000",
            proof=BindingProof(child.person_id, 15, 2, guardian.person_id),
            rules=shipped().at(unit.now),
        )
    return made.binding.binding_id


@pytest.mark.parametrize("how", ENDINGS)
async def test_the_api_knows_no_former_guardian(land: Country, party: RelyingParty, bound: str, how: str) -> None:
    guardian, child = land.people["guardian"].record, land.people["fifteen"].record

    async def ask(method: str) -> httpx.Response:
        token = await person_token(land, party.registered, guardian.person_id, scope=CHILD, child_id=child.person_id)
        async with land.browser() as network:
            headers = {"Authorization": f"Bearer {token}"}
            return await network.request(method, f"{ACCOUNTS}/{bound}", headers=headers)

    assert (await ask("GET")).status_code == 200
    await ENDINGS[how](land, child)
    for method in ("GET", "DELETE"):
        refused = await ask(method)
        assert (refused.status_code, refused.json()["code"]) == (404, "binding_not_found")


@pytest.mark.parametrize("how", ENDINGS)
async def test_the_portal_names_no_child_to_a_former_guardian(
    land: Country, party: RelyingParty, bound: str, how: str
) -> None:
    child = land.people["fifteen"].record
    page = await opened((await known(land, "guardian")).person, "/me/accounts")
    assert child.full_name in page.text
    assert bound in re.findall(r'name="binding" value="([^"]+)"', page.response.text)
    await ENDINGS[how](land, child)
    guardian = (await known(land, "guardian")).person
    page = await opened(guardian, "/me/accounts")
    assert child.full_name not in page.text
    assert bound not in page.response.text
    refused = await post(guardian, await opened(guardian, "/me/security"), "/me/accounts/release", binding=bound)
    assert refused.response.status_code == 404


async def test_a_sentence_that_begins_with_who_is_not_named_begins_as_a_sentence(land: Country, bound: str) -> None:
    child = land.people["fifteen"].record
    await taken_back((await known(land, "fifteen")).person, "/me/accounts/release", binding=bound)
    await taken_away(land, child)
    history = (await opened((await known(land, "guardian")).person, "/me/history")).text
    assert child.full_name not in history
    assert "Một trẻ em đã hủy liên kết" in history


async def test_a_child_is_no_longer_offered_to_a_former_guardian(land: Country) -> None:
    guardian, child = land.people["guardian"].record, land.people["fifteen"].record
    await taken_away(land, child)
    children = await land.idp.registry.children_of(guardian.person_id)
    assert children
    assert child.person_id not in {each.person_id for each in children}


async def test_nobody_binds_for_a_child_whose_account_was_closed(land: Country, party: RelyingParty) -> None:
    guardian, child = land.people["guardian"].record, land.people["fifteen"].record
    async with land.browser() as network:

        async def bind(account_id: str) -> httpx.Response:
            token = await person_token(
                land, party.registered, guardian.person_id, scope=CHILD, child_id=child.person_id
            )
            headers = {"Authorization": f"Bearer {token}"}
            return await network.post(ACCOUNTS, json={"account_id": account_id}, headers=headers)

        assert (await bind("1001")).status_code == 201
        async with land.idp.db.writing() as unit:
            # By itself: who is forgotten is unknown to the synthetic registry too, another one goes on knowing them.
            assert await accounts.close(unit, child.person_id)
        refused = await bind("1002")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token"), refused.text
