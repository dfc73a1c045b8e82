"""A card runs out by the clock alone, and nobody tells of it: what its holder has rests all the same."""

from datetime import date, timedelta

import pytest

from tests.support.authority import change, lock, say, unlock
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.events import facts, kinds
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from tests.support.visitor import shown
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.identity.register.cards import card_expires_at
from vneid_idp.identity.register.records import Card, CardKind
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.workers.follower import Follower
from vneid_idp.workers.tasks import tasks

LAST_DAY = date(2026, 12, 1)
CARD = Card(CardKind.CITIZEN, date(2016, 12, 1), LAST_DAY + timedelta(days=1))
RENEWED = Card(CardKind.CITIZEN, date(2026, 12, 20), None)
SCOPE = "openid age offline_access"


@pytest.fixture
def follower(land: Country) -> Follower:
    idp = land.idp
    return Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)


async def rest(land: Country) -> int:
    """What the worker does every minute."""
    task = next(each for each in tasks(land.idp, b"", 30 * DAY) if each.name == "rest what expired cards held")
    people: int = await task.work()
    return people


async def card_until(land: Country, follower: Follower, person_id: str) -> int:
    """The person's card is good until the night after the last day; that instant."""
    await change(land, person_id, card=CARD)
    await follower.round()
    end = card_expires_at(CARD)
    assert end is not None
    return end


async def test_what_is_held_rests_from_the_last_night_on_and_counts_again_with_a_new_card(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    someone, other = await agreed(land, party), await agreed(land, party, "guardian")
    own, kept = await bind(land, party, "own", someone.person_id), await bind(land, party, "k", other.person_id)
    end = await card_until(land, follower, someone.person_id)
    land.watch.set(end - 1)
    assert await rest(land) == 0
    assert await states(land, party) == {own: BindingState.VERIFIED, kept: BindingState.VERIFIED}
    land.watch.set(end)
    assert await rest(land) == 1
    assert await rest(land) == 0
    assert await states(land, party) == {own: BindingState.SUSPENDED, kept: BindingState.VERIFIED}
    assert (await kinds(land, someone.person_id))["binding.suspended"] == 1
    land.watch.advance(20 * DAY)
    await change(land, someone.person_id, card=RENEWED)
    await follower.round()
    assert await states(land, party) == {own: BindingState.VERIFIED, kept: BindingState.VERIFIED}
    assert await rest(land) == 0
    assert await facts(land, someone.person_id) == [["card"], ["card"]]


async def test_tokens_end_with_the_card_before_any_worker_looks(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    end = await card_until(land, follower, land.people["complete"].record.person_id)
    land.watch.set(end - MINUTE)
    someone = await agreed(land, party, "complete")
    tokens = await someone.tokens(party, scope=SCOPE)
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    land.watch.set(end)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_a_childs_account_rests_with_the_guardians_card_and_not_with_the_childs(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    guardian = await agreed(land, party, "guardian")
    child = land.people["child-9"].record.person_id
    bound = await bind(land, party, "child", child, guardian.person_id)
    await change(land, child, card=CARD)
    await follower.round()
    end = card_expires_at(CARD)
    assert end is not None
    land.watch.set(end)
    assert await rest(land) == 0
    assert await states(land, party) == {bound: BindingState.VERIFIED}
    await card_until(land, follower, guardian.person_id)
    # The register told of a card that has run out already: there is nothing left to find.
    assert await states(land, party) == {bound: BindingState.SUSPENDED}
    assert await rest(land) == 0
    await change(land, guardian.person_id, card=RENEWED)
    await follower.round()
    assert await states(land, party) == {bound: BindingState.VERIFIED}


async def test_a_guardian_whose_card_runs_out_over_night_supervises_nobody(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    guardian = await agreed(land, party, "guardian")
    bound = await bind(land, party, "child", land.people["child-9"].record.person_id, guardian.person_id)
    land.watch.set(await card_until(land, follower, guardian.person_id))
    assert await states(land, party) == {bound: BindingState.VERIFIED}
    assert await rest(land) == 1
    assert await rest(land) == 0
    assert await states(land, party) == {bound: BindingState.SUSPENDED}


async def test_what_has_ended_has_nothing_to_rest(land: Country, party: RelyingParty, follower: Follower) -> None:
    guardian, child = await agreed(land, party, "guardian"), land.people["child-9"].record.person_id
    ended = [
        await bind(land, party, "own", guardian.person_id),
        await bind(land, party, "child", child, guardian.person_id),
    ]
    async with land.idp.db.writing() as unit:
        for binding in ended:
            await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, binding, Move.RELEASE)
    land.watch.set(await card_until(land, follower, guardian.person_id))
    assert await rest(land) == 0
    assert await states(land, party) == dict.fromkeys(ended, BindingState.RELEASED)


async def test_a_lock_that_is_lifted_does_not_wake_what_rests_for_a_card(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    end = await card_until(land, follower, someone.person_id)
    await say(land, lock, someone)
    land.watch.set(end)
    assert await rest(land) == 1
    await say(land, unlock, someone)
    assert await states(land, party) == {own: BindingState.SUSPENDED}
    await change(land, someone.person_id, card=RENEWED)
    await follower.round()
    assert await states(land, party) == {own: BindingState.VERIFIED}


async def test_what_the_provider_suspended_before_a_lock_no_card_wakes(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    someone = await agreed(land, party)
    own = await bind(land, party, "own", someone.person_id)
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, own, Move.SUSPEND)
    land.watch.advance(MINUTE)
    await say(land, lock, someone)
    for card in (None, someone.person.persona.record.card):
        land.watch.advance(MINUTE)
        await change(land, someone.person_id, card=card)
        await follower.round()
    await say(land, unlock, someone)
    assert await states(land, party) == {own: BindingState.SUSPENDED}


async def test_what_the_provider_suspended_itself_is_left_alone_and_holds_nobody_up(
    land: Country, party: RelyingParty, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.use_cases.rest_expired._PAGE", 1)
    people = sorted([await agreed(land, party), await agreed(land, party, "guardian")], key=lambda one: one.person_id)
    first, second = [await bind(land, party, one.person_id, one.person_id) for one in people]
    async with land.idp.db.writing() as unit:
        await bindings.move(unit, SOCIAL_ACCOUNT, party.client_id, first, Move.SUSPEND)
    for someone in people:
        end = await card_until(land, follower, someone.person_id)
    land.watch.set(end)
    await rest(land)
    assert await states(land, party) == {first: BindingState.SUSPENDED, second: BindingState.SUSPENDED}
    for someone in people:
        await change(land, someone.person_id, card=RENEWED)
    await follower.round()
    assert await states(land, party) == {first: BindingState.SUSPENDED, second: BindingState.VERIFIED}


async def test_whose_card_runs_out_while_a_page_is_open_is_told_so_and_somebody_else_can_sign_in(
    land: Country, party: RelyingParty, follower: Follower
) -> None:
    end = await card_until(land, follower, land.people["complete"].record.person_id)
    land.watch.set(end - MINUTE)
    person = (await known(land)).person
    consent = shown(await person.start(party.request()))
    land.watch.set(end)
    stopped = shown(await person.submit(consent, answer="agree", **consent.choices))
    assert "Thẻ của bạn đã hết hạn" in stopped.text
    signin = shown(await person.submit(stopped, other="1"))
    assert "Thẻ của bạn đã hết hạn" not in signin.text
    person.persona = land.people["plain"]
    consent = shown(await person.sign_in(signin))
    assert "code=" in str(await person.submit(consent, answer="agree", **consent.choices))
