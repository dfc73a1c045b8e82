"""Relying parties register themselves and manage what they registered."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.country import ISSUER, PURPOSE, REDIRECT_URI, Country, country
from tests.support.deeds import DEED
from tests.support.registration import JWKS
from tests.support.relying_party import Person, RelyingParty
from tests.support.tokens import person_token
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.clients import service as clients
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import MEMBERS
from vneid_idp.web.outbound import Outbound

CALLBACK = "https://rp.example/cb"


@pytest.fixture
async def browser(land: Country) -> AsyncIterator[httpx.AsyncClient]:
    async with land.browser() as client:
        yield client


async def registered(browser: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await browser.post("/register", json={"redirect_uris": [CALLBACK]} | members)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def updatable(made: dict[str, Any]) -> dict[str, Any]:
    """What a client sends back of what it was answered (RFC 7592 §2.2)."""
    decided = (
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    )
    return {name: value for name, value in made.items() if name not in decided}


def managing(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['registration_access_token']}"}


async def test_a_client_registers_and_uses_its_secret(browser: httpx.AsyncClient, land: Country) -> None:
    answer = await browser.post(
        "/register",
        json={"redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "client_credentials"], "unknown": 1},
    )
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["client_secret_expires_at"] == 0
    assert made["client_id_issued_at"] == land.watch.now() // 1000
    assert made["registration_client_uri"] == f"{ISSUER}/register/{made['client_id']}"
    assert made["id_token_signed_response_alg"] == "RS256"
    assert "unknown" not in made
    # What was put in place of what was not said is shown (RFC 7591 §3.2.1).
    assert [purpose["id"] for purpose in made["purposes"]] == ["sandbox"]
    assert (made["assertion_audience"], made["subject_type"]) == ("endpoint", "pairwise")
    assert "offline_access" not in made["scope"].split()
    token = await browser.post(
        "/token",
        data={"grant_type": "client_credentials", "scope": "binding:social_account"},
        auth=(made["client_id"], made["client_secret"]),
    )
    assert token.status_code == 200, token.text


async def test_a_client_registers_its_own_purposes_and_people_are_asked_in_its_words(
    browser: httpx.AsyncClient, land: Country
) -> None:
    purpose = {**PURPOSE, "id": "own", "title": {"vi": "Mời đi ăn phở"}, "required": ["full_name"], "optional": []}
    made = await registered(browser, redirect_uris=[REDIRECT_URI], purposes=[purpose])
    assert [each["id"] for each in made["purposes"]] == ["own"]
    # An update sends along what was answered, and changes nothing by it.
    answer = await browser.put(made["registration_client_uri"], json=updatable(made), headers=managing(made))
    assert (answer.status_code, answer.json()["purposes"]) == (200, made["purposes"]), answer.text
    asked = {"client_id": made["client_id"], "redirect_uri": REDIRECT_URI, "scope": "openid full_name"}
    person = Person(land, land.people["plain"])
    page = shown(await person.open("/authorize", response_type="code", **asked))
    page = shown(await person.sign_in(page))
    assert "Mời đi ăn phở" in page.text
    assert land.people["plain"].record.full_name in page.text


async def test_a_public_client_has_no_secret(browser: httpx.AsyncClient) -> None:
    made = await registered(browser, token_endpoint_auth_method="none")
    assert "client_secret" not in made
    assert "client_secret_expires_at" not in made


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_client_metadata"),
        (b"[]", "invalid_client_metadata"),
        (b"{", "invalid_client_metadata"),
        (b'{"redirect_uris":["https://rp.example/cb#x"]}', "invalid_redirect_uri"),
        (b'{"redirect_uris":["https://rp.example/cb"],"initiate_login_uri":"http://x/"}', "invalid_client_metadata"),
        (b'{"redirect_uris":["https://rp.example/cb"],"grant_types":["implicit"]}', "invalid_client_metadata"),
        (b'{"redirect_uris":["https://rp.example/cb"],"response_types":["id_token"]}', "invalid_client_metadata"),
        (b'{"redirect_uris":["https://rp.example/cb"],"scope":"openid offline_access"}', "invalid_client_metadata"),
        (b'{"redirect_uris":["https://rp.example/cb"],"account_limit":9}', "invalid_client_metadata"),
        (b'{"a":"' + b"x" * 70_000 + b'"}', "invalid_client_metadata"),
    ],
)  # fmt: skip
async def test_bad_metadata_is_refused_in_the_right_words(browser: httpx.AsyncClient, body: bytes, error: str) -> None:
    answer = await browser.post("/register", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"].isascii()


async def test_reading_and_updating(browser: httpx.AsyncClient) -> None:
    made = await registered(browser, contacts=["a@rp.example"])
    where = made["registration_client_uri"]
    read = await browser.get(where, headers=managing(made))
    assert read.status_code == 200
    # Of the secret only a digest is kept, so it cannot be read again.
    assert read.json() == {name: value for name, value in made.items() if not name.startswith("client_secret")}
    asking = {"client_id": made["client_id"], "redirect_uri": CALLBACK}
    assert (await browser.get("/authorize", params=asking)).status_code == 303
    body = {"client_id": made["client_id"], "redirect_uris": ["https://rp.example/other"], "client_name": "Mới"}
    changed = await browser.put(where, json=body, headers=managing(made))
    assert changed.status_code == 200, changed.text
    assert changed.json()["redirect_uris"] == ["https://rp.example/other"]
    assert "contacts" not in changed.json()
    refused = await browser.get("/authorize", params=asking)
    assert refused.status_code == 400  # the change counts at once


async def test_a_client_is_told_what_was_decided_of_it_and_may_send_that_back(
    land: Country, browser: httpx.AsyncClient
) -> None:
    chosen: dict[str, Any] = {"profile": "fapi2", "tells_unknown_users": True}
    key = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
    made = await registered(browser, **chosen, **key)
    decided: dict[str, Any] = {"profile": "fapi2", "family": "house"}
    named = await land.register(**decided, **key)
    may_act = {"may_act": [named.client.client_id]}
    own = await land.register(**(decided | key | may_act), account_limit=2)
    where = f"/register/{own.client.client_id}"
    operated = {"registration_client_uri": where, "registration_access_token": own.registration_access_token}
    for known, members in ((made, chosen), (operated, decided | may_act)):
        where, headers = known["registration_client_uri"], managing(known)
        read = (await browser.get(where, headers=headers)).json()
        changed = await browser.put(where, json=updatable(read), headers=headers)
        assert changed.json() == read, "and as the whole of it"
        assert members.items() <= read.items()
        # The exception that the sandbox makes for everybody is none in a profile where the issuer alone counts.
        assert not {"assertion_audience", "account_limit", "registered_by"} & read.keys()
    assert chosen.items() <= made.items()


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "cli_other"},
        {"client_id": None},
        {"registration_access_token": "x"},
        {"registration_client_uri": "x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
        {"client_secret": "chosen"},
        {"client_secret": 1},
        {"scope": "openid id_number"},
    ],
)
async def test_an_update_cannot_choose_what_the_server_decides(
    browser: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    made = await registered(browser)
    body = {"client_id": made["client_id"], "redirect_uris": [CALLBACK]} | changes
    answer = await browser.put(made["registration_client_uri"], json=body, headers=managing(made))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": "Ngân hàng Nhà nước"},
        {"client_name": None},
        {"client_name#en": "State Bank"},
        {"logo_uri": "https://evil.example/logo.png"},
        {"redirect_uris": ["http://localhost:9999/elsewhere"]},
        {"post_logout_redirect_uris": []},
        {"registered_by": None, "client_name": "Ngân hàng Nhà nước"},
    ],
)
async def test_what_people_are_shown_of_a_client_that_the_operator_registered_stays(
    land: Country, browser: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    own = await land.register(post_logout_redirect_uris=["http://localhost:9999/out"])
    where, headers = f"/register/{own.client.client_id}", {"Authorization": f"Bearer {own.registration_access_token}"}
    registered = (await browser.get(where, headers=headers)).json()
    assert "registered_by" not in registered
    body = {name: value for name, value in registered.items() if name in MEMBERS}
    body["client_id"] = own.client.client_id
    refused = await browser.put(where, json=body | changes, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert "operator" in refused.json()["error_description"]
    assert (await browser.get(where, headers=headers)).json() == registered
    # What nobody is shown stays the client's own, and an update does not make it its own registrar.
    for contacts in (["a@rp.example"], ["b@rp.example"]):
        changed = await browser.put(where, json=body | {"contacts": contacts}, headers=headers)
        assert (changed.status_code, changed.json()["contacts"]) == (200, contacts), changed.text
    assert (await browser.put(where, json=body | changes, headers=headers)).status_code == 400


async def test_a_registration_access_token_manages_its_own_client_only(browser: httpx.AsyncClient) -> None:
    first, second = await registered(browser), await registered(browser)
    for method in ("GET", "PUT", "DELETE"):
        for headers in (managing(second), {}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
            answer = await browser.request(method, first["registration_client_uri"], headers=headers)
            assert answer.status_code == 401, (method, headers)
            assert "www-authenticate" in answer.headers
    unknown = await browser.get("/register/cli_unknown", headers=managing(first))
    assert unknown.status_code == 401


async def test_deleting_ends_the_client_and_all_that_was_granted_to_it(
    land: Country, browser: httpx.AsyncClient
) -> None:
    party = RelyingParty(land, await land.register())
    made = {"registration_access_token": party.registered.registration_access_token}
    token = await person_token(land, party.registered, land.people["plain"].record.person_id)
    assert (await party.userinfo(token)).status_code == 200
    where = f"/register/{party.client_id}"
    assert (await browser.delete(where, headers=managing(made))).status_code == 204
    assert (await party.userinfo(token)).status_code == 401
    assert (await browser.get(where, headers=managing(made))).status_code == 401
    assert (await party.post("/introspect", token=token)).status_code == 401
    # Not even a client that gets the same id later can use what was granted to this one.
    async with land.idp.db.writing() as unit:
        again = registration.Registration(party.registered.client.metadata)
        await clients.register(unit, again, client_id=party.client_id)
    assert (await party.userinfo(token)).status_code == 401


async def test_a_disabled_client_manages_nothing(land: Country, browser: httpx.AsyncClient) -> None:
    made = await registered(browser)
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, made["client_id"], DEED)
    assert (await browser.get(made["registration_client_uri"], headers=managing(made))).status_code == 401


@pytest.mark.parametrize("expected", [None, "the token of the operator"])
async def test_production_wants_an_initial_access_token(database_url: str, watch: Watch, expected: str | None) -> None:
    async with country(
        database_url,
        watch,
        environment="production",
        issuer="https://id.example",
        outbound_loopback=False,
        initial_access_token_digest=None if expected is None else digest(expected),
    ) as land:
        transport = httpx.ASGITransport(land.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://id.example") as browser:
            document = (await browser.get("/.well-known/openid-configuration")).json()
            assert ("registration_endpoint" in document) == (expected is not None)
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                answer = await browser.post("/register", json={"redirect_uris": [CALLBACK]}, headers=headers)
                assert answer.status_code == 401
            if expected is not None:
                headers = {"Authorization": f"Bearer {expected}"}
                answer = await browser.post("/register", json={"redirect_uris": [CALLBACK]}, headers=headers)
                assert answer.status_code == 201
                assert answer.json()["scope"] == "openid"
                loopback = {"redirect_uris": ["http://localhost/cb"]}
                assert (await browser.post("/register", json=loopback, headers=headers)).status_code == 400


async def test_the_initial_access_token_cannot_be_guessed_at_leisure(sqlite_url: str, watch: Watch) -> None:
    async with (
        country(sqlite_url, watch, initial_access_token_digest=digest("right")) as land,
        land.browser() as client,
    ):

        async def answered(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (await client.post("/register", json={"redirect_uris": [CALLBACK]}, headers=headers)).status_code

        assert await answered("right") == 201
        assert {await answered(f"wrong {number}") for number in range(50)} == {401}
        assert await answered("right") == 429


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b'["https://rp.example/cb", "https://other.example/cb", "https://third.example/"]', 201),
        (b'["https://rp.example/cb"]', 400),
        (b'{"https://rp.example/cb": 1, "https://other.example/cb": 1}', 400),
        (b"<p>https://rp.example/cb https://other.example/cb</p>", 400),
        (b"", 400),
    ],
)
async def test_a_sector_counts_where_its_document_says_so(
    land: Country, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, document: bytes, status: int
) -> None:
    asked: list[str] = []
    asking: list[str | None] = []

    async def fetch(self: Outbound, url: str, client_id: str | None) -> bytes:
        asked.append(url)
        asking.append(client_id)
        return document

    monkeypatch.setattr(Outbound, "fetch", fetch)
    sector = {"sector_identifier_uri": "https://sector.example/uris.json"}
    wanted = {"redirect_uris": [CALLBACK, "https://other.example/cb"]} | sector
    answer = await browser.post("/register", json=wanted)
    assert answer.status_code == status, answer.text
    assert asked == ["https://sector.example/uris.json"]
    own = {"redirect_uris": [CALLBACK], "subject_type": "public"}
    made = (await browser.post("/register", json=own)).json()
    changed = await browser.put(
        made["registration_client_uri"], json={**own, **wanted, "client_id": made["client_id"]}, headers=managing(made)
    )
    assert changed.status_code == (200 if status == 201 else 400), changed.text
    assert len(asked) == 2, "an update is held against it as well"
    assert asking == [None, made["client_id"]], "whose budget it is"


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/sector", "https://169.254.169.254/", "https://10.0.0.1/"])
async def test_a_sector_document_that_cannot_be_had_is_refused(browser: httpx.AsyncClient, url: str) -> None:
    body = {"redirect_uris": [CALLBACK], "sector_identifier_uri": url}
    answer = await browser.post("/register", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
