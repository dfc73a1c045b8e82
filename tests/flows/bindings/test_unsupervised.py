"""Guardians who could act no more before an upgrade: what they bound for children rests once a worker comes by."""

from typing import Any

import pytest
from sqlalchemy import bindparam, update

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.events import kinds
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.bindings import resting
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.identity.tables import accounts
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.workers.tasks import tasks

CANNOT_ACT: dict[str, dict[str, Any]] = {
    "locked here": {"locked_at": 1, "locked_by": "holder", "locked_since": 1},
    "locked by the register": {"registry_locked_at": 1, "registry_locked_by": "authority", "locked_since": 1},
    "died": {"deceased_at": 1},
    "forgotten": {"closed_at": 1},
    "card run out": {"card_expires_at": 1},
}
CAN_ACT: dict[str, Any] = dict.fromkeys(
    ("locked_at", "locked_by", "registry_locked_at", "registry_locked_by", "locked_since", "deceased_at", "closed_at")
)


async def rest(land: Country) -> int:
    """What the worker does every few minutes."""
    task = next(each for each in tasks(land.idp, b"", 30 * DAY) if each.name == "rest what nobody supervises")
    guardians: int = await task.work()
    return guardians


async def stands(land: Country, person_id: str, columns: dict[str, Any]) -> None:
    """The account stands so, and nobody has drawn a conclusion from it, as under an older release."""
    statement = Statement(update(accounts).where(accounts.c.person_id == bindparam("who")).values(**columns))
    async with land.idp.db.writing() as unit:
        await unit.execute(statement, who=person_id)


@pytest.mark.parametrize("how", CANNOT_ACT)
async def test_what_they_bound_for_children_rests_and_nothing_else_does(
    land: Country, party: RelyingParty, how: str
) -> None:
    guardian, child = await agreed(land, party, "guardian"), land.people["child-9"].record.person_id
    supervised = await bind(land, party, "child", child, guardian.person_id)
    own = await bind(land, party, "own", guardian.person_id)
    assert await rest(land) == 0
    land.watch.advance(MINUTE)
    await stands(land, guardian.person_id, CANNOT_ACT[how])
    assert (await states(land, party))[supervised] is BindingState.VERIFIED
    assert await rest(land) == 1
    assert await states(land, party) == {supervised: BindingState.SUSPENDED, own: BindingState.VERIFIED}
    assert (await kinds(land, child))["binding.suspended"] == 1
    assert await rest(land) == 0


async def test_what_has_ended_needs_nobody_who_supervises_it(land: Country, party: RelyingParty) -> None:
    guardian, child = await agreed(land, party, "guardian"), land.people["child-9"].record.person_id
    ended = await bind(land, party, "child", child, guardian.person_id)
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, ended, Move.RELEASE)
    await stands(land, guardian.person_id, CANNOT_ACT["died"])
    async with land.idp.db.reading() as unit:
        assert await resting.who_cannot_act(unit, "", 10) == (), "for ever to be looked at again"
    assert await rest(land) == 0
    assert await states(land, party) == {ended: BindingState.RELEASED}


async def test_a_guardian_is_wanted_for_what_rests_and_for_nothing_between(land: Country, party: RelyingParty) -> None:
    guardian, adult = await agreed(land, party, "guardian"), land.people["plain"].record.person_id
    younger, elder = (land.people[name].record.person_id for name in ("child-9", "fifteen"))
    first = await bind(land, party, "first", younger, guardian.person_id)
    await bind(land, party, "between", adult)
    last = await bind(land, party, "last", elder, guardian.person_id)
    await stands(land, guardian.person_id, CANNOT_ACT["locked here"])
    await rest(land)
    async with land.idp.db.reading() as unit:
        listed = await bindings.list_for_client(unit, SOCIAL_ACCOUNT, party.client_id)
        wanting = await resting.want_guardian(unit, listed, SOCIAL_ACCOUNT, party.client_id)
    assert len(listed) == 3
    assert wanting == {first: True, last: True}


async def test_who_can_act_again_meanwhile_is_left_alone(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    guardian, child = await agreed(land, party, "guardian"), land.people["child-9"].record.person_id
    supervised = await bind(land, party, "child", child, guardian.person_id)
    await stands(land, guardian.person_id, CANNOT_ACT["locked here"])
    ask = resting.who_cannot_act

    async def then_unlocked(*args: Any) -> tuple[str, ...]:
        found = await ask(*args)
        if found:
            await stands(land, guardian.person_id, CAN_ACT)
        return found

    monkeypatch.setattr(resting, "who_cannot_act", then_unlocked)
    await rest(land)
    assert await states(land, party) == {supervised: BindingState.VERIFIED}


async def test_all_guardians_are_found_page_by_page(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.use_cases.rest_unsupervised._PAGE", 1)
    child = land.people["child-9"].record.person_id
    for slug in ("guardian", "complete", "plain"):
        person = await agreed(land, party, slug)
        await bind(land, party, slug, child, person.person_id)
        await stands(land, person.person_id, CANNOT_ACT["died"])
    assert await rest(land) == 3
    assert set((await states(land, party)).values()) == {BindingState.SUSPENDED}
