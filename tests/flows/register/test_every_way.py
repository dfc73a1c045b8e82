"""What takes an identity away, and what gives it back, reaches the same things whichever way it comes."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

import pytest

from tests.support.authority import change
from tests.support.bindings import Caller, bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.grants import refused
from tests.support.people import hashes
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.identity import persons
from vneid_idp.identity.factors.proofs import SignInProof
from vneid_idp.identity.register.records import Card, CardKind, LockedBy
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox import people
from vneid_idp.use_cases.enrol_person import raise_level
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.use_cases.sign_in import sign_in
from vneid_idp.workers.follower import Follower

Way = Callable[[Country, str], Awaitable[object]]


async def feed(land: Country, _: str) -> None:
    """The feed of the register is followed."""
    idp = land.idp
    await Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy).round()


async def at_sign_in(land: Country, person_id: str) -> None:
    """The person signs in before the feed was followed."""
    idp, proof = land.idp, SignInProof("pwd", hashes().password)
    record, policy = await idp.registry.find(person_id), await idp.current_policy()
    await idp.db.transact(
        lambda unit: sign_in(unit, idp.vault, idp.keys.blind, record, policy, proof, before=None, client_id=None)
    )


async def restart(land: Country, person_id: str) -> None:
    """The sandbox was stopped meanwhile, and starts."""
    await people.settle(land.idp.db, land.idp.vault, land.idp.keys.blind)
    await feed(land, person_id)


WAYS: Mapping[str, Way] = {"feed": feed, "sign-in": at_sign_in, "restart": restart}
OLD = Card(CardKind.CITIZEN, date(2006, 1, 1), date(2026, 1, 1))
NEW = Card(CardKind.CITIZEN, date(2026, 11, 1), None)
LOCKED = {"locked_by": LockedBy.AUTHORITY, "locked_at": 1}
TOLD: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a lock": (LOCKED, dict.fromkeys(LOCKED)),
    "a death, which was a mistake": ({"deceased_at": 1}, {"deceased_at": None}),
    "a card that expired": ({"card": OLD}, {"card": NEW}),
    "a card that is no more": ({"card": None}, {"card": NEW}),
}
BY_COMMAND: Mapping[str, LockedBy] = {f"a lock of the {by} by command": by for by in LockedBy}
CASES = [(cause, way) for cause in TOLD for way in WAYS] + [(cause, "command") for cause in BY_COMMAND]


async def tell(land: Country, cause: str, way: str, person_id: str, *, ends: bool) -> None:
    """The cause begins, or ends, and arrives this way."""
    if way == "command":
        by, act = BY_COMMAND[cause], unlock_person if ends else lock_person
        await land.idp.db.transact(lambda unit: act(unit, land.idp.vault, person_id, by, DEED))
    else:
        await change(land, person_id, **TOLD[cause][ends])
        await WAYS[way](land, person_id)


@pytest.mark.parametrize(("cause", "way"), CASES)
async def test_bindings_and_grants_rest_and_count_again_whichever_way_it_comes(
    land: Country, party: RelyingParty, cause: str, way: str
) -> None:
    someone = await agreed(land, party, "guardian")
    tokens = await someone.tokens(party, scope="openid age offline_access")
    here = await someone.tokens(party, scope="openid age")
    child = land.people["child-9"].record.person_id
    held = {await bind(land, party, "own", someone.person_id), await bind(land, party, "ch", child, someone.person_id)}
    land.watch.advance(MINUTE)

    await tell(land, cause, way, someone.person_id, ends=False)
    assert await states(land, party) == dict.fromkeys(held, BindingState.SUSPENDED)
    for each in (tokens, here):
        assert (await party.userinfo(each["access_token"])).status_code == 401
    assert refused(await party.refresh(tokens["refresh_token"]))
    page = await someone.person.browser.get("/me")
    assert page.headers.get("location", "").startswith("/signin"), "who is signed in is not let in either"

    land.watch.advance(MINUTE)
    await tell(land, cause, way, someone.person_id, ends=True)
    assert await states(land, party) == dict.fromkeys(held, BindingState.VERIFIED)
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def nothing_else(land: Country, _: str) -> None:
    """Nobody says anything."""


@pytest.mark.parametrize("way", [*WAYS.values(), nothing_else], ids=[*WAYS, "office"])
async def test_a_level_is_raised_at_an_office_alone_and_counts_from_the_next_proof_on(
    land: Country, party: RelyingParty, way: Way
) -> None:
    """What was granted or bound before says what was proved then, and goes on. No register tells a level: whatever else
    it says of the person neither raises nor lowers one."""
    idp, someone = land.idp, await agreed(land, party, "level-1")
    scope = "openid identity offline_access binding:social_account"
    before = await someone.tokens(party, scope=scope)

    async def bound(tokens: dict[str, Any]) -> tuple[str, int]:
        async with land.browser() as network:
            answer = await Caller(network, land, tokens["access_token"]).bind()
        return answer["binding_id"], answer["level"]

    async def told(tokens: dict[str, Any]) -> int:
        level: int = (await party.userinfo(tokens["access_token"])).json()["identity_level"]
        return level

    binding_id, level = await bound(before)
    assert (level, await told(before)) == (1, 1)

    async def says_something(email: str) -> None:
        land.watch.advance(MINUTE)
        await change(land, someone.person_id, email=email)
        await way(land, someone.person_id)

    await says_something("mot@example.vn")
    answer, policy = await persons.ask(idp.db, idp.registry, someone.person_id), await idp.current_policy()
    assert answer is not None
    await idp.db.transact(
        lambda unit: raise_level(unit, idp.vault, idp.keys.blind, answer, compared=True, policy=policy, deed=DEED)
    )
    await says_something("hai@example.vn")
    assert await states(land, party) == {binding_id: BindingState.VERIFIED}
    refreshed = (await party.refresh(before["refresh_token"])).json()
    assert await told(refreshed) == 1
    assert await bound(refreshed) == (binding_id, 1)
    anew = await (await known(land, "level-1")).tokens(party, scope=scope)
    assert await told(anew) == 2
    assert await bound(anew) == (binding_id, 2)
    assert await told(refreshed) == 1
