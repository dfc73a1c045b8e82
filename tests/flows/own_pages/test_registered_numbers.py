"""`/me/numbers`: what carriers have under one's papers, and what follows from saying that it is mine, or not."""

import asyncio

from sqlalchemy import select

from tests.support.country import Country
from tests.support.events import events_of
from tests.support.pages import opened, post, taken_back
from tests.support.registered import put_in_register
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from vneid_idp.audit.events import EventKind
from vneid_idp.instructions.tables import instructions
from vneid_idp.registered_numbers import service, store
from vneid_idp.registered_numbers.rules import RegisteredNumber, RegisteredState
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.statement import Statement

PAGE, ANSWER, DISOWN = "/me/numbers", "/me/numbers/answer", "/me/numbers/disown"
FIRST, SECOND = "nbr_00000000000000000000000001", "nbr_00000000000000000000000002"
CONSISTENT = (FIRST, "+84951234567", RowClass.CONSISTENT)
WRONG_NAME = (SECOND, "+84957654321", RowClass.NAME_DIFFERS)


async def register(
    land: Country, slug: str, *numbers: tuple[str, str, RowClass], one_way_at: int | None = None
) -> None:
    """Carriers tell of numbers under a persona's papers."""
    policy, record = await land.idp.current_policy(), land.people[slug].record
    async with land.idp.db.writing() as unit:
        await put_in_register(unit, land.idp.keys, policy, record.personal_number, numbers, one_way_at=one_way_at)


async def kept(land: Country, slug: str = "complete") -> dict[str, RegisteredNumber]:
    """The numbers under a persona's papers, by id."""
    async with land.idp.db.reading() as unit:
        holder = service.digest_of_holder(land.idp.keys.blind, land.people[slug].record.personal_number)
        found = await store.list_of_holder(unit, holder, after=None, limit=9)
    return {number.number_id: number for number in found}


async def test_whoever_says_that_a_number_is_theirs_is_asked_no_more(land: Country, party: RelyingParty) -> None:
    await register(land, "complete", CONSISTENT, WRONG_NAME, one_way_at=1)
    someone = await known(land)
    assert "2 số chờ bạn trả lời" in (await opened(someone.person, "/me")).text
    page = await opened(someone.person, PAGE)
    assert "0951 234 567" in page.text
    page = await post(someone.person, page, ANSWER, number=FIRST, answer="mine")
    assert "Bạn đã xác nhận số này là của bạn." in page.text
    page = await post(someone.person, page, ANSWER, number=SECOND, answer="mine")
    found = await kept(land)
    assert [found[each].state for each in (FIRST, SECOND)] == [RegisteredState.VERIFIED, RegisteredState.ONE_WAY]
    async with land.idp.db.reading() as unit:
        given = [(row["number_id"], row["kind"]) for row in await unit.fetch(Statement(select(instructions)))]
    assert given == [(FIRST, "restore")], "the other one stays cut off until the carrier has set it right"
    told = [data for kind, data in await events_of(land, "complete") if kind == EventKind.NUMBER_CONFIRMED]
    assert [data["now"] for data in told] == ["one_way", "verified"], "the latest first"
    assert "Bạn đã xác nhận một số thuê bao" in (await opened(someone.person, "/me/history")).text


async def test_what_is_not_mine_is_asked_once_more_on_a_page_that_says_what_follows(
    land: Country, party: RelyingParty
) -> None:
    await register(land, "complete", CONSISTENT)
    someone = await known(land)
    page = await taken_back(someone.person, DISOWN, number=FIRST)
    assert "Bạn đã báo số này không phải của bạn." in page.text
    assert (await kept(land))[FIRST].state is RegisteredState.DISOWNED
    back = await opened(someone.person, f"{DISOWN}?number={FIRST}")
    assert "Không phải số của bạn" not in back.text, "whoever goes back is told nothing that is not so"
    again = await post(someone.person, page, ANSWER, number=FIRST, answer="not_mine")
    assert again.response.status_code == 409


async def test_nobody_sees_or_answers_for_somebody_elses_number(land: Country, party: RelyingParty) -> None:
    await register(land, "complete", CONSISTENT)
    stranger = await known(land, "guardian")
    assert "0951" not in (await opened(stranger.person, PAGE)).text
    page = await opened(stranger.person, "/me/security")
    for answer in ("mine", "not_mine"):
        refused = await post(stranger.person, page, ANSWER, number=FIRST, answer=answer)
        assert refused.response.status_code == 404
    assert (await stranger.person.browser.get(f"{DISOWN}?number={FIRST}")).status_code == 404
    assert (await kept(land))[FIRST].state is RegisteredState.REGISTERED


async def test_who_signed_in_with_one_factor_proves_more_first_and_level_1_answers_at_the_carrier(
    land: Country, party: RelyingParty
) -> None:
    await register(land, "complete", CONSISTENT)
    await register(land, "level-1", (SECOND, "+84957654321", RowClass.CONSISTENT))
    once = await known(land, "complete", "pwd")
    page = await opened(once.person, PAGE)
    led = await post(once.person, page, ANSWER, number=FIRST, answer="mine")
    assert led.path.startswith("/signin/second")
    low = await known(land, "level-1")
    page = await opened(low.person, PAGE)
    assert "0957 654 321" in page.text
    assert ANSWER not in page.text
    page = await opened(low.person, "/me/security")
    refused = await post(low.person, page, ANSWER, number=SECOND, answer="mine")
    assert refused.response.status_code == 403
    assert {number.state for slug in ("complete", "level-1") for number in (await kept(land, slug)).values()} == {
        RegisteredState.REGISTERED
    }


async def test_of_two_answers_at_once_the_second_sees_the_first(land: Country, party: RelyingParty) -> None:
    await register(land, "complete", CONSISTENT)
    someone = await known(land)
    page = await opened(someone.person, PAGE)
    answers = await asyncio.gather(
        *(post(someone.person, page, ANSWER, number=FIRST, answer="mine") for _ in range(10))
    )
    assert sorted(each.response.status_code for each in answers) == [200] + [409] * 9
