"""A person reads what services were told: each time on record before the answer leaves, counted by day."""

import asyncio
import re
from typing import Any

import pytest

from tests.support.bindings import ACCOUNTS
from tests.support.country import PURPOSE, Country
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from tests.support.tokens import own_token, person_token
from vneid_idp.consent.disclosures import Disclosed, DisclosedThatDay, Disclosures, Told, list_of_person
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.storage.unit import StorageUnavailable
from vneid_idp.web.formats import format_clock
from vneid_idp.workers.tasks import forget_told

SCOPE = "openid full_name email"


async def told(land: Country, person_id: str) -> list[DisclosedThatDay]:
    async with land.idp.db.reading() as unit:
        return list(await list_of_person(unit, person_id, before="dit", limit=50))


async def test_userinfo_is_read_in_the_history_once_a_day_with_how_often(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    assert not await told(land, someone.person_id), "the pseudonym alone tells nothing about anybody"
    for _ in range(3):
        answer = await party.userinfo(tokens["access_token"])
        assert answer.status_code == 200
        land.watch.advance(4 * MINUTE)
    (row,) = await told(land, someone.person_id)
    assert (row.door, row.claims, row.times) == ("userinfo", ("email", "email_verified", "full_name"), 3)
    assert row.last_at - row.first_at == 8 * MINUTE
    page = (await opened(someone.person, "/me/history")).text
    assert "Mạng thử đã nhận thông tin về bạn: họ, chữ đệm và tên; thư điện tử." in page
    assert f" 3 lần trong ngày, lần cuối lúc {format_clock(row.last_at)}" in page
    assert answer.json()["email"] not in page, "what it was, and not its value"
    land.watch.advance(DAY)
    again = await (await known(land)).tokens(party, scope=SCOPE)
    await party.userinfo(again["access_token"])
    assert [each.times for each in await told(land, someone.person_id)] == [1, 3]


async def test_so_is_what_an_id_token_carries_and_what_was_given_in_its_place(land: Country) -> None:
    party = RelyingParty(land, await land.register(scope="openid profile age"))
    someone = await agreed(land, party)
    await someone.agree(party, "nickname", instead={"birthdate": "age_over_16"})
    wanted = '{"id_token": {"nickname": null, "birthdate": null, "gender": null}}'
    await someone.tokens(party, scope="openid", claims=wanted)
    (row,) = await told(land, someone.person_id)
    assert (row.door, row.claims) == ("id_token", ("age_over_16", "gender", "nickname"))
    assert "Mạng thử đã nhận thông tin về bạn khi bạn đăng nhập" in (await opened(someone.person, "/me/history")).text


async def test_many_who_ask_at_once_are_all_counted_with_few_statements(land: Country, party: RelyingParty) -> None:
    people = [await agreed(land, party, slug) for slug in ("complete", "plain", "guardian")]
    tokens = [await each.tokens(party, scope=SCOPE) for each in people]
    before = land.idp.db.statements
    answers = await asyncio.gather(*(party.userinfo(each["access_token"]) for each in tokens for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert land.idp.db.statements - before < 2 * len(answers) - 8
    assert [[row.times for row in await told(land, each.person_id)] for each in people] == [[8], [8], [8]]


async def test_nothing_is_told_that_cannot_be_written_down(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)

    async def away(*_: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Disclosures, "_put", away)
        refused = await party.userinfo(tokens["access_token"])
        assert refused.status_code == 503
        assert "full_name" not in refused.text
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert [row.times for row in await told(land, someone.person_id)] == [1]


async def test_what_was_told_is_read_for_as_long_as_is_set_and_no_longer(land: Country, party: RelyingParty) -> None:
    someone, other = await agreed(land, party), await agreed(land, party, "plain")
    await party.userinfo((await someone.tokens(party, scope=SCOPE))["access_token"])
    land.watch.advance(730 * DAY)
    await forget_told(land.idp.db, land.idp.disclosures)
    assert len(await told(land, someone.person_id)) == 1
    land.watch.advance(DAY)
    later = await agreed(land, party, "guardian")
    await party.userinfo((await later.tokens(party, scope=SCOPE))["access_token"])
    await forget_told(land.idp.db, land.idp.disclosures)
    assert await told(land, someone.person_id) == []
    assert len(await told(land, later.person_id)) == 1
    assert await told(land, other.person_id) == []


async def test_pages_of_the_history_hold_everything_once(land: Country) -> None:
    parties = [RelyingParty(land, await land.register(client_name=f"Dịch vụ {n:02}")) for n in range(20)]
    someone = await agreed(land, parties[0])
    for party in parties:
        await someone.agree(party, *PURPOSE["required"], *PURPOSE["optional"])
        await party.userinfo((await someone.tokens(party, scope=SCOPE))["access_token"])
    found, older = "", [""]
    while older:
        page = (await opened(someone.person, f"/me/history{older[0]}")).response.text
        found += page
        older = re.findall(r'href="([?]before=[^"&]+)"', page)
    assert "?before=" in found, "there is more than a page"
    for n in range(20):
        assert found.count(f"Dịch vụ {n:02} đã nhận thông tin về bạn") == 1


async def test_what_a_network_asks_of_an_account_is_read_by_its_holder_and_the_guardian(
    land: Country, party: RelyingParty
) -> None:
    guardian, child = land.people["guardian"].record, land.people["child-9"].record
    scope = ("openid", "binding:child_account")
    token = await person_token(land, party.registered, guardian.person_id, scope=scope, child_id=child.person_id)
    own = own_token(land, party.registered)
    async with land.browser() as network:

        async def ask(path: str, token: str) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await network.post(f"{ACCOUNTS}{path}", json={"account_id": "1000"}, headers=headers)
            found: dict[str, Any] = answer.json()
            return found

        binding = await ask("", token)
        assert binding["state"] == "verified", binding
        for _ in range(2):
            await ask("/status", own)
        for path in ("", f"/{binding['binding_id']}"):
            assert (await network.get(ACCOUNTS + path, headers={"Authorization": f"Bearer {own}"})).status_code == 200
    (of_child,), (of_guardian,) = await told(land, child.person_id), await told(land, guardian.person_id)
    assert (of_child.door, of_child.times, of_child.child_id) == ("bindings", 5, None)
    assert (of_guardian.times, of_guardian.child_id, of_guardian.claims) == (5, child.person_id, of_child.claims)
    assert {"binding_level", "binding_age_band", "binding_capabilities"} <= set(of_child.claims)
    page = (await opened((await known(land, "guardian")).person, "/me/history")).text
    assert f"Mạng thử đã nhận thông tin về tài khoản liên kết của {child.full_name}: mức độ định danh" in page


async def test_parents_read_what_was_told_about_their_child_while_they_decide_for_it(
    land: Country, party: RelyingParty
) -> None:
    child, mother = await known(land, "fifteen"), await known(land, "guardian")
    for _ in range(2):
        await land.idp.disclosures.add(Disclosed.of(child.person_id, party.client_id, Told.USERINFO, ["full_name"]))
    path = f"/me/children/told?child={child.person_id}"
    assert path in (await opened(mother.person, "/me/children")).response.text
    page = await opened(mother.person, path)
    name = child.person.persona.record.full_name
    assert f"Mạng thử đã nhận thông tin về {name}: họ, chữ đệm và tên." in page.text
    assert "2 lần trong ngày" in page.text
    assert name not in (await opened(mother.person, "/me/history")).text, "the mother's own history is hers"
    for slug in ("grandmother", "complete"):
        stranger = await known(land, slug)
        assert (await stranger.person.browser.get(path)).status_code == 403
    grown = f"/me/children/told?child={land.people['complete'].record.person_id}"
    assert (await mother.person.browser.get(grown)).status_code == 403
