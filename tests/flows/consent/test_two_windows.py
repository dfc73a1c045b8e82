"""One person, two windows: each page is answered for all that it asked, whatever was answered in the other."""

from typing import Any

import pytest

from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.relying_party import Page, RelyingParty, query_of
from tests.support.shortcuts import Known, known
from vneid_idp.consent import service as consent
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_consent import give_consent


async def two(someone: Known, party: RelyingParty, *scopes: str) -> list[Page]:
    """The consent pages of requests for `scopes`, opened before any is answered."""
    pages = [await someone.person.start(party.request(scope=scope)) for scope in scopes]
    assert all(isinstance(page, Page) and page.path.startswith("/consent/") for page in pages)
    someone.land.watch.advance(SECOND)
    return [page for page in pages if isinstance(page, Page)]


async def decided(someone: Known) -> Decisions:
    """What the person's one consent says by now."""
    async with someone.land.idp.db.reading() as unit:
        (current,) = await consent.list_current(unit, someone.person_id)
    return current.decisions


async def test_what_is_agreed_in_one_window_is_no_change_in_the_other(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    for page in await two(someone, party, "openid identity", "openid age", "openid identity age"):
        assert "code" in query_of(str(await someone.person.submit(page, answer="agree", **page.choices)))
    told = await decided(someone)
    assert {"identity_level", "age_band"} <= {name for name, decision in told.items() if decision.gives}


async def test_who_refuses_in_the_other_window_sends_no_code(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    first, second = await two(someone, party, "openid identity", "openid identity")
    assert "code" in query_of(str(await someone.person.submit(first, answer="agree", **first.choices)))
    assert query_of(str(await someone.person.submit(second, answer="refuse")))["error"] == "access_denied"


async def test_what_the_last_page_left_out_is_left_out(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    first, second = await two(someone, party, "openid profile", "openid profile")
    assert first.choices
    await someone.person.submit(first, answer="agree", **first.choices)
    given = {name for name, decision in (await decided(someone)).items() if decision.gives}
    page = await someone.person.submit(second, answer="agree")
    if isinstance(page, Page):  # told once more what it means to tick nothing
        page = await someone.person.submit(page, answer="agree")
    assert "code" in query_of(str(page))
    assert given - {name for name, decision in (await decided(someone)).items() if decision.gives}


async def test_who_presses_twice_has_agreed_once(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    (page,) = await two(someone, party, "openid identity")
    form = {**page.hidden, **page.choices, "answer": "agree"}
    away = [await someone.person.browser.post(page.action, data=form) for _ in range(2)]
    assert {answer.status_code for answer in away} == {303}
    assert (await kinds_of(land)).count("consent.given") == 1


@pytest.mark.parametrize("shown_at", ["", "9" * 5000, "-1", "\u0661", "soon"])
async def test_a_page_that_does_not_say_when_is_of_now(land: Country, party: RelyingParty, shown_at: str) -> None:
    someone = await known(land)
    (page,) = await two(someone, party, "openid identity")
    away = await someone.person.submit(page, answer="agree", shown_at=shown_at, **page.choices)
    assert "code" in query_of(str(away))


async def test_a_withdrawal_that_comes_while_an_answer_is_written_is_followed_by_no_consent(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await known(land)
    consent_id = await someone.agree(party, "identity_level")
    (page,) = await two(someone, party, "openid identity age")

    async def withdrawn_first(unit: Unit, *args: Any, **more: Any) -> consent.Consent:
        await consent.withdraw(unit, someone.person_id, consent_id)
        return await give_consent(unit, *args, **more)

    monkeypatch.setattr("vneid_idp.interaction.consent_screen.give_consent", withdrawn_first)
    answer = await someone.person.submit(page, answer="agree", **page.choices)
    assert isinstance(answer, Page)
    assert answer.response.status_code == 409
    assert "ở một cửa sổ khác" in answer.text
    assert (await kinds_of(land)).count("consent.given") == 1, "the first alone"


async def test_what_was_withdrawn_since_is_shown_anew(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    consent_id = await someone.agree(party, "identity_level")
    (page,) = await two(someone, party, "openid identity age")
    async with land.idp.db.writing() as unit:
        await consent.withdraw(unit, someone.person_id, consent_id)
    shown = await someone.person.submit(page, answer="agree", **page.choices)
    assert isinstance(shown, Page)
    assert "in another window" in shown.text or "ở một cửa sổ khác" in shown.text
