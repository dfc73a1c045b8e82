"""Pages of other origins: whose may read what at the doors of client libraries, and never with credentials."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.kernel.clock import HOUR

HERE = "http://localhost:9999"
FOREIGN = ("https://evil.example", "null", f"{HERE}.evil.example", "http://localhost:9998", "https://localhost:9999")
OPEN = {
    "/token": "POST",
    "/userinfo": "GET",
    "/revoke": "POST",
    "/par": "POST",
    "/register": "POST",
    "/register/cli_any": "PUT",
    "/.well-known/openid-configuration": "GET",
    "/.well-known/oauth-authorization-server": "GET",
    "/jwks.json": "GET",
}


@pytest.fixture
async def browser(land: Country) -> AsyncIterator[httpx.AsyncClient]:
    async with land.browser() as client:
        yield client


async def page_app(land: Country, **members: Any) -> RelyingParty:
    """A single-page application of the kind that has no secret."""
    kind = {"token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"]}
    return RelyingParty(land, await land.register(**kind | members))


def reader(answer: httpx.Response) -> str | None:
    """Whose page may read the answer. It says so to caches, and never that cookies count."""
    assert "access-control-allow-credentials" not in answer.headers
    found: str | None = answer.headers.get("access-control-allow-origin")
    assert found is None or answer.headers["vary"] == "Origin"
    return found


@pytest.mark.parametrize("path", OPEN)
async def test_a_page_of_any_origin_may_ask(browser: httpx.AsyncClient, path: str) -> None:
    asking = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": OPEN[path],
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = await browser.options(path, headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert OPEN[path] in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert int(answer.headers["access-control-max-age"]) >= 3600
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/introspect", "/authorize", "/end_session", "/me"])
async def test_no_page_is_let_near_what_is_for_servers_and_people(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.options(path, headers={"Origin": HERE, "Access-Control-Request-Method": "POST"})
    assert answer.status_code == 405
    assert reader(answer) is None


@pytest.mark.parametrize("origin", [HERE, *FOREIGN])
async def test_a_public_clients_own_page_reads_its_answers_and_no_other_page_does(
    land: Country, browser: httpx.AsyncClient, origin: str
) -> None:
    party = await page_app(land)
    someone = await agreed(land, party)
    request = party.request(scope="openid identity offline_access")
    form = {
        "grant_type": "authorization_code",
        "client_id": party.client_id,
        "code": await someone.code(request),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": request.verifier,
    }
    browser.headers["Origin"] = origin
    expected = origin if origin == HERE else None
    first = await browser.post("/token", data=form)
    assert (first.status_code, reader(first)) == (200, expected)
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
    userinfo = await browser.get("/userinfo", headers=bearer)
    assert (userinfo.status_code, reader(userinfo)) == (200, expected)
    push = await browser.post("/par", data=party.request().params)
    assert (push.status_code, reader(push)) == (201, expected)
    spent = await browser.post("/token", data=form)
    assert (spent.status_code, reader(spent)) == (400, expected)
    revoked = await browser.post("/revoke", data={"client_id": party.client_id, "token": first.json()["refresh_token"]})
    assert (revoked.status_code, reader(revoked)) == (200, expected)
    ended = await browser.get("/userinfo", headers=bearer)
    assert (ended.status_code, reader(ended)) == (401, expected)
    land.watch.advance(HOUR)
    expired = await browser.get("/userinfo", headers=bearer)
    assert (expired.status_code, reader(expired)) == (401, expected)


async def test_a_confidential_clients_answers_are_for_its_server_unless_it_says_otherwise(
    land: Country, browser: httpx.AsyncClient
) -> None:
    elsewhere = "https://front.example"
    plain = RelyingParty(land, await land.register())
    opened = RelyingParty(land, await land.register(allowed_cors_origins=[elsewhere]))
    asked = {"grant_type": "client_credentials", "scope": "binding:social_account"}
    for party, origin, expected in ((plain, HERE, None), (opened, HERE, None), (opened, elsewhere, elsewhere)):
        answer = await browser.post("/token", data=asked, auth=party.auth, headers={"Origin": origin})
        assert (answer.status_code, reader(answer)) == (200, expected)
    # A page that forgot to register as a public client can read what is wrong, and nobody else's page can.
    for origin, expected in ((HERE, HERE), ("https://evil.example", None)):
        answer = await browser.post("/token", data=asked | {"client_id": plain.client_id}, headers={"Origin": origin})
        assert (answer.status_code, reader(answer)) == (401, expected)


async def test_a_page_registers_its_own_addresses_and_manages_what_it_registered(browser: httpx.AsyncClient) -> None:
    browser.headers["Origin"] = HERE
    members = {"redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none"}
    made = await browser.post("/register", json=members)
    assert (made.status_code, reader(made)) == (201, HERE)
    refused = await browser.post("/register", json=members | {"scope": "nothing"})
    assert (refused.status_code, reader(refused)) == (400, HERE)
    others = await browser.post("/register", json=members | {"redirect_uris": ["https://other.example/cb"]})
    assert (others.status_code, reader(others)) == (201, None)
    for found, expected in ((made.json(), HERE), (others.json(), None)):
        bearer = {"Authorization": f"Bearer {found['registration_access_token']}"}
        shown = await browser.get(f"/register/{found['client_id']}", headers=bearer)
        assert (shown.status_code, reader(shown)) == (200, expected)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{HERE}.evil.example", "http://[", "//"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_a_website_that_a_developer_visits_registers_nothing_in_the_sandbox_on_their_machine(
    browser: httpx.AsyncClient, origin: str, kind: str
) -> None:
    wanted = b'{"redirect_uris": ["https://evil.example/cb", "https://x.example/cb"]}'
    answer = await browser.post("/register", content=wanted, headers={"Origin": origin, "Content-Type": kind})
    assert (answer.status_code, answer.json()["error"], reader(answer)) == (403, "access_denied", None)
    for ours in (HERE, "http://127.0.0.1:5173", "http://[::1]:5173", ISSUER):
        made = await browser.post("/register", content=wanted, headers={"Origin": ours, "Content-Type": kind})
        assert made.status_code != 403


async def test_a_native_applications_own_port_is_its_own_origin(land: Country, browser: httpx.AsyncClient) -> None:
    party = await page_app(land, redirect_uris=["http://127.0.0.1/cb"], application_type="native")
    for origin, expected in (("http://127.0.0.1:5173", "http://127.0.0.1:5173"), ("http://127.0.0.2:5173", None)):
        answer = await browser.post(
            "/token",
            data={"grant_type": "refresh_token", "refresh_token": "none", "client_id": party.client_id},
            headers={"Origin": origin},
        )
        assert reader(answer) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "https://front.example/",
        "https://front.example/app",
        "https://FRONT.example",
        "http://front.example",
        "*",
        "null",
    ],
)
async def test_an_origin_is_registered_as_browsers_write_it(browser: httpx.AsyncClient, wrong: str) -> None:
    answer = await browser.post("/register", json={"redirect_uris": [REDIRECT_URI], "allowed_cors_origins": [wrong]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
