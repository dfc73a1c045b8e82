"""Signed access tokens exchanged inside an organisation: for the server that they are for, and nothing else (RFC 8693,
RFC 9068)."""

from typing import Any

import jwt
import pytest

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.organisation import Organisation, exchange, exchanged, own_token_of
from tests.support.relying_party import RelyingParty
from tests.support.resource_servers import BUY, LIST, register_tickets, registration
from tests.support.shortcuts import EVERYTHING, known
from vneid_idp.clients import by_operator, resource_servers
from vneid_idp.clients import service as clients
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.resource_servers import ResourceServer, read_server
from vneid_idp.protocol.targets import item_at


@pytest.fixture
async def organisation(land: Country) -> Organisation:
    return await Organisation.of(land)


async def introspected(client: Any, token: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/introspect", token=token)).json()
    return answer


async def take(land: Country, server: ResourceServer, *clients: RelyingParty | Carrier, **changes: Any) -> None:
    """Have the server take tokens of these clients alone."""
    members = read_server(registration(clients=[each.client_id for each in clients], **changes), land.idp.issuer)
    async with land.idp.db.writing() as unit:
        await resource_servers.change(unit, server.server_id, members, DEED)


async def test_a_signed_token_is_exchanged_for_its_server_alone(organisation: Organisation) -> None:
    """The server knows the person by the app, whoever of the organisation comes; and what ended counts for nothing."""
    land, app, back_end, point = organisation.land, organisation.app, organisation.back_end, organisation.point
    recipient = await Carrier.of(
        land, family="ve-viet", scope="openid", grant_types=[TOKEN_EXCHANGE], redirect_uris=None
    )
    server = await register_tickets(land, app, back_end, recipient, introspection_client=recipient.client_id)
    there, someone = {"resource": server.members.identifier}, await known(land)
    await someone.agree(app, *EVERYTHING, item_at(server.server_id, BUY))
    request = app.request(scope=f"openid full_name {BUY}", **there)
    signed = (await app.redeem(request, await someone.code(request), **there)).json()["access_token"]
    answer = (await exchange(back_end, signed, audience=server.members.identifier)).json()
    assert (answer["token_type"], answer["scope"], answer["expires_in"]) == ("DPoP", BUY, 300)
    assert "authorization_details" not in answer
    told, before = [await introspected(recipient, token) for token in (answer["access_token"], signed)]
    assert (told["client_id"], told["sub"]) == (back_end.client_id, before["sub"])
    assert told["cnf"] == {"jkt": back_end.key.thumbprint()}
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["aud"] == server.members.identifier
    assert (await back_end.get("/userinfo", answer["access_token"])).status_code == 401
    ours = await organisation.token(someone)
    cells = {
        "the recipient, of another organisation": (await exchange(recipient, signed), "invalid_request"),
        "a client that the server does not take": (
            await exchange(point, signed, actor=await own_token_of(point)), "invalid_target",
        ),
        "our own APIs": (await exchange(back_end, signed, resource=f"{land.idp.issuer}/userinfo"), "invalid_target"),
        "from our own APIs to the server": (await exchange(back_end, ours, **there), "invalid_target"),
        "another family's client": (await exchange(back_end, ours, audience=recipient.client_id), "invalid_target"),
        "more than it carries": (await exchange(back_end, signed, scope=f"{BUY} openid"), "invalid_scope"),
        "a forged one": (await exchange(back_end, f"{signed[:-8]}AAAAAAAA"), "invalid_request"),
    }  # fmt: skip
    for name, (refused, code) in cells.items():
        assert refused.json()["error"] == code, name
    narrow = await exchanged(back_end, ours, audience=back_end.client_id, resource=f"{land.idp.issuer}/bindings/v1")
    assert (await introspected(back_end, narrow))["aud"] == [f"{land.idp.issuer}/bindings/v1"]
    asks_itself = {"introspection_client": recipient.client_id}
    for by_server, active in (((back_end,), False), ((app,), False), ((app, back_end), True)):
        await take(land, server, *by_server, **asks_itself)
        assert (await introspected(recipient, answer["access_token"]))["active"] is active
    async with land.idp.db.writing() as unit:
        asks = await clients.get_client(unit, back_end.client_id)
        await by_operator.update(
            unit, asks, {**asks.metadata, "grant_types": ["client_credentials"]}, DEED, sandbox=True
        )
    assert await introspected(recipient, answer["access_token"]) == {"active": False}


async def test_a_point_acts_in_the_carriers_own_name_at_a_resource_server(organisation: Organisation) -> None:
    app, point, dealer = organisation.app, organisation.point, organisation.dealer
    server = await register_tickets(organisation.land, app, point, dealer)
    there = {"resource": server.members.identifier}
    signed = (await app.post("/token", grant_type="client_credentials", **there)).json()["access_token"]
    token = await exchanged(point, signed, actor=await own_token_of(point))
    told = await introspected(point, token)
    assert (told["sub"], told["act"], told["scope"]) == (app.client_id, {"sub": point.client_id}, LIST)
    own = await own_token_of(dealer)
    assert (await exchange(dealer, token, actor=own)).status_code == 200
    nobodys_own = [each | {"own_name": False} for each in registration()["scopes"]]
    await take(organisation.land, server, app, dealer, scopes=nobodys_own)
    assert (await exchange(dealer, signed, actor=own)).json()["error"] == "invalid_scope", "no client has it alone now"
    await take(organisation.land, server, app, dealer)
    assert (await exchange(dealer, token, actor=own)).json()["error"] == "invalid_request", (
        "the point's is none any more"
    )
    await take(organisation.land, server, point, dealer)
    assert await introspected(point, token) == {"active": False}, "the app may ask for nothing there any more"
    assert (await exchange(dealer, token, actor=own)).json()["error"] == "invalid_request"
