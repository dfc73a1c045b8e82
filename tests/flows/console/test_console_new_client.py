"""A client is registered at the console: once, with who and why, and its credentials are shown this once."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.support.country import METADATA, Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import fields, opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.visitor import shown
from vneid_idp.clients import service
from vneid_idp.clients.service import Registered
from vneid_idp.identity.offices.roles import Role
from vneid_idp.protocol.client import Client

NEW = "/console/clients/+"
WHY = "Asked for in ticket 4711"
FORM = {
    "client_name": "Mạng Mới",
    "redirect_uris": "https://net.example/cb\r\nhttps://net.example/other",
    "scope": "openid binding:social_account",
    "grant_types": "authorization_code",
    "token_endpoint_auth_method": "client_secret_basic",
    "reason": WHY,
}


async def clients_of(land: Country) -> dict[str, Client]:
    async with land.idp.db.reading() as unit:
        return {client.client_id: client for client in await service.list_clients(unit)}


async def sent(operator: Person, page: Page, **values: Any) -> Page:
    form = {name: value for name, value in fields(page).items() if name != "csrf_token"}
    return await post(operator, page, NEW, **(form | FORM | values))


async def test_a_client_is_registered_by_a_form_and_its_credentials_shown_this_once(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await opened(operator, NEW)
    assert NEW in (await opened(operator, "/console/clients")).response.text
    done = await sent(operator, page, grant_types=["authorization_code", "client_credentials"])
    assert done.response.status_code == 200
    client_id, secret, token = re.findall(r'<code class="mono">([^<]+)</code>', done.response.text)
    client = (await clients_of(land))[client_id]
    assert (client.client_name, client.scope) == ("Mạng Mới", ("openid", "binding:social_account"))
    assert client.redirect_uris == ("https://net.example/cb", "https://net.example/other")
    assert client.metadata["registered_by"] == "operator"
    party = RelyingParty(land, Registered(client, secret, token))
    assert (await party.post("/token", grant_type="client_credentials")).status_code == 200
    event = (await recorded(land, "client.registered"))[-1]
    assert WHY in event
    assert land.people["plain"].record.person_id in event
    for path in ("", "/registration", "/metadata"):
        text = (await opened(operator, f"/console/clients/{client_id}{path}")).response.text
        assert secret not in text
        assert token not in text


async def test_a_logo_that_could_not_be_fetched_is_said(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    missing = "Chưa lấy được biểu tượng của dịch vụ"
    done = await sent(operator, await opened(operator, NEW), logo_uri="https://10.0.0.1/logo.png")
    assert missing in done.response.text
    (client_id,) = await clients_of(land)
    assert missing in (await opened(operator, f"/console/clients/{client_id}")).response.text
    done = await sent(operator, await opened(operator, NEW))
    assert missing not in done.response.text


async def test_outside_a_sandbox_no_client_is_led_to_this_machine(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    land.app.state.idp = replace(land.idp, sandbox=False)
    refused = await sent(operator, await opened(operator, NEW), redirect_uris="http://localhost:9999/cb")
    assert (refused.response.status_code, 'id="redirect_uris-error"' in refused.response.text) == (422, True)
    path = f"{NEW}/metadata"
    page = await opened(operator, path)
    refused = await post(operator, page, path, reason=WHY, metadata=orjson.dumps(METADATA).decode())
    assert (refused.response.status_code, 'id="metadata-error"' in refused.response.text) == (422, True)
    assert await clients_of(land) == {}


async def test_a_form_that_is_sent_twice_registers_one(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await opened(operator, NEW)
    assert (await sent(operator, page)).response.status_code == 200
    again = await sent(operator, page)
    assert again.response.status_code == 422
    assert 'id="client_name-error"' in again.response.text
    assert len(await clients_of(land)) == 1
    # Whatever else stands there is no id of ours.
    assert (await sent(operator, page, client_id="new")).response.status_code == 200
    assert "new" not in await clients_of(land)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"redirect_uris": "ftp://x"}, "redirect_uris"),
        ({"scope": "openid everything"}, "scope"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "token_endpoint_auth_method"),
        ({"jwks_uri": "http://keys.example"}, "jwks_uri"),
        ({"token_endpoint_auth_method": "none", "grant_types": "client_credentials"}, "grant_types"),
        ({"grant_types": "password"}, "grant_types"),
        ({"client_name": ""}, "client_name"),
        ({"reason": "x"}, "reason"),
        ({"reason": "for 097099000001"}, "reason"),
    ],
)
async def test_what_cannot_be_registered_is_told_at_its_field(
    land: Country, values: dict[str, Any], place: str
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await sent(operator, await opened(operator, NEW), **({"family": "kept"} | values))
    assert page.response.status_code == 422
    assert f'id="{place}-error"' in page.response.text
    assert 'value="kept"' in page.response.text
    assert await clients_of(land) == {}


async def test_a_client_is_registered_from_a_file_or_as_json(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"{NEW}/metadata"
    page = await opened(operator, path)

    async def upload(content: bytes, **form: str) -> Page:
        data = {**page.hidden, "reason": WHY, "metadata": "", **form}
        answer = await operator.browser.post(path, data=data, files={"file": ("client.json", content)})
        return shown(await operator._follow(answer))

    for content in (b"{", b"[]", b"\xff", b""):
        refused = await upload(content, metadata="{}")
        assert (refused.response.status_code, 'id="metadata-error"' in refused.response.text) == (422, True)
    assert (await upload(orjson.dumps(METADATA), reason="x")).response.status_code == 422
    assert (await upload(orjson.dumps({"scope": "x"}))).response.status_code == 422
    assert await clients_of(land) == {}
    done = await upload(orjson.dumps(METADATA), metadata="nonsense")
    assert done.response.status_code == 200
    (client,) = (await clients_of(land)).values()
    assert [purpose.id for purpose in client.purposes] == [purpose["id"] for purpose in METADATA["purposes"]]
    pasted = await opened(operator, path)
    done = await post(operator, pasted, path, reason=WHY, metadata=orjson.dumps(METADATA).decode())
    assert done.response.status_code == 200
    assert len(await clients_of(land)) == 2


async def test_it_takes_an_operator_and_the_token_of_the_form(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    operator = await colleague(land, "guardian", Role.OPERATOR)
    page = await opened(operator, NEW)
    for path in (NEW, f"{NEW}/metadata"):
        assert (await clerk.browser.get(path)).status_code == 403
        form = FORM | {"metadata": "{}"}
        assert (await operator.browser.post(path, data=form)).status_code == 403
        mine = await opened(clerk, "/office")
        assert (await post(clerk, mine, path, **form)).response.status_code == 403
    assert page.response.status_code == 200
    assert await clients_of(land) == {}
