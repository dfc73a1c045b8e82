"""No write outlives what took its right away: each taker against each write, in many rounds, by two worker processes
that share nothing but the database.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.crowd import Family, families
from tests.support.relying_party import RelyingParty
from tests.support.takers import Target
from tests.support.workers import Branch
from vneid_idp.bindings.engine.service import list_for_client
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.grants.liveness import lives
from vneid_idp.grants.tables import grants
from vneid_idp.storage.statement import Statement

ROUNDS = 50
AT_ONCE = 5
"""Families in one go: enough to keep both workers busy, few enough that acts of one family meet."""

STEPS, STEP_SECONDS = 7, 0.002
"""The taker's commit falls after none to six steps of the writes' way, which takes about as long."""

Branches = tuple[Branch, ...]
Write = Callable[[Country, Family], Awaitable[httpx.Response]]


async def bind_own(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.own_token, account_id="own")


async def bind_child(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.child_token, account_id="child")


async def bind_another(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.child_token, account_id="another")


async def prove(land: Country, family: Family) -> httpx.Response:
    return await _call(land, "POST", "", family.proving_token, account_id="weak")


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


@pytest.mark.parametrize("taker", ["withdraw", "lock", "die", "forget", "disable", "delete"])
async def test_nothing_outlives_what_took_its_right_away(land: Country, branches: Branches, taker: str) -> None:
    answers = await race(land, branches, taker, WRITES, check_all_ended)
    counts = {write: Counter(status for name, status in answers if name == write) for write, _ in answers}
    # Some came before the taker and some after, or nothing has been raced at all.
    for write, statuses in counts.items():
        assert any(status < 300 for status in statuses), (write, statuses)
        assert any(status >= 400 for status in statuses), (write, statuses)


async def test_nothing_is_bound_or_released_with_a_token_that_was_revoked(land: Country, branches: Branches) -> None:
    answers = await race(land, branches, "revoke", (bind_own, bind_child, prove, release), check_nothing_more)
    assert {status < 300 for _, status in answers} == {True, False}


@pytest.mark.parametrize("taker", ["child_dies", "child_is_forgotten"])
async def test_nothing_is_bound_for_a_child_who_is_gone(land: Country, branches: Branches, taker: str) -> None:
    answers = await race(land, branches, taker, (bind_child, bind_another), check_child_has_nothing)
    assert {status < 300 for _, status in answers} == {True, False}


async def race(
    land: Country,
    branches: Branches,
    taker: str,
    writes: tuple[Write, ...],
    check: Callable[[Country, str, Family], Awaitable[None]],
) -> list[tuple[str, int]]:
    """Run the rounds; which write was answered with which status, in any order."""
    everybody = await families(land, ROUNDS)
    answers: list[tuple[str, int]] = []
    broken: list[BaseException] = []
    for first in range(0, ROUNDS, AT_ONCE):
        rounds = [
            _round(land, branches, taker, family, writes, number)
            for number, family in enumerate(everybody[first : first + AT_ONCE], first)
        ]
        for found in await asyncio.gather(*rounds, return_exceptions=True):
            if isinstance(found, BaseException):
                broken.append(found)
            else:
                answers += found
    if broken:
        raise BaseExceptionGroup("rounds in which a write outlived the taker", broken)
    for family in everybody:
        await check(land, taker, family)
    return answers


async def _round(
    land: Country, branches: Branches, taker: str, family: Family, writes: tuple[Write, ...], number: int
) -> list[tuple[str, int]]:
    # Some set out before the taker, which waits for a part of them; the others when it has done its work and is about
    # to commit, at another instant of their way in each round. Each write takes its turn at each, and at each worker.
    first, early = number % len(writes), number % (len(writes) + 1)
    turned, head_start = writes[first:] + writes[:first], number // 2 % (early + 1)
    through = asyncio.Semaphore(0)

    async def write(act: Write, place: int) -> tuple[str, httpx.Response]:
        try:
            return act.__name__, await act(branches[(number + place) % len(branches)], family)
        finally:
            through.release()

    writing = [asyncio.create_task(write(act, place)) for place, act in enumerate(turned[:early])]
    for _ in range(head_start):
        await through.acquire()
    taking = await branches[number // 2 % len(branches)].worker.take(taker, Target.of(family))
    writing += [asyncio.create_task(write(act, place)) for place, act in enumerate(turned[early:], early)]
    await asyncio.sleep(number % STEPS * STEP_SECONDS)
    await taking.commit()
    # What stands now that the taker is acknowledged stands for good: whoever is still on the way comes too late.
    before = await _bindings(land, family)
    answers = await asyncio.gather(*writing)
    # Told by what each is, since that says which of the writes it was: by whom it was proved, and how it stands.
    late = [each for each in await _bindings(land, family) if each not in before]
    assert [(each.method, each.level, each.state) for each in late] == []
    for name, answer in answers:
        assert answer.status_code < 500 or answer.json()["code"] == "overtaken", (name, answer.text)
        if name in ("redeem", "refresh") and answer.status_code == 200:
            await _check_worthless(branches[0], family, answer.json())
    return [(name, answer.status_code) for name, answer in answers]


async def _bindings(land: Country, family: Family) -> list[SocialAccount]:
    async with land.idp.db.reading() as unit:
        return list(await list_for_client(unit, SOCIAL_ACCOUNT, family.party.client_id))


async def _check_worthless(land: Country, family: Family, tokens: dict[str, Any]) -> None:
    party = RelyingParty(land, family.party.registered)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    # The worker that took the client away knows it no more, and after some rounds of that takes no attempt from here.
    assert (await party.refresh(tokens["refresh_token"])).status_code in (400, 401, 429)


async def check_all_ended(land: Country, taker: str, family: Family) -> None:
    async with land.idp.db.reading() as unit:
        assert await unit.fetch(_LIVE_GRANTS, of_client=family.party.client_id, now=unit.now) == []
    for binding in await _bindings(land, family):
        if taker in ("withdraw", "delete") or (taker == "forget" and binding.person_id == family.parent.person_id):
            assert binding.state not in SOCIAL_ACCOUNT.lifecycle.live, binding
        elif taker in ("lock", "die", "forget"):
            # What the parent bound for the child is the child's, and rests until somebody else supervises it.
            assert binding.state is not BindingState.VERIFIED, binding


async def check_nothing_more(land: Country, taker: str, family: Family) -> None:
    """That no binding changed after the taker is looked at in each round."""


async def check_child_has_nothing(land: Country, taker: str, family: Family) -> None:
    for binding in await _bindings(land, family):
        if binding.person_id == family.child.person_id:
            assert binding.state is (BindingState.SUSPENDED if taker == "child_dies" else BindingState.RELEASED), (
                binding
            )
