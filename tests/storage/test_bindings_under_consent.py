"""A binding is under the consent of whoever proved it, and ends with it; on both databases."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tests.support.watch import MORNING
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.engine import disclosure
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Shown
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import Decision
from vneid_idp.storage.unit import Database

LAN = BindingProof("per_lan", age=30, level=2)
UNDER = replace(LAN, consent_id="con_lan")
MINH = BindingProof("per_minh", age=41, level=1)
CHILD = BindingProof("per_child", age=15, level=2, guardian_id="per_lan")
NETWORK = "net"

Bind = Callable[..., Coroutine[Any, Any, SocialAccount]]


@pytest.fixture
def bind(db: Database) -> Bind:
    async def bind_one(proof: BindingProof = LAN, account: str = "lan.1990", client_id: str = NETWORK) -> SocialAccount:
        async with db.writing() as unit:
            bound = await social_accounts.bind_social_account(
                unit,
                BlindIndex(b"k" * 32),
                client_id=client_id,
                account_id=account,
                proof=proof,
                rules=shipped().at(MORNING),
                account_limit=9,
            )
        return bound.binding

    return bind_one


async def make(db: Database, binding_id: str, move: Move) -> None:
    async with db.writing() as unit:
        await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, binding_id, move)


async def test_what_is_under_a_consent_is_released_with_it_and_nothing_else(db: Database, bind: Bind) -> None:
    own = [(await bind(UNDER, account=f"a{number}")).binding_id for number in range(2)]
    child = (await bind(replace(CHILD, consent_id="con_lan"), account="child")).binding_id
    unnamed = (await bind(account="of a release that did not write it")).binding_id
    await make(db, own[0], Move.SUSPEND)
    ended = (await bind(UNDER, account="a2")).binding_id
    await make(db, ended, Move.REVOKE)
    await bind(account="elsewhere", client_id="net_2")
    await bind(MINH, account="minhs")
    await bind(replace(CHILD, consent_id="con_other"), account="of another consent")
    await bind(BindingProof("per_lan", 15, 2, "per_minh"), account="of another's consent")
    async with db.writing() as unit:
        assert await ledger.release_under(unit, "per_lan", NETWORK, "con_lan") == 4
        assert await ledger.release_under(unit, "per_lan", NETWORK, "con_lan") == 0
    async with db.reading() as unit:
        states = {b.binding_id: b.state for b in await engine.list_for_client(unit, SOCIAL_ACCOUNT, NETWORK)}
        assert [b.state for b in await engine.list_for_client(unit, SOCIAL_ACCOUNT, "net_2")] == [BindingState.VERIFIED]
    assert {states.pop(binding_id) for binding_id in (*own, child, unnamed)} == {BindingState.RELEASED}
    assert states.pop(ended) is BindingState.REVOKED
    assert list(states.values()) == [BindingState.VERIFIED] * 3


@pytest.mark.parametrize("proof", [LAN, CHILD])
async def test_another_consent_of_the_same_person_takes_the_place_of_the_one_that_ended(
    db: Database, bind: Bind, proof: BindingProof
) -> None:
    first = await bind(replace(proof, consent_id="con_1"))
    again = await bind(replace(proof, consent_id="con_1"))
    assert again == first
    second = await bind(replace(proof, consent_id="con_2"))
    assert (second.binding_id, second.consent_id) == (first.binding_id, "con_2")
    async with db.reading() as unit:
        assert await engine.find(unit, SOCIAL_ACCOUNT, NETWORK, first.binding_id) == second


async def test_another_guardian_takes_nothing_over_but_the_young_person_does(db: Database, bind: Bind) -> None:
    first = await bind(replace(CHILD, consent_id="con_1"))
    other = replace(CHILD, guardian_id="per_minh", consent_id="con_2")
    assert (await bind(other)) == first
    grown = await bind(BindingProof("per_child", 16, 2, consent_id="con_3"))
    assert (grown.consent_id, grown.proved_by) == ("con_3", "per_child")


async def test_what_is_withdrawn_is_not_told_of_what_is_bound_still(db: Database, bind: Bind) -> None:
    async with db.writing() as unit:
        decided = {"level": Decision("account", 1, given=True)}
        given = await consents.give(unit, "per_lan", NETWORK, decided, Shown("text", "en"), alone_from=16)
    bound = await bind(replace(LAN, consent_id=given.consent_id))
    told = []
    for _ in range(2):
        async with db.writing() as unit:
            told.append(sorted((await disclosure.get(unit, SOCIAL_ACCOUNT, NETWORK, bound.binding_id)).decided))
            if len(told) == 1:
                await consents.withdraw(unit, "per_lan", given.consent_id)
    assert told == [["level"], []]


async def test_what_somebody_else_decided_is_told_of_nobodys_binding(db: Database, bind: Bind) -> None:
    async with db.writing() as unit:
        decided = {"level": Decision("account", 1, given=True)}
        given = await consents.give(unit, "per_minh", NETWORK, decided, Shown("text", "en"), alone_from=16)
    bound = await bind(replace(LAN, consent_id=given.consent_id))
    async with db.reading() as unit:
        assert (await disclosure.get(unit, SOCIAL_ACCOUNT, NETWORK, bound.binding_id)).decided == {}
