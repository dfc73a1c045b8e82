"""What a person confirmed with one client of a carrier is done by another one: once for all of them, as itself, and by
nobody whom either end was taken from."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.carrier import Carrier
from tests.support.ciba import Counter as AskingCounter
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import events_of
from tests.support.numbers import FAMILY, NumbersClient
from tests.support.organisation import exchange, exchanged
from tests.support.rich_requests import ANOTHER, MATCH, NUMBER, SCOPE, TYPES, details
from tests.support.shortcuts import agreed
from tests.support.tokens import opened
from tests.support.visitor import shown
from vneid_idp.clients import by_operator
from vneid_idp.clients import service as clients
from vneid_idp.grants.service import GrantEnded, find_live
from vneid_idp.grants.tables import spent_acts
from vneid_idp.identity import persons
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.authorisation import Authorisation, Origin
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.bind_number import bind_number

MANY = 20


@dataclass
class Song:
    """A carrier's app, its back end, and a point of sale that the app names."""

    app: NumbersClient
    back_end: NumbersClient
    point: NumbersClient

    async def of_point(self, subject: str) -> str:
        """What the point acts by."""
        return await exchanged(self.point.carrier, subject, actor=await self.point.own_token())


@pytest.fixture
async def song(land: Country) -> Song:
    point = await NumbersClient.of(land, client_name="Điểm giao dịch")
    back_end = await NumbersClient.of(land, client_name="Máy chủ")
    app = await NumbersClient.of(land, client_name="Sóng", may_act=[point.carrier.client_id])
    return Song(app, back_end, point)


async def test_a_back_end_binds_what_was_confirmed_with_the_app_once_for_both(land: Country, song: Song) -> None:
    someone = await agreed(land, song.app.carrier)
    subject = await song.app.token(someone, NUMBER, ANOTHER, MATCH)
    first = await exchanged(song.back_end.carrier, subject, authorization_details=details(NUMBER))
    await song.back_end.bind(first, "number_not_confirmed", ANOTHER)
    bound = await song.back_end.bind(first)
    assert bound["_status"] == 201
    for client, token in ((song.app, subject), (song.back_end, await exchanged(song.back_end.carrier, subject))):
        assert await client.bind(token) == bound | {"_status": 200}
    wider = await exchange(song.back_end.carrier, first, authorization_details=details(ANOTHER))
    assert wider.json()["error"] == "invalid_authorization_details"
    for client in (song.app, song.point):
        assert (await client.call("GET", f"/{bound['number_id']}", await client.own_token()))["state"] == "confirmed"
    await song.point.call("POST", f"/{bound['number_id']}/release", await song.point.own_token())
    # Used up for whoever has a token, also one that is made from now on; another number of the page is not.
    for client, token in ((song.app, subject), (song.back_end, await exchanged(song.back_end.carrier, subject))):
        await client.bind(token, "number_not_confirmed")
    assert (await song.app.bind(subject, detail=ANOTHER))["_status"] == 201
    (made,) = [data for kind, data in await events_of(land, "complete") if kind == "binding.requested"][1:]
    assert (made["by"], made["acting"], "actors" in made) == ("delegate", song.back_end.carrier.client_id, False)
    history = shown(await someone.person.open("/me/history")).text
    assert "Máy chủ, thay mặt Sóng, đã gắn một số thuê bao tại đó với bạn, theo xác nhận của bạn." in history
    assert "Sóng" in shown(await someone.person.open("/me/numbers")).text


async def test_a_point_binds_under_its_own_name_and_no_more_than_it_is_handed(land: Country, song: Song) -> None:
    someone = await agreed(land, song.app.carrier)
    subject = await song.app.token(someone, NUMBER)
    registered = {"family": FAMILY, "scope": "openid", "grant_types": [TOKEN_EXCHANGE], "redirect_uris": None}
    other = await Carrier.of(land, authorization_details_types=["identity_match"], **registered)
    plain = (await exchange(other, subject)).json()
    assert "authorization_details" not in plain
    looked = [(await each.post("/introspect", token=subject)).json() for each in (other, song.back_end.carrier)]
    assert [each["active"] for each in looked] == [True, True]
    assert [each.get("authorization_details") for each in looked] == [None, [NUMBER]]
    await NumbersClient(other).bind(plain["access_token"], "number_not_confirmed")
    token = await song.of_point(subject)
    assert (await song.point.bind(token))["_status"] == 201
    (made,) = [data for kind, data in await events_of(land, "complete") if kind == "binding.requested"]
    assert made["acting"] == song.point.carrier.client_id
    assert made["actors"] == [song.point.carrier.client_id]
    refused = await exchange((await NumbersClient.of(land, family="another")).carrier, token)
    assert refused.json()["error"] == "invalid_request"


async def test_of_many_tokens_of_one_answer_one_binds(land: Country, song: Song) -> None:
    someone = await agreed(land, song.app.carrier)
    subject, back_end = await song.app.token(someone, NUMBER), song.back_end
    tokens = [(back_end, await exchanged(back_end.carrier, subject)) for _ in range(MANY - 2)]
    tokens += [(song.app, subject), (song.point, await song.of_point(subject))]
    answers = await asyncio.gather(*(client.bind(token) for client, token in tokens))
    assert Counter(answer["_status"] for answer in answers) == {201: 1, 200: MANY - 1}
    assert len({answer["number_id"] for answer in answers}) == 1
    async with land.idp.db.reading() as unit:
        assert len(await unit.fetch(Statement(select(spent_acts)))) == 1, "used up by the answer, not by the token"


async def _grant_of(land: Country, token: str) -> tuple[Authorisation, str]:
    known = opened(land, token)
    assert known.grant_id is not None
    async with land.idp.db.reading() as unit:
        grant = await find_live(unit, known.client_id, known.grant_id, known.above)
    assert grant is not None
    return known.authorised(grant.authorisation), known.grant_id


async def test_whoever_may_act_no_more_binds_nothing_also_in_that_moment(land: Country, song: Song) -> None:
    someone = await agreed(land, song.app.carrier)
    subject = await song.app.token(someone, NUMBER)
    token = await song.of_point(subject)
    by, grant_id = await _grant_of(land, token)
    answer = await persons.ask(land.idp.db, land.idp.registry, someone.person_id)
    assert answer is not None
    app, point = song.app.carrier.client_id, song.point.carrier.client_id

    async def refused(error: type[Exception]) -> None:
        """Of the token the door found all to be well, and then the operator came first."""
        with pytest.raises(error):
            async with land.idp.db.writing() as unit:
                await bind_number(unit, land.idp.vault, land.idp.keys.blind, by, grant_id, NUMBER, answer, shipped())

    async with land.idp.db.writing() as unit:
        client = await clients.get_client(unit, app)
        await by_operator.update(unit, client, {**client.metadata, "may_act": []}, DEED, sandbox=True)
    await refused(GrantEnded)
    await song.point.bind(token, "invalid_token")
    async with land.idp.db.writing() as unit:
        await by_operator.update(
            unit, await clients.get_client(unit, app), {**client.metadata, "may_act": [point]}, DEED, sandbox=True
        )
    for client_id in (app, point):
        async with land.idp.db.writing() as unit:
            await clients.disable(unit, client_id, DEED)
        await refused(GrantEnded)
        async with land.idp.db.writing() as unit:
            await clients.enable(unit, client_id, DEED)
    assert (await song.point.bind(token))["_status"] == 201
    # So it is with what the person, or the app, takes back.
    assert (await song.app.carrier.post("/revoke", token=subject)).status_code == 200
    await refused(GrantEnded)
    await song.point.bind(token, "invalid_token")


async def test_a_number_of_the_identity_app_takes_a_sign_in_of_level_2(land: Country, song: Song) -> None:
    someone = await agreed(land, song.app.carrier)
    detail = {**NUMBER, "channel": "identity_app"}
    low, high = [await song.app.answered(someone, detail, level=level, origin=Origin.BROWSER) for level in (1, 2)]
    answer = await song.app.carrier.call("POST", "/numbers/v1/numbers", low, json=_body(detail))
    assert (answer.status_code, answer.json()["code"]) == (401, "insufficient_user_authentication")
    assert 'acr_values="urn:vneid:level:2"' in answer.headers["www-authenticate"]
    handed = await exchanged(song.back_end.carrier, low)
    await song.back_end.bind(handed, "insufficient_user_authentication", detail)
    assert (await song.app.bind(high, detail=detail))["_status"] == 201


def _body(detail: Detail) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name not in ("type", "actions")}


async def test_a_carrier_that_asks_by_itself_binds_what_was_approved_on_the_phone(land: Country, song: Song) -> None:
    members = {"family": FAMILY, "authorization_details_types": TYPES, "client_name": "Sóng hỏi"}
    asking = await AskingCounter.of(land, **members)
    asked = await asking.asked(scope=SCOPE, authorization_details=[NUMBER])
    assert (await asking.answer(asked["auth_req_id"])).status_code == 200
    tokens = (await asking.poll(asked["auth_req_id"])).json()
    assert tokens["authorization_details"] == [NUMBER]
    handed = await exchanged(song.back_end.carrier, tokens["access_token"])
    bound = await NumbersClient(asking).bind(tokens["access_token"])
    assert await song.back_end.bind(handed) == bound | {"_status": 200}
    listed = await song.back_end.call("GET", "", await song.back_end.own_token())
    assert [each["number_id"] for each in listed["items"]] == [bound["number_id"]]
