"""No write outlives what took its right away: each taker against each write, in many rounds, on two providers that
share nothing but the database.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from tests.flows.test_bindings_api import ACCOUNTS
from tests.support.country import Country, country
from tests.support.crowd import Family, families
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from tests.support.watch import Watch
from vneid_idp.bindings.engine.service import list_for_client
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.clients import service as clients
from vneid_idp.grants import service as grants_service
from vneid_idp.grants.liveness import lives
from vneid_idp.grants.tables import grants
from vneid_idp.identity.registry import LockedBy
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.lock_person import lock_person
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

ROUNDS = 50
AT_ONCE = 5
"""Families in one go: enough to keep both providers' connections busy, few enough that acts of one family meet."""

Taker = Callable[[Country, Unit, Family], Awaitable[object]]
Write = Callable[[Country, Family], Awaitable[httpx.Response]]


async def withdraw(land: Country, unit: Unit, family: Family) -> None:
    await withdraw_consent(unit, family.parent.person_id, family.consent_id)


async def lock(land: Country, unit: Unit, family: Family) -> None:
    await lock_person(unit, family.parent.person_id, LockedBy.AUTHORITY, DEED)


async def die(land: Country, unit: Unit, family: Family) -> None:
    await _die(land, unit, family.parent.person_id)


async def forget(land: Country, unit: Unit, family: Family) -> None:
    await forget_person(unit, land.idp.vault, family.parent.person_id)


async def disable(land: Country, unit: Unit, family: Family) -> None:
    await clients.disable(unit, family.party.client_id, DEED)


async def delete(land: Country, unit: Unit, family: Family) -> None:
    await delete_client(unit, family.party.client_id)


async def revoke(land: Country, unit: Unit, family: Family) -> None:
    for text in (family.own_token, family.child_token):
        token = AccessToken.from_json(land.idp.keys.sealer.open_json(SealPurpose.ACCESS_TOKEN, text))
        assert token.grant_id is not None
        await grants_service.end(unit, token.client_id, token.grant_id)


async def child_dies(land: Country, unit: Unit, family: Family) -> None:
    await _die(land, unit, family.child.person_id)


async def child_is_forgotten(land: Country, unit: Unit, family: Family) -> None:
    await forget_person(unit, land.idp.vault, family.child.person_id)


async def _die(land: Country, unit: Unit, person_id: str) -> None:
    vault, blind = land.idp.vault, land.idp.keys.blind
    told = await Population(vault, blind).record_death(unit, person_id)
    await follow_registry(unit, vault, blind, told, shipped())


async def bind_own(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.own_token, account_id="own")


async def bind_child(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.child_token, account_id="child")


async def prove(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.own_token, account_id="weak")


async def release(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "DELETE", f"/{family.binding_id}", family.own_token)


async def redeem(land: Country, family: Family) -> httpx.Response:
    party = RelyingParty(land, family.party.registered)
    return await party.redeem(party.request(), family.code, code_verifier=family.verifier)


async def refresh(land: Country, family: Family) -> httpx.Response:
    return await RelyingParty(land, family.party.registered).refresh(family.refresh_token)


async def _call(land: Country, method: str, path: str, token: str, **body: str) -> httpx.Response:
    async with land.browser() as network:
        headers = {"Authorization": f"Bearer {token}"}
        return await network.request(method, ACCOUNTS + path, headers=headers, json=body or None)


WRITES: tuple[Write, ...] = (bind_own, bind_child, prove, release, redeem, refresh)
_LIVE_GRANTS = Statement(
    select(grants.c.grant_id).where(grants.c.client_id == bindparam("of_client"), lives(grants, 0))
)


@pytest.fixture
async def other(land: Country, database_url: str, watch: Watch) -> AsyncIterator[Country]:
    """Another provider on the same database: with connections and a cache of its own, as in another process."""
    async with country(database_url, watch) as running:
        yield running


@pytest.mark.parametrize("taker", [withdraw, lock, die, forget, disable, delete], ids=lambda taker: taker.__name__)
async def test_nothing_outlives_what_took_its_right_away(land: Country, other: Country, taker: Taker) -> None:
    answers = await race(land, other, taker, WRITES, check_all_ended)
    told = {write: Counter(status for name, status in answers if name == write) for write, _ in answers}
    # Some came before the taker and some after, or nothing has been raced at all.
    for write, statuses in told.items():
        assert any(status < 300 for status in statuses), (write, statuses)
        assert any(status >= 400 for status in statuses), (write, statuses)


async def test_nothing_is_bound_or_released_with_a_token_that_was_revoked(land: Country, other: Country) -> None:
    answers = await race(land, other, revoke, (bind_own, bind_child, prove, release), check_nothing_more)
    assert {status < 300 for _, status in answers} == {True, False}


@pytest.mark.parametrize("taker", [child_dies, child_is_forgotten], ids=lambda taker: taker.__name__)
async def test_nothing_is_bound_for_a_child_who_is_gone(land: Country, other: Country, taker: Taker) -> None:
    answers = await race(land, other, taker, (bind_child,), check_child_has_nothing)
    assert {status < 300 for _, status in answers} == {True, False}


async def race(
    land: Country,
    other: Country,
    taker: Taker,
    writes: tuple[Write, ...],
    check: Callable[[Country, Taker, Family], Awaitable[None]],
) -> list[tuple[str, int]]:
    """Run the rounds; which write was answered with which status, in any order."""
    everybody = await families(land, ROUNDS)
    answers = []
    for first in range(0, ROUNDS, AT_ONCE):
        rounds = [
            _round(land, other, taker, family, writes, number)
            for number, family in enumerate(everybody[first : first + AT_ONCE], first)
        ]
        for found in await asyncio.gather(*rounds):
            answers += found
    for family in everybody:
        await check(land, taker, family)
    return answers


async def _round(
    land: Country, other: Country, taker: Taker, family: Family, writes: tuple[Write, ...], number: int
) -> list[tuple[str, int]]:
    # Some set out before the taker, which waits for a part of them; the others when it has done its work and is about
    # to commit. Each write takes its turn at each.
    first, early = number % len(writes), number % (len(writes) + 1)
    turned, head_start = writes[first:] + writes[:first], number // 2 % (early + 1)
    through = asyncio.Semaphore(0)

    async def write(act: Write) -> tuple[str, httpx.Response]:
        try:
            return act.__name__, await act(land, family)
        finally:
            through.release()

    writing = [asyncio.create_task(write(act)) for act in turned[:early]]
    for _ in range(head_start):
        await through.acquire()
    async with other.idp.db.writing() as unit:
        await taker(other, unit, family)
        writing += [asyncio.create_task(write(act)) for act in turned[early:]]
        await asyncio.sleep(0)
    # What stands now that the taker is acknowledged stands for good: whoever is still on the way comes too late.
    standing = await _bindings(other, family)
    answers = await asyncio.gather(*writing)
    assert await _bindings(other, family) == standing
    for name, answer in answers:
        assert answer.status_code < 500 or answer.json()["code"] == "overtaken", (name, answer.text)
        if name in ("redeem", "refresh") and answer.status_code == 200:
            await _check_worthless(land, family, answer.json())
    return [(name, answer.status_code) for name, answer in answers]


async def _bindings(land: Country, family: Family) -> list[SocialAccount]:
    async with land.idp.db.reading() as unit:
        return list(await list_for_client(unit, SOCIAL_ACCOUNT, family.party.client_id))


async def _check_worthless(land: Country, family: Family, tokens: dict[str, Any]) -> None:
    party = RelyingParty(land, family.party.registered)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code in (400, 401)


async def check_all_ended(land: Country, taker: Taker, family: Family) -> None:
    async with land.idp.db.reading() as unit:
        assert await unit.fetch(_LIVE_GRANTS, of_client=family.party.client_id, now=unit.now) == []
    for binding in await _bindings(land, family):
        if taker in (withdraw, forget, delete):
            assert binding.state not in SOCIAL_ACCOUNT.lifecycle.live, binding
        elif taker in (lock, die) and binding.person_id == family.parent.person_id:
            # What a parent supervises is a child's, whose identity is not locked.
            assert binding.state is not BindingState.VERIFIED, binding


async def check_nothing_more(land: Country, taker: Taker, family: Family) -> None:
    """That no binding changed after the taker is looked at in each round."""


async def check_child_has_nothing(land: Country, taker: Taker, family: Family) -> None:
    for binding in await _bindings(land, family):
        if binding.person_id == family.child.person_id:
            assert binding.state is (BindingState.SUSPENDED if taker is child_dies else BindingState.RELEASED), binding
