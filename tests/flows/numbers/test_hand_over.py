"""From a number at `/me/numbers` on to the carrier's application, which begins a sign-in of its own (OIDC Core §4)."""

import html
import re
from urllib.parse import quote_plus

import httpx

from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.numbers import NumbersClient
from tests.support.registered import put_in_register
from tests.support.rich_requests import ANOTHER, AS_WRITTEN, confirmed
from tests.support.shortcuts import Known, agreed
from tests.support.visitor import shown
from vneid_idp.clients import by_operator, families
from vneid_idp.clients import service as clients
from vneid_idp.kernel.secrets import new_id
from vneid_idp.policy.documents import shipped
from vneid_idp.registers.classes import RowClass

LOGIN = "https://song.example/from-elsewhere?channel=1"
LINK = "Tiếp tục tại nhà mạng"


async def change(land: Country, client: NumbersClient, **members: object) -> None:
    async with land.idp.db.writing() as unit:
        current = await clients.get_client(unit, client.carrier.client_id)
        await by_operator.update(unit, current, {**current.metadata, **members}, DEED, sandbox=True)


async def page_of(someone: Known, number_id: str) -> httpx.Response:
    return shown(await someone.person.open("/me/numbers/carrier", number=number_id)).response


async def test_a_number_leads_on_to_the_carriers_application_and_from_there_to_a_request(land: Country) -> None:
    app, plain = await NumbersClient.of(land, client_name="Sóng"), await NumbersClient.of(land)
    await change(land, plain, authorization_details_types=[], initiate_login_uri="https://song.example/other")
    someone = await agreed(land, app.carrier)
    bound = await app.bind(await app.token(someone))
    assert LINK not in shown(await someone.person.open("/me/numbers")).text
    assert "chưa cho biết nơi để tiếp tục" in (await page_of(someone, bound["number_id"])).text
    await change(land, app, initiate_login_uri=LOGIN)
    assert LINK in shown(await someone.person.open("/me/numbers")).text

    page = html.unescape((await page_of(someone, bound["number_id"])).text)
    addresses = re.findall(r'href="(https:[^"]+)"', page)
    assert [address.partition("&")[0] for address in addresses] == [LOGIN], "the one that may ask, and no other"
    told = dict(httpx.URL(addresses[0]).params)
    assert told == {"channel": "1", "iss": ISSUER, "number_id": bound["number_id"]}
    assert AS_WRITTEN in page.replace("\u00a0", " ")
    assert "951234567" not in addresses[0]
    # What the application does then: whose number it is, it learns by the person's answer to a request of its own.
    assert (await confirmed(someone, app.carrier, ANOTHER))["authorization_details"] == [ANOTHER]

    registered = new_id("nbr")
    async with land.idp.db.writing() as unit:
        row = (registered, ANOTHER["phone_number"], RowClass.NAME_DIFFERS)
        id_number = land.people["complete"].record.personal_number
        await put_in_register(unit, land.idp.keys, shipped(), id_number, (row,))
    assert shown(await someone.person.open("/me/numbers")).text.count(LINK) == 2
    page = html.unescape((await page_of(someone, registered)).text)
    assert f"{LOGIN}&iss={quote_plus(ISSUER)}&number_id={registered}" in page
    assert "0957 654 321" in page.replace("\u00a0", " ")

    other = await agreed(land, app.carrier, "level-1")
    for number_id in (bound["number_id"], registered, "nbr_1"):
        assert (await page_of(other, number_id)).status_code == 404
    async with land.idp.db.writing() as unit:
        await families.disable(unit, "song", DEED)
    assert LINK not in shown(await someone.person.open("/me/numbers")).text
    async with land.idp.db.writing() as unit:
        await families.enable(unit, "song", DEED)
    await app.call("POST", f"/{bound['number_id']}/release", await app.own_token())
    assert (await page_of(someone, bound["number_id"])).status_code == 404
