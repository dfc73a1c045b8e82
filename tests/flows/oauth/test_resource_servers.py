"""Signed access tokens for resource servers of others: what people read, what strangers verify, and for how long
it counts (RFC 8707, RFC 9068)."""

from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from tests.support.carrier import Carrier
from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.relying_party import Page, RelyingParty, Request
from tests.support.resource_servers import BUY, LIST, register_tickets, registration
from tests.support.shortcuts import Known, agreed
from tests.support.visitor import shown
from vneid_idp.clients import families, resource_servers
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.protocol.resource_servers import BadResourceServer, ResourceServer, read_server
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

INACTIVE = {"active": False}
SCOPE = f"openid identity offline_access {BUY}"


@pytest.fixture
async def carrier(land: Country) -> Carrier:
    return await Carrier.of(land, scope="openid identity offline_access binding:social_account")


@pytest.fixture
async def tickets(land: Country, carrier: Carrier, party: RelyingParty) -> ResourceServer:
    """The server, whose own client `party` is."""
    return await register_tickets(land, carrier, introspection_client=party.client_id)


def naming(server: ResourceServer) -> dict[str, str]:
    return {"resource": server.members.identifier}


async def pushed(carrier: Carrier, request: Request) -> str:
    """Where the request waits for a person."""
    answer = await carrier.push(request)
    assert answer.status_code == 201, answer.text
    return f"/authorize?{urlencode({'client_id': carrier.client_id, 'request_uri': answer.json()['request_uri']})}"


async def asked(carrier: Carrier, someone: Known, request: Request) -> Page:
    return shown(await someone.person.open(await pushed(carrier, request)))


async def tokens(carrier: Carrier, someone: Known, server: ResourceServer) -> dict[str, Any]:
    """What the code of a request that names the server comes to, redeemed for that server."""
    request = carrier.request(scope=SCOPE, acr_values=LEVEL_2, **naming(server))
    away = await someone.person.prove(await pushed(carrier, request))
    answer = await carrier.redeem(request, request.read_answer(away)["code"], **naming(server))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def verified(land: Country, token: str, server: ResourceServer) -> dict[str, Any]:
    """The claims, as a library that knows nothing of us verifies them."""
    async with land.browser() as browser:
        keys = jwt.PyJWKSet.from_dict((await browser.get("/jwks.json")).json())
    header = jwt.get_unverified_header(token)
    assert (header["typ"], header["alg"]) == ("at+jwt", server.members.signing_alg)
    required = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]  # RFC 9068 §2.2
    options: Any = {"require": required, "verify_exp": False, "verify_iat": False}
    return dict(
        jwt.decode(
            token,
            keys[header["kid"]],
            algorithms=[header["alg"]],
            audience=server.members.identifier,
            issuer=ISSUER,
            options=options,
        )
    )


async def test_a_person_reads_where_and_a_server_reads_what_it_must(
    land: Country, carrier: Carrier, party: RelyingParty, tickets: ResourceServer
) -> None:
    someone = await agreed(land, carrier)
    page = await asked(carrier, someone, carrier.request(scope=SCOPE, **naming(tickets)))
    for words in ("Mua vé", "Vé Việt", "tickets.example"):
        assert words in page.text
    assert "Xem các chuyến" not in page.text, "which was not asked for"
    issued = await tokens(carrier, someone, tickets)
    claims = await verified(land, issued["access_token"], tickets)
    assert (issued["token_type"], issued["expires_in"], issued["scope"]) == ("DPoP", 300, BUY)
    assert (claims["scope"], claims["exp"] - claims["iat"], claims["client_id"]) == (BUY, 300, carrier.client_id)
    assert claims["cnf"] == {"jkt": carrier.key.thumbprint()}
    assert claims["acr"] == LEVEL_2, "which the person let be told"
    assert claims["sub"] not in (someone.person_id, (await carrier.claims(issued["id_token"]))["sub"])
    assert not claims.keys() & {"amr", "name", "identity_level", "sid"}
    receipt = shown(await someone.person.open("/me/services"))
    assert receipt.text.count("Tại Vé Việt: Mua vé") >= 2, "among what it may, and in the receipt"
    # Its own client reads of it what it says itself, and nobody else anything.
    told = (await party.post("/introspect", token=issued["access_token"])).json()
    assert told["active"] is True
    assert {name: told[name] for name in ("sub", "aud", "scope", "cnf", "acr", "auth_time", "exp")} == {
        name: claims[name] for name in ("sub", "aud", "scope", "cnf", "acr", "auth_time", "exp")
    }
    stranger = RelyingParty(land, await land.register())
    assert (await stranger.post("/introspect", token=issued["access_token"])).json() == INACTIVE
    forged = jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"typ": "at+jwt"})
    assert (await party.post("/introspect", token=forged)).json() == INACTIVE


async def test_each_token_is_for_one_audience_and_taken_by_no_other(
    land: Country, carrier: Carrier, tickets: ResourceServer
) -> None:
    someone = await agreed(land, carrier)
    issued = await tokens(carrier, someone, tickets)
    for wrong in (issued["access_token"], issued["id_token"]):
        assert (await carrier.get("/userinfo", wrong)).status_code == 401
    refresh = issued["refresh_token"]
    ours = (await carrier.refresh(refresh)).json()
    assert (await carrier.get("/userinfo", ours["access_token"])).status_code == 200
    userinfo, bindings = f"{ISSUER}/userinfo", f"{ISSUER}/bindings/v1"
    narrow = (await carrier.refresh(refresh, resource=bindings)).json()["access_token"]
    assert (await carrier.get("/userinfo", narrow)).json()["error"] == "invalid_token"
    assert (await carrier.post("/introspect", token=narrow)).json()["aud"] == [bindings]
    narrow = (await carrier.refresh(refresh, resource=userinfo)).json()["access_token"]
    assert (await carrier.get("/userinfo", narrow)).status_code == 200
    again = (await carrier.refresh(refresh, **naming(tickets))).json()["access_token"]
    assert (await verified(land, again, tickets))["scope"] == BUY
    both: Any = {"resource": [tickets.members.identifier, userinfo]}
    for wrong in ({"resource": "https://nobody.example"}, both, {"scope": LIST, **naming(tickets)}):
        refused = await carrier.refresh(refresh, **wrong)
        assert refused.json()["error"] == ("invalid_scope" if "scope" in wrong else "invalid_target")


async def test_what_is_taken_back_counts_for_nothing_at_once(
    land: Country, carrier: Carrier, party: RelyingParty, tickets: ResourceServer
) -> None:
    someone = await agreed(land, carrier)
    issued, others = [await tokens(carrier, someone, tickets) for _ in range(2)]

    async def is_active() -> bool:
        return bool((await party.post("/introspect", token=issued["access_token"])).json() != INACTIVE)

    async def refreshed() -> Any:
        return (await carrier.refresh(issued["refresh_token"], **naming(tickets))).json().get("error")

    await land.idp.db.transact(lambda unit: families.disable(unit, "ve-viet", DEED))
    assert (await is_active(), await refreshed()) == (False, "invalid_target")
    await land.idp.db.transact(lambda unit: families.enable(unit, "ve-viet", DEED))
    assert (await is_active(), await refreshed()) == (True, None)
    assert (await carrier.post("/revoke", token=others["access_token"])).status_code == 200
    assert (await carrier.refresh(others["refresh_token"])).json()["error"] == "invalid_grant"
    assert await is_active(), "which is of another grant"
    await land.idp.db.transact(lambda unit: resource_servers.remove(unit, tickets.server_id, DEED))
    assert (await is_active(), await refreshed()) == (False, "invalid_target")
    refused = await carrier.push(carrier.request(scope=SCOPE, **naming(tickets)))
    assert refused.json()["error"] == "invalid_target"
    # Another server under its address is another one: the person has not been asked.
    await register_tickets(land, carrier, introspection_client=party.client_id)
    assert (await is_active(), await refreshed()) == (False, "invalid_target")


async def test_a_scope_that_is_taken_away_comes_back_as_what_people_agreed_to(
    land: Country, carrier: Carrier, party: RelyingParty, tickets: ResourceServer
) -> None:
    someone = await agreed(land, carrier)
    issued = await tokens(carrier, someone, tickets)
    [buy, departures] = registration()["scopes"]

    async def changed(*scopes: dict[str, Any]) -> None:
        stands = {"clients": [carrier.client_id], "introspection_client": party.client_id}
        members = read_server(registration(scopes=list(scopes), **stands), ISSUER)
        await land.idp.db.transact(lambda unit: resource_servers.change(unit, tickets.server_id, members, DEED))

    async def is_active() -> bool:
        return bool((await party.post("/introspect", token=issued["access_token"])).json() != INACTIVE)

    await changed(departures)
    await changed({"scope": "tickets:sell", "title": {"vi": "Bán vé"}})
    assert not await is_active()
    with pytest.raises(BadResourceServer):
        await changed(departures, buy | {"title": {"vi": "Bán vé"}})
    await changed(departures, buy)
    assert await is_active()


async def test_a_withdrawal_ends_a_token_that_its_server_asks_about(
    land: Country, carrier: Carrier, party: RelyingParty, tickets: ResourceServer
) -> None:
    someone = await agreed(land, carrier)
    issued = await tokens(carrier, someone, tickets)
    assert (await party.post("/introspect", token=issued["access_token"])).json()["active"] is True
    consent_id = await someone.agree(carrier)
    await land.idp.db.transact(lambda unit: withdraw_consent(unit, land.idp.vault, someone.person_id, consent_id))
    assert (await party.post("/introspect", token=issued["access_token"])).json() == INACTIVE
    page = await asked(carrier, someone, carrier.request(scope=SCOPE, **naming(tickets)))
    assert "Mua vé" in page.text, "asked anew"


async def test_a_client_has_in_its_own_name_what_the_server_lets_it(land: Country, party: RelyingParty) -> None:
    server = await register_tickets(land, party, access_token_signing_alg="EdDSA")
    answer = await party.post("/token", grant_type="client_credentials", **naming(server))
    claims = await verified(land, answer.json()["access_token"], server)
    assert (claims["sub"], claims["scope"]) == (party.client_id, LIST)
    assert (await party.post("/introspect", token=answer.json()["access_token"])).json()["sub"] == party.client_id
    assert (await party.userinfo(answer.json()["access_token"])).status_code == 401
    refused = await party.post("/token", grant_type="client_credentials", scope=BUY, **naming(server))
    assert refused.json()["error"] == "invalid_scope"
    stranger = RelyingParty(land, await land.register())
    refused = await stranger.post("/token", grant_type="client_credentials", **naming(server))
    assert refused.json()["error"] == "invalid_target"
