"""What becomes of consents and bindings when a client is taken out of service, and when it is deleted."""

import httpx
import pytest

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.pages import opened, taken_back
from tests.support.relying_party import Page, RelyingParty
from tests.support.shortcuts import Known, agreed, known
from tests.support.tokens import own_token, person_token
from vneid_idp.bindings.engine.service import list_for_client
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.clients import domains
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.registration import Registration
from vneid_idp.use_cases.delete_client import delete_client

ADDRESS = "https://rp.example/cb"


async def bound(land: Country, party: RelyingParty) -> tuple[Known, str]:
    """Somebody who agreed and whose account is bound; and its binding."""
    someone = await agreed(land, party)
    token = await person_token(land, party.registered, someone.person_id)
    answer = await call(land, "POST", "", token, account_id="1000")
    assert answer.status_code == 201, answer.text
    return someone, answer.json()["binding_id"]


async def call(
    land: Country, method: str, path: str, token: str, *, key: str | None = None, **body: str
) -> httpx.Response:
    async with land.browser() as network:
        headers = {"Authorization": f"Bearer {token}"} | ({} if key is None else {"Idempotency-Key": key})
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


async def test_a_deleted_client_goes_on_being_named_where_a_person_reads_what_was(
    land: Country, party: RelyingParty
) -> None:
    someone, _ = await bound(land, party)
    name, pages = party.registered.client.client_name, ("/me/history", "/me/services", "/me/accounts")
    services = await opened(someone.person, "/me/services")
    # Who had taken everything back before learns of the deletion by no line of the own history.
    await taken_back(someone.person, "/me/services/withdraw", consent=services.hidden["consent"])
    before = [(await opened(someone.person, path)).text for path in pages]
    await land.idp.db.transact(lambda unit: delete_client(unit, party.client_id))
    after = [(await opened(someone.person, path)).text for path in pages]
    assert after[0].count(name) == before[0].count(name) > 0
    for page in after:
        assert name in page
        assert party.client_id not in page


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
    await taken_back(someone.person, "/me/accounts/release", binding=binding_id)
    services = await opened(someone.person, "/me/services")
    assert "Mạng thử" in services.text
    await taken_back(someone.person, "/me/services/withdraw", consent=services.hidden["consent"])
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, someone.person_id) == []
    assert await states(land, party) == ["released"]


async def switch(land: Country, party: RelyingParty, *, on: bool) -> None:
    """Take the client out of service, or back into it."""
    do = clients.enable if on else clients.disable
    await land.idp.db.transact(lambda unit: do(unit, party.client_id, DEED))


async def test_nothing_of_a_deleted_client_counts_for_another_under_its_id(land: Country) -> None:
    """One that the operator registers later, with an id of its own choosing, has to show and to ask everything anew."""
    first = await land.register(redirect_uris=[ADDRESS], backchannel_logout_uri="https://rp.example/out")
    party, client_id = RelyingParty(land, first), first.client.client_id
    someone = await agreed(land, party)
    own = (await party.post("/token", grant_type="client_credentials")).json()["access_token"]
    # Whatever becomes of consents, `openid` alone hands over nothing for which one would be asked again.
    nameless = (await someone.tokens(party, scope="openid", redirect_uri=ADDRESS))["access_token"]
    token = await person_token(land, first, someone.person_id)
    assert (await call(land, "POST", "", token, key="k", account_id="1000")).status_code == 201
    other = (await known(land, "plain")).person
    waiting = await other.start(party.request(redirect_uri=ADDRESS))
    assert isinstance(waiting, Page)
    async with land.idp.db.writing() as unit:
        asked = await domains.ask(unit, first.client, "rp.example", DEED)
        await domains.record_look(unit, asked, "dns", DEED)
        await deliveries.enqueue_about(unit, Channel.LOGOUT_TOKEN, client_id, {"person_id": "p", "session_id": "s"})
    assert (await call(land, "GET", "", own)).status_code == 200

    await land.idp.db.transact(lambda unit: delete_client(unit, client_id))
    land.watch.advance(SECOND)
    async with land.idp.db.writing() as unit:
        again = await clients.register(unit, Registration(first.client.metadata), client_id=client_id)
        assert (again.client.verified_domains, await domains.list_domains(unit, client_id)) == ((), ())
        assert await deliveries.list_deliveries(unit) == [], "the other one would be told of people it does not know"
        # Somebody who looked at the domain for the first client keeps nothing about it for the second.
        newly = await domains.ask(unit, again.client, "rp.example", DEED)
        assert newly.token != asked.token
    with pytest.raises(domains.UnknownDomain):
        await land.idp.db.transact(lambda unit: domains.record_look(unit, asked, "dns", DEED))
    assert (await call(land, "GET", "", own)).status_code == 401
    second = RelyingParty(land, again)
    for token_of_first in (own, nameless):
        assert (await second.post("/introspect", token=token_of_first)).json() == {"active": False}
    assert (await second.userinfo(nameless)).status_code == 401
    for path in (waiting.path, waiting.path.replace("/consent/", "/authorize/")):
        assert (await other.browser.get(path)).status_code == 400
    await someone.agree(second)
    anew = await person_token(land, again, someone.person_id)
    made = await call(land, "POST", "", anew, key="k", account_id="1000")
    assert (made.status_code, made.json()["state"]) == (201, "verified"), "its first request, whatever the key"
