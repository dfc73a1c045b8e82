"""Many at once: one winner, nobody waits for ever, no server error."""

import asyncio
from collections import Counter

from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.grants import generation, grants_of
from tests.support.relying_party import Page, RelyingParty, query_of
from tests.support.shortcuts import agreed, known
from vneid_idp.consent import service as consent
from vneid_idp.consent.service import Shown
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.claims import Decision

MANY = 50
SCOPE = "openid age offline_access"


async def test_of_many_redemptions_one_succeeds_and_the_grant_ends(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope=SCOPE)
    code = await someone.code(request)
    answers = await asyncio.gather(*(party.redeem(request, code) for _ in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: MANY - 1}
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    (grant,) = await grants_of(land)
    assert grant["revoked_at"] is not None
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await party.userinfo(winner["access_token"])).status_code == 401
    assert (await party.refresh(winner["refresh_token"])).status_code == 400
    kinds = Counter(await kinds_of(land))
    assert (kinds["grant.opened"], kinds["code.replayed"]) == (1, 1)


async def test_many_refreshes_have_one_successor(land: Country, party: RelyingParty) -> None:
    token = (await (await agreed(land, party)).tokens(party, scope=SCOPE))["refresh_token"]
    answers = await asyncio.gather(*(party.refresh(token) for _ in range(MANY)))
    assert Counter(answer.status_code for answer in answers) == {200: MANY}
    assert {generation(land, answer.json()["refresh_token"]) for answer in answers} == {2}
    (grant,) = await grants_of(land)
    assert (grant["generation"], grant["revoked_at"]) == (2, None)
    assert Counter(await kinds_of(land))["refresh.used"] == 1


async def test_many_replays_end_the_grant_once(land: Country, party: RelyingParty) -> None:
    token = (await (await agreed(land, party)).tokens(party, scope=SCOPE))["refresh_token"]
    newest = (await party.refresh((await party.refresh(token)).json()["refresh_token"])).json()["refresh_token"]
    answers = await asyncio.gather(*(party.refresh(token) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {400}
    assert (await party.refresh(newest)).status_code == 400
    assert Counter(await kinds_of(land))["refresh.replayed"] == 1


async def test_two_tabs_agree_at_once(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    pages = [await someone.person.start(party.request(scope=scope)) for scope in ("openid identity", "openid age")]
    assert all(isinstance(page, Page) for page in pages)
    land.watch.advance(SECOND)
    away = await asyncio.gather(
        *(someone.person.submit(page, answer="agree") for page in pages if isinstance(page, Page))
    )
    assert all("code" in query_of(str(location)) for location in away)
    async with land.idp.db.reading() as unit:
        (current,) = await consent.list_current(unit, someone.person_id)
        assert len(await consent.list_receipts(unit, someone.person_id, party.client_id)) == 2
    assert {"identity_level", "age_band"} <= set(current.decisions)


async def test_one_request_in_two_windows_is_answered_once(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    page = await someone.person.start(party.request())
    assert isinstance(page, Page)
    await someone.agree(party)
    path = f"/authorize/{page.path.rpartition('/')[2]}"
    answers = await asyncio.gather(*(someone.person.browser.get(path) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {303: 1, 410: 9}


async def test_consents_at_once_lose_nothing(land: Country, party: RelyingParty) -> None:
    someone = await known(land)
    await someone.agree(party, "age_band")
    names = [f"age_over_{age}" for age in range(1, 21)]

    async def give(name: str) -> None:
        async with land.idp.db.writing() as unit:
            decided = {name: Decision("account", 1, given=True)}
            await consent.give(unit, someone.person_id, party.client_id, decided, Shown("text", "vi"), alone_from=16)

    await asyncio.gather(*map(give, names))
    async with land.idp.db.reading() as unit:
        (current,) = await consent.list_current(unit, someone.person_id)
    assert set(current.decisions) == {"age_band", *names}


async def test_withdrawal_among_refreshes_has_the_last_word(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = [(await someone.tokens(party, scope=SCOPE))["refresh_token"] for _ in range(10)]

    async def withdraw() -> None:
        async with land.idp.db.writing() as unit:
            current = await consent.find_current(unit, someone.person_id, party.client_id)
            assert current is not None
            await consent.withdraw(unit, someone.person_id, current.consent_id)

    *answers, _ = await asyncio.gather(*(party.refresh(token) for token in tokens), withdraw())
    for answer in answers:
        assert answer is not None
        assert answer.status_code in (200, 400)
        newest = answer.json().get("refresh_token")
        if newest:
            assert (await party.refresh(newest)).status_code == 400
            assert (await party.userinfo(answer.json()["access_token"])).status_code == 401
