"""A binding discloses only what was agreed: what the person left out, took back, or agreed to for a purpose that counts
no more, is told at no door of `bindings/v1`, to no token.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.bindings import Caller, Of
from tests.support.country import PURPOSE, Country
from tests.support.deeds import DEED
from tests.support.purposes import set_purposes
from tests.support.relying_party import RelyingParty
from tests.support.tokens import CHILD, person_token
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT as KIND
from vneid_idp.clients import by_operator
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Shown
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.protocol.claims import BINDING_CLAIMS, CHILD_ACCOUNT, SOCIAL_ACCOUNT, Decision
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.release_binding import release_for_client
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

MEMBERS = {
    "binding_level": {"level"},
    "binding_method": {"method"},
    "binding_age_band": {"age_band"},
    "binding_supervised": {"supervised"},
    "binding_verified_at": {"verified_at"},
    "binding_capabilities": {"capabilities", "next_step"},
}
EVERYTHING = set().union(*MEMBERS.values())
NONE_BY_ITSELF = {"next_step"}
"""Null also where it is told."""


def told(binding: dict[str, Any]) -> set[str]:
    """The members that a binding tells. What is withheld is null, and what is not is there."""
    withheld = set(binding["withheld"])
    assert len(binding["withheld"]) == len(withheld)
    for member in EVERYTHING:
        if member in withheld:
            assert binding[member] is None, member
        else:
            assert binding[member] is not None or member in NONE_BY_ITSELF, member
    return EVERYTHING - withheld


@dataclass
class Bound:
    """An account that is bound, its holder's or guardian's network, and every door at which it is told of."""

    land: Country
    party: RelyingParty
    person_id: str
    child_id: str | None
    own: Caller
    persons: Caller
    binding_id: str

    async def at_doors_of_the_network(self) -> list[dict[str, Any]]:
        """What the network's own token is told: at status (where it is not bound any more: nothing), list and read."""
        status, listed = await self.own.status(), await self.own.call("GET")
        of_state = await self.own.call("GET", f"?state={listed['items'][0]['state']}")
        read = await self.own.call("GET", f"/{self.binding_id}")
        if status["binding"] is not None:
            assert status["capabilities"] == status["binding"]["capabilities"]
        stood = [] if status["binding"] is None else [status["binding"]]
        return [*stood, *listed["items"], *of_state["items"], read]

    async def at_doors_of_the_person(self) -> list[dict[str, Any]]:
        """What the person's token is told: at bind and read."""
        return [await self.persons.bind(), await self.persons.call("GET", f"/{self.binding_id}")]


Bind = Callable[..., Awaitable[Bound]]


@pytest.fixture
def bind(land: Country, party: RelyingParty, of: Of, own: Caller) -> Bind:
    async def bind_one(whose: str = "own", left_out: tuple[str, ...] = ()) -> Bound:
        people = {name: land.people[name].record.person_id for name in ("plain", "guardian", "fifteen")}
        person_id, child_id = (people["plain"], None) if whose == "own" else (people["guardian"], people["fifteen"])
        more: dict[str, Any] = {} if child_id is None else {"scope": CHILD, "child_id": child_id}
        persons = of(await person_token(land, party.registered, person_id, left_out=left_out, **more))
        bound = await persons.bind()
        assert told(bound) == EVERYTHING - set().union(*(MEMBERS[name] for name in left_out))
        return Bound(land, party, person_id, child_id, own, persons, bound["binding_id"])

    return bind_one


@pytest.mark.parametrize("whose", ["own", "child"])
@pytest.mark.parametrize("left_out", [(), *((name,) for name in BINDING_CLAIMS), BINDING_CLAIMS])
async def test_what_was_left_out_is_told_at_no_door(bind: Bind, whose: str, left_out: tuple[str, ...]) -> None:
    bound = await bind(whose, left_out)
    agreed = EVERYTHING - set().union(*(MEMBERS[name] for name in left_out))
    for binding in [*await bound.at_doors_of_the_network(), *await bound.at_doors_of_the_person()]:
        assert (binding["binding_id"], binding["state"]) == (bound.binding_id, "verified")
        assert told(binding) == agreed
    for caller in (bound.own, bound.persons):
        released = await caller.call("DELETE", f"/{bound.binding_id}")
        assert (released["state"], told(released)) == ("released", set())


async def untick(bound: Bound) -> None:
    answers = {name: Decision("account", 1, given=False) for name in BINDING_CLAIMS}
    async with bound.land.idp.db.writing() as unit:
        shown = Shown("text", "vi")
        await consents.give(unit, bound.person_id, bound.party.client_id, answers, shown, bound.child_id, alone_from=16)


async def withdraw(bound: Bound) -> None:
    async with bound.land.idp.db.writing() as unit:
        (current,) = await consents.list_current(unit, bound.person_id)
        await withdraw_consent(unit, bound.land.idp.vault, bound.person_id, current.consent_id)


async def release(bound: Bound) -> None:
    async with bound.land.idp.db.writing() as unit:
        client = await clients.get_client(unit, bound.party.client_id)
        await release_for_client(unit, KIND, client, bound.binding_id)


async def another_meaning(bound: Bound) -> None:
    await set_purposes(bound.land, bound.party, PURPOSE, material=("account",))


async def no_claims(bound: Bound) -> None:
    required = [name for name in PURPOSE["required"] if name not in BINDING_CLAIMS]
    await set_purposes(bound.land, bound.party, {**PURPOSE, "required": required})


async def no_purpose(bound: Bound) -> None:
    await set_purposes(bound.land, bound.party)


async def take_the_scope(bound: Bound) -> None:
    gone = SOCIAL_ACCOUNT if bound.child_id is None else CHILD_ACCOUNT
    async with bound.land.idp.db.writing() as unit:
        client = await clients.get_client(unit, bound.party.client_id)
        members = {**client.metadata, "scope": " ".join(name for name in client.scope if name != gone)}
        await by_operator.update(unit, client, members, DEED, sandbox=True)


async def disable(bound: Bound) -> None:
    async with bound.land.idp.db.writing() as unit:
        await clients.disable(unit, bound.party.client_id, DEED)


async def forget(bound: Bound) -> None:
    async with bound.land.idp.db.writing() as unit:
        await forget_person(unit, bound.land.idp.vault, bound.land.idp.keys.blind, bound.person_id)


TOLD_NOTHING: dict[Callable[[Bound], Awaitable[None]], tuple[dict[str, str], str | None]] = {
    untick: ({"own": "verified", "child": "verified"}, None),
    withdraw: ({"own": "released", "child": "released"}, "invalid_token"),
    release: ({"own": "released", "child": "released"}, None),
    another_meaning: ({"own": "verified", "child": "verified"}, "insufficient_scope"),
    no_claims: ({"own": "verified", "child": "verified"}, None),
    no_purpose: ({"own": "verified", "child": "verified"}, "insufficient_scope"),
    # In its own name the network reads by the permission to bind people's own accounts.
    take_the_scope: ({"own": "insufficient_scope", "child": "verified"}, "insufficient_scope"),
    disable: ({"own": "invalid_token", "child": "invalid_token"}, "invalid_token"),
    forget: ({"own": "released", "child": "suspended"}, "invalid_token"),
}
"""What takes an agreement back: the state that is told to the network afterwards, or the refusal of its own token; and
the refusal of the person's token, if it is not as good as before."""


@pytest.mark.parametrize("whose", ["own", "child"])
@pytest.mark.parametrize("taken_back", TOLD_NOTHING)
async def test_what_is_taken_back_is_told_at_no_door_from_this_moment(
    bind: Bind, whose: str, taken_back: Callable[[Bound], Awaitable[None]]
) -> None:
    bound = await bind(whose)
    assert {frozenset(told(each)) for each in await bound.at_doors_of_the_network()} == {frozenset(EVERYTHING)}
    await taken_back(bound)
    states, refusal = TOLD_NOTHING[taken_back]
    path, account = f"/{bound.binding_id}", {"account_id": "1000"}
    if states[whose].isalpha():
        found = await bound.at_doors_of_the_network()
        assert len(found) == (3 if states[whose] == "released" else 4)
        assert {(each["state"], *told(each)) for each in found} == {(states[whose],)}
    else:
        for method, where, body in (("POST", "/status", account), ("GET", "", None), ("GET", path, None)):
            await bound.own.call(method, where, states[whose], json=body)
    assert told_if_read(await bound.persons.call("GET", path, refusal)) == set()
    if taken_back is not release:  # after which an account is bound anew
        assert told_if_read(await bound.persons.bind(code=refusal)) == set()


@pytest.mark.parametrize("door", ["status", "list", "read"])
async def test_what_is_withdrawn_while_the_register_is_asked_is_told_no_more(
    bind: Bind, land: Country, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    bound = await bind("own")
    registry = land.idp.registry
    asked: list[str] = []

    async def slowly(person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        answer = await find_many(person_ids)
        if not asked:
            await withdraw(bound)
        asked.extend(person_ids)
        return answer

    find_many = registry.find_many
    monkeypatch.setattr(registry, "find_many", slowly)
    if door == "status":
        answer = await bound.own.status()
        assert (answer["account_state"], answer["binding"]) == ("unverified", None)
    else:
        answer = await bound.own.call("GET", f"/{bound.binding_id}" if door == "read" else "")
        found = answer if door == "read" else answer["items"][0]
        assert (found["state"], told(found)) == ("released", set())
    assert asked == [bound.person_id]


def told_if_read(answer: dict[str, Any]) -> set[str]:
    """What an answer tells; a refusal tells nothing."""
    return told(answer) if "binding_id" in answer else EVERYTHING & answer.keys()


async def test_what_is_agreed_again_is_told_again(bind: Bind, land: Country, party: RelyingParty, of: Of) -> None:
    bound = await bind("own", BINDING_CLAIMS)
    again = of(await person_token(land, party.registered, bound.person_id))
    assert told(await bound.own.call("GET", f"/{bound.binding_id}")) == EVERYTHING
    await withdraw(bound)
    anew = of(await person_token(land, party.registered, bound.person_id))
    bound_anew = await anew.bind()
    assert bound_anew["binding_id"] != bound.binding_id
    assert told(bound_anew) == EVERYTHING
    assert told(await bound.own.call("GET", f"/{bound.binding_id}")) == set(), "what ended tells nothing for ever"
    await again.bind(code="invalid_token")


async def test_one_childs_agreement_tells_nothing_of_another_persons_account(
    bind: Bind, land: Country, party: RelyingParty, of: Of
) -> None:
    """A guardian who keeps everything back for a child, and nothing of the own account."""
    childs = await bind("child", BINDING_CLAIMS)
    own = await of(await person_token(land, party.registered, childs.person_id)).bind("own")
    assert told(own) == EVERYTHING
    page = {each["binding_id"]: told(each) for each in (await childs.own.call("GET"))["items"]}
    assert page == {childs.binding_id: set(), own["binding_id"]: EVERYTHING}
