"""What becomes of consents and bindings when a client is taken out of service, and when it is deleted."""

import httpx

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.pages import opened, post
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import own_token, person_token
from vneid_idp.bindings.engine.service import list_for_client
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents


async def bound(land: Country, party: RelyingParty) -> tuple[Known, str]:
    """Somebody who agreed and whose account is bound; and its binding."""
    someone = await agreed(land, party)
    token = await person_token(land, party.registered, someone.person_id)
    answer = await call(land, "POST", "", token, account_id="1000")
    assert answer.status_code == 201, answer.text
    return someone, answer.json()["binding_id"]


async def call(land: Country, method: str, path: str, token: str, **body: str) -> httpx.Response:
    async with land.browser() as network:
        headers = {"Authorization": f"Bearer {token}"}
        return await network.request(method, ACCOUNTS + path, headers=headers, json=body or None)


async def states(land: Country, party: RelyingParty) -> list[str]:
    async with land.idp.db.reading() as unit:
        return [str(each.state) for each in await list_for_client(unit, SOCIAL_ACCOUNT, party.client_id)]


async def test_what_a_deleted_client_had_ends_and_each_person_reads_it(land: Country, party: RelyingParty) -> None:
    someone, _ = await bound(land, party)
    address = f"/register/{party.client_id}"
    headers = {"Authorization": f"Bearer {party.registered.registration_access_token}"}
    async with land.browser() as browser:
        assert (await browser.delete(address, headers=headers)).status_code == 204
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, someone.person_id) == []
    assert await states(land, party) == ["released"]
    history = (await opened(someone.person, "/me/history")).text
    assert "Mạng thử không còn đăng ký tại đây" in history
    assert "withdraw" not in (await opened(someone.person, "/me/services")).response.text


async def test_what_a_disabled_client_has_stands_and_is_told_to_nobody(land: Country, party: RelyingParty) -> None:
    someone, binding_id = await bound(land, party)
    token = own_token(land, party.registered)
    await switch(land, party, on=False)
    assert (await call(land, "GET", f"/{binding_id}", token)).status_code == 401
    assert (await call(land, "POST", "/status", token, account_id="1000")).status_code == 401
    assert await states(land, party) == ["verified"]
    await switch(land, party, on=True)
    assert (await call(land, "GET", f"/{binding_id}", token)).json()["state"] == "verified"
    await switch(land, party, on=False)
    # The person takes back what stands, without waiting for the service.
    page = await opened(someone.person, "/me/accounts")
    await post(someone.person, page, "/me/accounts/release", binding=binding_id)
    services = await opened(someone.person, "/me/services")
    assert "Mạng thử" in services.text
    await post(someone.person, services, "/me/services/withdraw", consent=services.hidden["consent"])
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, someone.person_id) == []
    assert await states(land, party) == ["released"]


async def switch(land: Country, party: RelyingParty, *, on: bool) -> None:
    """Take the client out of service, or back into it."""
    do = clients.enable if on else clients.disable
    await land.idp.db.transact(lambda unit: do(unit, party.client_id, DEED))
