"""One value from the code to the last token: what is told of it, what it is bound to, and what it hangs on."""

from dataclasses import replace

import httpx
import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import own_token, sealed_token
from vneid_idp.clients import families
from vneid_idp.clients import service as clients
from vneid_idp.grants import service as grants
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin, ParentGrant
from vneid_idp.protocol.tokens import AccessToken, Code, RefreshToken

KEY = Confirmation("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")


def sealed(land: Country, value: Code | AccessToken | RefreshToken) -> str:
    purpose = {Code: SealPurpose.CODE, AccessToken: SealPurpose.ACCESS_TOKEN, RefreshToken: SealPurpose.REFRESH_TOKEN}[
        type(value)
    ]
    return land.idp.keys.sealer.seal_json(purpose, value.to_json())


async def derived(land: Country, party: RelyingParty, someone: Known) -> tuple[Authorisation, str]:
    """What hangs on a first grant of a browser session, and that grant's id. Its own consent is another client's."""
    other = RelyingParty(land, await land.register())
    first = Authorisation(
        party.client_id, someone.person_id, ("openid", "age"), Origin.BROWSER,
        AuthorisationGround(await someone.agree(party), someone.session_id), level=2, acr="urn:vneid:level:2",
    )  # fmt: skip
    async with land.idp.db.writing() as unit:
        assert await grants.open_grant(unit, "grt_first", first, refreshable=False)
    ground = AuthorisationGround(await someone.agree(other), None, ParentGrant(party.client_id, "grt_first", 0))
    hanging = replace(
        first, client_id=other.client_id, ground=ground, scope=("openid", "age", "offline_access"),
        actors=(other.client_id, party.client_id),
    )  # fmt: skip
    return hanging, other.registered.secret or ""


def redeemable(land: Country, authorisation: Authorisation, name: str = "grt_second") -> dict[str, str]:
    """A token request for a code of `authorisation`, without its client's credential."""
    code = Code(name, "http://localhost:9999/callback", land.watch.now(), None, None, authorisation)
    return {"grant_type": "authorization_code", "code": sealed(land, code), "redirect_uri": code.redirect_uri}


async def post(land: Country, path: str, form: dict[str, str], auth: tuple[str, str]) -> httpx.Response:
    async with land.browser() as browser:
        return await browser.post(path, data=form, auth=auth)


async def test_what_a_token_carries_is_told_and_ends_with_the_grant_it_hangs_on(
    land: Country, party: RelyingParty
) -> None:
    someone = await agreed(land, party)
    authorisation, secret = await derived(land, party, someone)
    auth = (authorisation.client_id, secret)
    answer = (await post(land, "/token", redeemable(land, authorisation), auth)).json()
    refreshed = (
        await post(land, "/token", {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}, auth)
    ).json()
    held = [answer["access_token"], refreshed["access_token"], refreshed["refresh_token"]]
    for token in held:
        introspected = (await post(land, "/introspect", {"token": token}, auth)).json()
        assert introspected["active"] is True
        assert introspected["act"] == {"sub": authorisation.client_id, "act": {"sub": party.client_id}}
        assert "cnf" not in introspected
    assert (await party.userinfo(held[0])).status_code == 200
    late = redeemable(land, authorisation, "grt_late")

    async with land.idp.db.writing() as unit:
        assert await grants.end(unit, party.client_id, "grt_first")
    for token in held:
        assert (await post(land, "/introspect", {"token": token}, auth)).json() == {"active": False}
    assert (await party.userinfo(held[0])).status_code == 401
    for form in ({"grant_type": "refresh_token", "refresh_token": held[2]}, late):
        refused = await post(land, "/token", form, auth)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_what_is_bound_to_a_key_is_worth_nothing_without_it(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    authorisation = Authorisation(
        party.client_id, someone.person_id, ("openid", "binding:social_account", "offline_access"), Origin.BROWSER,
        AuthorisationGround(await someone.agree(party), someone.session_id), level=2, acr="urn:vneid:level:2",
        bound_to=KEY,
    )  # fmt: skip
    refused = await post(land, "/token", redeemable(land, authorisation), party.auth)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    async with land.idp.db.writing() as unit:
        assert await grants.open_grant(unit, "grt_bound", authorisation, refreshable=True)
    token = sealed_token(land, authorisation, "grt_bound")
    introspected = (await party.post("/introspect", token=token)).json()
    assert (introspected["token_type"], introspected["cnf"]) == ("DPoP", {"jkt": KEY.thumbprint})
    assert (await party.userinfo(token)).status_code == 401
    async with land.browser() as browser:
        headers = {"Authorization": f"Bearer {token}"}
        bound = {"account_id": "a"}
        answer = await browser.post("/bindings/v1/social-accounts", json=bound, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    refreshing = sealed(land, RefreshToken(party.client_id, "grt_bound", 1, KEY))
    assert (await party.refresh(refreshing)).json()["error"] == "invalid_grant"
    # It was refused before it was spent.
    async with land.idp.db.reading() as unit:
        grant = await grants.find_live(unit, party.client_id, "grt_bound", 0)
    assert grant is not None
    assert grant.rotation.generation == 1


@pytest.mark.parametrize("whose", ["client", "family"])
async def test_a_clients_own_token_ends_within_seconds_with_the_client_or_its_family(land: Country, whose: str) -> None:
    party = RelyingParty(land, await land.register(family="trong-nuoc"))
    token = own_token(land, party.registered)
    headers = {"Authorization": f"Bearer {token}"}
    async with land.browser() as browser:
        assert (await browser.get("/bindings/v1/social-accounts", headers=headers)).status_code == 200
        async with land.idp.db.writing() as unit:
            if whose == "family":
                await families.disable(unit, "trong-nuoc", DEED)
            else:
                await clients.disable(unit, party.client_id, DEED)
        land.watch.advance(5 * SECOND)
        assert (await browser.get("/bindings/v1/social-accounts", headers=headers)).status_code == 401
    for answer in (
        await party.post("/introspect", token=token),
        await party.post("/token", grant_type="client_credentials"),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
