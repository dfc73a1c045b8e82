"""A parent or guardian registers a number for a child, by the rules of all that they supervise."""

from typing import Any

import pytest

from tests.support.authority import change, die, lock, unlock
from tests.support.country import Country
from tests.support.events import events_of
from tests.support.matching import carrier_of, compare, face, own, right
from tests.support.numbers import FAMILY, NumbersClient, asked
from tests.support.pages import post
from tests.support.relying_party import Page
from tests.support.rich_requests import AS_WRITTEN, NUMBER, details, waiting
from tests.support.shortcuts import Known, known
from tests.support.visitor import shown
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.details.subscriber_number import CHILD
from vneid_idp.workers.follower import Follower

OF_CHILD: dict[str, Any] = {**NUMBER, "holder": CHILD, "sequence": 1, "channel": "identity_app"}
NINE = "child-9"


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    return await NumbersClient.of(land)


async def guardians_are(land: Country, *slugs: str) -> None:
    """The register names these, and the provider has heard of it."""
    idp, ids = land.idp, tuple(land.people[slug].record.person_id for slug in slugs)
    await change(land, land.people[NINE].record.person_id, guardian_ids=ids)
    await Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy).round()


async def guardian(land: Country, slug: str = "guardian") -> Known:
    return await known(land, slug, "pwd", "sms")


async def chosen(land: Country, song: NumbersClient, who: Known, detail: dict[str, Any] = OF_CHILD) -> dict[str, Any]:
    """What a request for a child's number comes to, where the child of nine is chosen, and the page confirmed."""
    request, away = await waiting(song.carrier, detail, scope="openid")
    page = shown(await who.person.open("/authorize", **away))
    assert page.path.startswith("/child/"), page.text
    name = land.people[NINE].record.full_name
    value = page.response.text.split(name)[0].rsplit('name="child" value="', 1)[1].split('"')[0]
    page = shown(await who.person.submit(page, child=value))
    assert name in page.text
    answer = request.read_answer(str(await who.person.submit(page, answer="agree")))
    tokens = await song.carrier.redeem(request, answer["code"])
    assert tokens.status_code == 200, tokens.text
    return dict(tokens.json())


async def bound(land: Country, song: NumbersClient, who: Known) -> dict[str, Any]:
    token = (await chosen(land, song, who))["access_token"]
    return await song.bind(token, detail=OF_CHILD)


async def test_a_guardian_registers_a_number_for_a_child_whom_both_see(land: Country, song: NumbersClient) -> None:
    mother = await guardian(land)
    made = await bound(land, song, mother)
    assert (made["_status"], made["state"]) == (201, "confirmed")
    page = shown(await mother.person.open("/me/numbers"))
    assert AS_WRITTEN in page.text.replace("\u00a0", " ")
    assert land.people[NINE].record.full_name in page.text
    child = await known(land, NINE)
    assert "Cha mẹ hoặc người giám hộ đã xác nhận" in shown(await child.person.open("/me/numbers")).text
    assert "child_binding.verified" in [kind for kind, _ in await events_of(land, "guardian")]
    await post(mother.person, page, "/me/numbers/release", binding=made["number_id"])
    own_token = await song.own_token()
    assert (await song.call("GET", f"/{made['number_id']}", own_token))["state"] == "released"


async def test_the_four_fields_are_those_of_the_child(land: Country, song: NumbersClient) -> None:
    mother, back_end = await guardian(land), await carrier_of(land, family=FAMILY)
    token = (await chosen(land, song, mother))["access_token"]
    found = {}
    for slug in ("guardian", NINE):
        shows = await face(back_end, land.people[slug].record.personal_number)
        answer = await compare(back_end, await own(back_end), right(land, slug, face=shows, channel="identity_app"))
        found[slug] = answer.json()["match_id"]
    body = asked(OF_CHILD)
    await song.call("POST", "", token, "match_not_usable", json=body | {"match_id": found["guardian"]})
    assert (await song.call("POST", "", token, json=body | {"match_id": found[NINE]}))["state"] == "verified"


@pytest.mark.parametrize("what", ["lock", "death", "guardianship"])
async def test_it_rests_while_nobody_supervises_it(land: Country, song: NumbersClient, what: str) -> None:
    mother, own_token = await guardian(land), await song.own_token()
    address = f"/{(await bound(land, song, mother))['number_id']}"
    land.watch.advance(MINUTE)
    if what == "guardianship":
        await guardians_are(land, "father")
    else:
        async with land.idp.db.writing() as unit:
            await (lock if what == "lock" else die)(land, unit, mother.person_id)
    assert (await song.call("GET", address, own_token))["state"] == "suspended"
    if what == "lock":
        async with land.idp.db.writing() as unit:
            await unlock(land, unit, mother.person_id)
        assert (await song.call("GET", address, own_token))["state"] == "confirmed"
        return
    await guardians_are(land, "father")
    again = await bound(land, song, await guardian(land, "father"))
    assert (again["_status"], again["state"], address) == (200, "confirmed", f"/{again['number_id']}")


async def test_another_guardian_who_confirmed_it_takes_over(land: Country, song: NumbersClient) -> None:
    own_token = await song.own_token()
    await guardians_are(land, "guardian", "father")
    mother, father = await guardian(land), await guardian(land, "father")
    address = f"/{(await bound(land, song, mother))['number_id']}"
    assert (await bound(land, song, father))["_status"] == 200
    land.watch.advance(MINUTE)
    async with land.idp.db.writing() as unit:
        await die(land, unit, mother.person_id)
    assert (await song.call("GET", address, own_token))["state"] == "confirmed"
    assert land.people[NINE].record.full_name in shown(await father.person.open("/me/numbers")).text


async def test_who_is_no_guardian_or_of_no_such_child_confirms_nothing(land: Country, song: NumbersClient) -> None:
    for slug in ("complete", "grandmother"):  # no child; one of five
        someone = await known(land, slug, "pwd", "sms")
        _, away = await waiting(song.carrier, OF_CHILD, scope="openid")
        page: Page = shown(await someone.person.open("/authorize", **away))
        assert page.path.startswith("/child/")
        assert land.people["child-5"].record.full_name not in page.text
    mixed = song.carrier.request(authorization_details=details(OF_CHILD, NUMBER), scope="openid")
    assert (await song.carrier.push(mixed)).json()["error"] == "invalid_authorization_details"
    mother = await guardian(land)
    token = (await chosen(land, song, mother))["access_token"]
    land.watch.advance(MINUTE)
    await change(land, land.people[NINE].record.person_id, guardian_ids=())
    await song.bind(token, "not_their_guardian", OF_CHILD)
    await song.bind(token, "number_not_confirmed", {**OF_CHILD, "holder": None})
