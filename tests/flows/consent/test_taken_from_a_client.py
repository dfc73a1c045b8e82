"""What the operator takes from a registration is served nowhere any more, and what comes back counts by its consent."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.bindings import ACCOUNTS
from tests.support.country import METADATA, PURPOSE, REDIRECT_URI, Country
from tests.support.deeds import DEED
from tests.support.events import kinds_of
from tests.support.grants import refused
from tests.support.purposes import set_purposes
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import Known, agreed, known
from tests.support.tokens import CHILD, OWN, own_token, person_token
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.clients import by_operator, service
from vneid_idp.identity import persons
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.protocol.members import MEMBERS
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.bind_account import bind_account
from vneid_idp.use_cases.release_binding import release_for_client, release_with_token

SCOPE = "openid identity email full_name offline_access binding:social_account"
IN_ID_TOKEN = '{"id_token": {"email": null, "full_name": null}}'
NAMELESS = {**PURPOSE, "optional": [name for name in PURPOSE["optional"] if name != "full_name"]}
OTHER = {**PURPOSE, "id": "other", "required": [], "optional": ["gender"]}


@dataclass
class Served:
    """Somebody with tokens, and what their network is answered."""

    land: Country
    party: RelyingParty
    someone: Known
    access_token: str
    refresh_token: str

    async def take(self, *scopes: str) -> None:
        """The operator takes scopes from the registration, and leaves all others."""
        kept = [name for name in METADATA["scope"].split() if name not in scopes]
        async with self.land.idp.db.writing() as unit:
            client = await service.get_client(unit, self.party.client_id)
            await by_operator.update(unit, client, {**client.metadata, "scope": " ".join(kept)}, DEED, sandbox=True)

    async def may_use(self, *grant_types: str) -> None:
        """The operator leaves these grant types, and no other."""
        async with self.land.idp.db.writing() as unit:
            client = await service.get_client(unit, self.party.client_id)
            changed = {**client.metadata, "grant_types": list(grant_types)}
            await by_operator.update(unit, client, changed, DEED, sandbox=True)

    async def userinfo(self) -> set[str]:
        """The names of the claims that userinfo hands over."""
        answer = await self.party.userinfo(self.access_token)
        assert answer.status_code == 200
        return set(answer.json()) - {"sub"}

    async def refresh(self, **more: str) -> dict[str, Any]:
        """Refresh; the answer, with the claims of its ID token."""
        self.land.watch.advance(MINUTE)
        answer = await self.party.refresh(self.refresh_token, **more)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        self.access_token, self.refresh_token = body["access_token"], body["refresh_token"]
        return body | {"claims": await self.party.claims(body["id_token"])}

    async def introspect(self, token: str) -> list[str]:
        """The scope of which introspection tells."""
        found = (await self.party.post("/introspect", token=token)).json()
        return str(found["scope"]).split() if found["active"] else []

    async def call(self, token: str, method: str, path: str = "", **body: Any) -> httpx.Response:
        """Call the bindings API."""
        async with self.land.browser() as network:
            headers = {"Authorization": f"Bearer {token}"}
            return await network.request(method, ACCOUNTS + path, headers=headers, json=body or None)


@pytest.fixture
async def served(land: Country, party: RelyingParty) -> Served:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE, claims=IN_ID_TOKEN)
    assert {"email", "full_name"} <= (await party.claims(tokens["id_token"])).keys()
    return Served(land, party, someone, tokens["access_token"], tokens["refresh_token"])


@pytest.mark.parametrize("what", ["scope", "purpose"])
async def test_a_claim_that_was_taken_away_is_served_nowhere(served: Served, what: str) -> None:
    before = await served.userinfo()
    assert "full_name" in before
    if what == "scope":
        await served.take("full_name")
    else:
        await set_purposes(served.land, served.party, NAMELESS)
    assert await served.userinfo() == before - {"full_name"}
    left = [name for name in SCOPE.split() if name != "full_name"]
    assert await served.introspect(served.access_token) == left
    assert await served.introspect(served.refresh_token) == left
    refreshed = await served.refresh()
    assert refreshed["scope"].split() == left, "narrowed, and told"
    assert "email" in refreshed["claims"]
    assert "full_name" not in refreshed["claims"]
    assert await served.userinfo() == before - {"full_name"}
    assert (await served.refresh(scope="openid full_name"))["scope"] == "openid"
    assert refused(await served.party.refresh(served.refresh_token, scope="full_name"), "invalid_scope")
    assert (await served.refresh())["scope"].split() == left, "what was refused spent no token"


async def test_a_scope_that_comes_back_counts_by_the_consent_that_stands(served: Served) -> None:
    await served.take("full_name", "email")
    narrow = (await served.refresh())["scope"]
    assert narrow == "openid identity offline_access binding:social_account"
    await served.take("email")
    assert (await served.refresh())["scope"] == "openid identity full_name offline_access binding:social_account"
    assert "full_name" in await served.userinfo()
    await served.someone.agree(served.party, *PURPOSE["required"], left_out=("full_name",))
    await served.take()
    refreshed = await served.refresh()
    assert refreshed["scope"] == "openid identity email offline_access binding:social_account"
    assert "full_name" not in await served.userinfo()


async def test_what_was_taken_the_client_does_not_take_back_by_itself(served: Served) -> None:
    own = served.party.registered
    where, headers = f"/register/{own.client.client_id}", {"Authorization": f"Bearer {own.registration_access_token}"}
    before = {name: value for name, value in own.client.metadata.items() if name in MEMBERS}
    await served.take("offline_access")
    assert refused(await served.party.refresh(served.refresh_token))
    async with served.land.browser() as client:
        body = {"client_id": own.client.client_id, **before}
        again = await client.put(where, json=body, headers=headers)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_client_metadata")
        del body["scope"]
        left = await client.put(where, json=body, headers=headers)
    assert left.status_code == 200, left.text
    assert "offline_access" not in left.json()["scope"].split()
    assert "full_name" in left.json()["scope"].split(), "what was left is no default"
    assert refused(await served.party.refresh(served.refresh_token))


@pytest.mark.parametrize("what", ["gone", "came back", "another meaning"])
async def test_where_the_person_would_be_asked_again_nothing_is_served_before(served: Served, what: str) -> None:
    """A purpose that comes back is another one, whatever its id: nobody has agreed to it yet."""
    if what == "another meaning":
        longer = {**PURPOSE, "kept_until": {"vi": "Mười năm", "en": "For ten years"}}
        await set_purposes(served.land, served.party, longer, material=("account",))
    else:
        await set_purposes(served.land, served.party, OTHER)
    if what == "came back":
        await set_purposes(served.land, served.party, PURPOSE)
    assert await served.userinfo() == set()
    assert await served.introspect(served.access_token) == ["openid"]
    assert await served.introspect(served.refresh_token) == []
    assert (await served.call(served.access_token, "POST", account_id="1000")).status_code == 403
    for _ in range(2):
        answer = await served.party.refresh(served.refresh_token)
        assert refused(answer)
        assert "ask the person again" in answer.json()["error_description"]
        served.land.watch.advance(31 * SECOND)
    assert "refresh.replayed" not in await kinds_of(served.land), "it got no other token: to come again is no theft"


@pytest.mark.parametrize("who", ["the operator", "the person"])
async def test_who_was_refused_and_is_agreed_to_again_goes_on_with_the_same_token(served: Served, who: str) -> None:
    land, party, someone = served.land, served.party, served.someone
    land.watch.advance(MINUTE)
    if who == "the operator":
        longer = {**PURPOSE, "kept_until": {"vi": "Mười năm", "en": "For ten years"}}
        await set_purposes(land, party, longer, material=("account",))
    else:
        await someone.agree(party, left_out=("offline_access",))
    assert refused(await party.refresh(served.refresh_token))
    assert "refresh.used" not in await kinds_of(land), "the person would read that access was renewed"
    await someone.agree(party, version=2 if who == "the operator" else 1)
    assert (await served.refresh())["scope"] == SCOPE
    assert "refresh.replayed" not in await kinds_of(land)


async def test_of_many_refreshes_after_a_change_one_is_a_use_and_none_is_a_theft(served: Served) -> None:
    await served.take("full_name")
    answers = await asyncio.gather(*(served.party.refresh(served.refresh_token) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    kinds = await kinds_of(served.land)
    assert (kinds.count("refresh.used"), kinds.count("refresh.replayed")) == (1, 0)


async def test_a_grant_type_that_was_taken_away_ends_what_it_brought(served: Served) -> None:
    land, party = served.land, served.party
    own = own_token(land, party.registered)
    assert await served.introspect(own)
    await served.may_use("authorization_code")
    for token in (own, served.refresh_token):
        assert await served.introspect(token) == []
    answer = await served.call(own, "GET")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert refused(await party.refresh(served.refresh_token), "unauthorized_client")
    await served.may_use("authorization_code", "refresh_token", "client_credentials")
    assert (await served.call(own, "GET")).status_code == 200
    assert (await served.refresh())["scope"] == SCOPE


async def test_another_purpose_beside_it_takes_nothing_away(served: Served) -> None:
    before = await served.userinfo()
    await set_purposes(served.land, served.party, {**OTHER, "optional": ["full_name"]}, PURPOSE)
    assert await served.userinfo() == before
    assert (await served.refresh())["scope"] == SCOPE


async def test_without_offline_access_no_refresh_and_with_it_again_the_same_token(served: Served) -> None:
    await served.take("offline_access")
    for _ in range(2):
        assert refused(await served.party.refresh(served.refresh_token))
        served.land.watch.advance(MINUTE)
    assert await served.introspect(served.refresh_token) == []
    await served.take()
    assert (await served.refresh())["scope"] == SCOPE


async def test_a_code_that_was_on_its_way_brings_what_counts_at_its_arrival(served: Served) -> None:
    party, request = served.party, served.party.request(scope=SCOPE, claims=IN_ID_TOKEN)
    code = await served.someone.code(request)
    await served.take("full_name", "offline_access")
    tokens = (await party.redeem(request, code)).json()
    assert tokens["scope"] == "openid identity email binding:social_account"
    assert "refresh_token" not in tokens
    assert "full_name" not in await party.claims(tokens["id_token"])


async def test_what_was_taken_from_a_request_that_waits_gets_into_no_code(served: Served) -> None:
    """Given back before the code is redeemed, it still is not what the person went on with."""
    party, request = served.party, served.party.request(scope=SCOPE)
    someone = Person(served.land, served.someone.person.persona)
    waiting = await someone.start(request)
    assert isinstance(waiting, Page)
    await served.take("full_name")
    away = await someone.confirm_link(await someone.sign_in(waiting))
    assert isinstance(away, str), "of the rest nothing is new"
    await served.take()
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert tokens["scope"] == "openid identity email offline_access binding:social_account"
    assert "full_name" not in (await party.userinfo(tokens["access_token"])).json()


@pytest.mark.parametrize("what", ["offline_access", "binding:social_account"])
async def test_a_permission_that_was_taken_from_a_request_that_waits_is_not_asked_for(
    served: Served, what: str
) -> None:
    """It could not be given: whoever agreed to it would be asked for ever."""
    party, request = served.party, served.party.request(scope=SCOPE)
    someone = Person(served.land, served.someone.person.persona)
    waiting = await someone.start(request)
    assert isinstance(waiting, Page)
    await served.take(what)
    away = await someone.confirm_link(await someone.sign_in(waiting))
    assert isinstance(away, str), away.text
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    assert tokens["scope"].split() == [name for name in SCOPE.split() if name != what]
    assert ("refresh_token" in tokens) is (what != "offline_access")


@pytest.mark.parametrize("whose", ["a person's", "a guardian's", "the network's own"])
async def test_a_network_without_the_scope_neither_binds_nor_reads(served: Served, whose: str) -> None:
    land, party = served.land, served.party
    guardian, child = (land.people[slug].record.person_id for slug in ("guardian", "child-9"))
    scope, token = {
        "a person's": ("binding:social_account", served.access_token),
        "a guardian's": (
            "binding:child_account",
            await person_token(land, party.registered, guardian, scope=CHILD, child_id=child),
        ),
        "the network's own": ("binding:social_account", own_token(land, party.registered)),
    }[whose]
    maker = token if whose != "the network's own" else served.access_token
    bound = (await served.call(maker, "POST", account_id="1000")).json()["binding_id"]
    one: list[tuple[str, str, dict[str, str]]] = [("GET", f"/{bound}", {}), ("DELETE", f"/{bound}", {})]
    doors = [("POST", "", {"account_id": "2000"}), *one]
    if whose == "the network's own":
        doors = [("GET", "", {}), ("POST", "/status", {"account_id": "1000"}), *one]
    await served.take(scope)
    for method, path, body in doors:
        answer = await served.call(token, method, path, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), (method, path)
    assert await served.introspect(token) == ([] if whose == "the network's own" else await left_of(served, token))
    await served.take()
    assert (await served.call(token, "GET", f"/{bound}")).json()["state"] == "verified"


async def left_of(served: Served, token: str) -> list[str]:
    """What introspection may still tell of a person's token."""
    found = await served.introspect(token)
    assert not {"binding:social_account", "binding:child_account"} & set(found)
    assert "openid" in found
    return found


@pytest.mark.parametrize("act", ["bind", "release", "release in its own name"])
async def test_the_scope_is_asked_in_the_unit_that_binds_or_releases(served: Served, act: str) -> None:
    """The registration that the request came in with may be some seconds old."""
    land, party = served.land, served.party
    token = await person_token(land, party.registered, served.someone.person_id, scope=OWN)
    grant_id = AccessToken.from_json(land.idp.keys.sealer.open_json(SealPurpose.ACCESS_TOKEN, token)).grant_id
    assert grant_id is not None
    answer = await persons.ask(land.idp.db, land.idp.registry, served.someone.person_id)
    assert answer is not None
    seen = await land.idp.clients.get(party.client_id)
    bound = (await served.call(served.access_token, "POST", account_id="1")).json()["binding_id"]
    await served.take("binding:social_account", "binding:child_account")

    async def work(unit: Unit) -> None:
        match act:
            case "bind":
                await bind_account(
                    unit, land.idp.vault, land.idp.keys.blind, seen, grant_id, answer, shipped(), account_id="1000"
                )
            case "release":
                await release_with_token(unit, SOCIAL_ACCOUNT, seen, grant_id, bound, answer, shipped())
            case _:
                await release_for_client(unit, SOCIAL_ACCOUNT, seen, bound)

    with pytest.raises(InsufficientScope):
        await land.idp.db.transact(work)


async def take_address_away(served: Served) -> None:
    """The operator registers another address in place of the one that requests name."""
    async with served.land.idp.db.writing() as unit:
        client = await service.get_client(unit, served.party.client_id)
        moved = {**client.metadata, "redirect_uris": [f"{REDIRECT_URI}/new"]}
        await by_operator.update(unit, client, moved, DEED, sandbox=True)


async def test_an_address_that_was_taken_away_gets_nothing_from_a_request_that_waits(served: Served) -> None:
    other = (await known(served.land, "plain")).person
    page = await other.start(served.party.request(scope=SCOPE))
    assert isinstance(page, Page)
    before = await kinds_of(served.land)
    await take_address_away(served)
    for answer in ("agree", "refuse"):
        told = await other.submit(page, answer=answer)
        assert isinstance(told, Page), "sent away"
        assert told.response.status_code == 400
        assert "redirect_uri is no longer" in told.text
    again = await other.open(page.path.replace("/consent/", "/authorize/"))
    assert isinstance(again, Page)
    assert again.response.status_code == 400
    assert await kinds_of(served.land) == [*before, "client.changed"], "nobody agreed to what goes nowhere"


async def test_an_address_that_was_taken_away_gets_nothing_from_a_request_that_was_pushed(served: Served) -> None:
    pushed = await served.party.post("/par", **served.party.request(scope=SCOPE).params)
    asking = {"client_id": served.party.client_id, "request_uri": pushed.json()["request_uri"]}
    await take_address_away(served)
    answer = await served.someone.person.browser.get("/authorize", params=asking)
    assert (answer.status_code, answer.headers.get("location")) == (400, None)


async def test_a_code_at_an_address_that_was_taken_away_is_worth_nothing(served: Served) -> None:
    request = served.party.request(scope=SCOPE)
    code = await served.someone.code(request)
    await take_address_away(served)
    assert refused(await served.party.redeem(request, code))
