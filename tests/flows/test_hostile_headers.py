"""Hostile `Host`, `Forwarded` and `X-Forwarded-*` change nothing in any URL that is emitted or trusted."""

import ipaddress
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.country import ISSUER, Country, country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.tokens import person_token
from tests.support.watch import Watch

EVIL = "evil.example"
LIES = {
    "host": {"Host": EVIL},
    "host with port": {"Host": f"{EVIL}:8000"},
    "host that looks alike": {"Host": f"localhost.{EVIL}:8000"},
    "host with userinfo": {"Host": f"localhost:8000@{EVIL}"},
    "forwarded": {"Forwarded": f"for=203.0.113.9;host={EVIL};proto=https"},
    "x-forwarded": {
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "4443",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Server": EVIL,
        "X-Forwarded-For": "203.0.113.9",
    },
    "proxies' own": {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "X-Original-Host": EVIL, "X-Host": EVIL},
    "origin": {"Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"},
}
PAGES = ("/", "/me", "/signin", "/authorize", "/end_session", "/nowhere", "/sandbox/outbox", "/docs")
DOCUMENTS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks.json")


@pytest.fixture(params=["no proxy", "trusted proxy"])
async def land(request: pytest.FixtureRequest, sqlite_url: str, watch: Watch) -> AsyncIterator[Country]:
    """Also behind a proxy that is trusted for addresses: it is believed who asks, never where we are."""
    trusted = (ipaddress.ip_network("127.0.0.0/8"),) if request.param == "trusted proxy" else ()
    async with country(sqlite_url, watch, trusted_proxies=trusted) as running:
        yield running


def of_ours(answer: httpx.Response) -> dict[str, Any]:
    """What an answer says that must not hang on the headers: without ids and nonces, which are new each time."""
    assert EVIL not in answer.text, answer.text
    assert not [value for _, value in answer.headers.multi_items() if EVIL in value]
    return {
        "status": answer.status_code,
        "location": answer.headers.get("location", "").partition("?")[0],
        "cookies": [line.partition("=")[2].partition(";")[2] for line in answer.headers.get_list("set-cookie")],
        "hsts": answer.headers.get("strict-transport-security"),
    }


async def test_documents_and_pages_are_the_same(land: Country) -> None:
    for hostile in LIES.values():
        async with land.browser() as plain, land.browser() as lied_to:
            for path in DOCUMENTS:
                answer = await lied_to.get(path, headers=hostile)
                assert answer.text == (await plain.get(path)).text
            for path in PAGES:
                assert of_ours(await lied_to.get(path, headers=hostile)) == of_ours(await plain.get(path)), path
            doors = {"/token", "/par", "/userinfo", "/register", "/bindings/v1/social-accounts"}
            # A website that registers something on a developer's machine is refused, which is another test's.
            for path in doors - {"/register"} if "Origin" in hostile else doors:
                assert of_ours(await lied_to.post(path, headers=hostile)) == of_ours(await plain.post(path)), path


async def test_registration_and_binding_name_the_issuer(land: Country) -> None:
    for hostile in LIES.values():
        party = RelyingParty(land, await land.register())
        token = await person_token(land, party.registered, land.people["plain"].record.person_id)
        async with land.browser() as client:
            of_program = {name: value for name, value in hostile.items() if name != "Origin"}
            made = await client.post("/register", json={"redirect_uris": ["https://rp.example/cb"]}, headers=of_program)
            assert made.json()["registration_client_uri"].startswith(f"{ISSUER}/register/")
            bound = await client.post(
                "/bindings/v1/social-accounts",
                json={"account_id": "1"},
                headers=hostile | {"Authorization": f"Bearer {token}"},
            )
            assert bound.headers["location"].startswith(f"{ISSUER}/bindings/v1/social-accounts/bind_")


async def test_a_whole_sign_in_stays_with_the_issuer(land: Country) -> None:
    for hostile in LIES.values():
        party = RelyingParty(land, await land.register())
        person = Person(land, land.people["plain"])
        if "Origin" not in hostile:  # a form from elsewhere is refused, which is another test's
            person.browser.headers.update(hostile)
        request = party.request()
        page = await person.sign_in(await person.start(request))
        assert isinstance(page, Page), page
        away = await person.submit(page, answer="agree")
        assert isinstance(away, str), away.text
        answer = request.read_answer(away)
        async with land.browser() as client:
            form = {"grant_type": "authorization_code", "code": answer["code"], "code_verifier": request.verifier}
            form |= {"redirect_uri": request.params["redirect_uri"]}
            tokens = (await client.post("/token", data=form, auth=party.auth, headers=hostile)).json()
            about = await client.post(
                "/introspect", data={"token": tokens["access_token"]}, auth=party.auth, headers=hostile
            )
        assert (await party.claims(tokens["id_token"]))["iss"] == ISSUER
        assert about.json()["iss"] == ISSUER
        error = await person.open("/authorize", client_id=party.client_id, redirect_uri=f"https://{EVIL}/")
        assert isinstance(error, Page), "a stranger's address was followed"
        assert error.response.status_code == 400


async def test_errors_are_explained_at_home(land: Country) -> None:
    for hostile in LIES.values():
        async with land.browser() as client:
            refused = (await client.post("/token", data={"grant_type": "x"}, headers=hostile)).json()
            assert refused["error_uri"].startswith(f"{ISSUER}/sandbox/errors/")
            problem = (await client.get("/bindings/v1/social-accounts", headers=hostile)).json()
            assert problem["instance"].startswith(f"{ISSUER}/sandbox/errors/")


async def test_an_assertion_for_the_host_that_was_named_is_not_for_us(land: Country) -> None:
    """A client's proof is meant for the issuer (RFC 10070), whatever the request calls us."""
    for hostile in LIES.values():
        key = ECKey.generate_key("P-256", {"kid": "own", "alg": "ES256", "use": "sig"})
        registered = await land.register(
            token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]}
        )
        client_id, now = registered.client.client_id, land.watch.now() // 1000
        for audience, status in ((f"https://{EVIL}", 401), (f"https://{EVIL}/token", 401), (ISSUER, 200)):
            claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": audience, "iat": now, "exp": now + 60}
            assertion = jwt.encode({"alg": "ES256", "kid": "own"}, claims, key)
            form = {
                "grant_type": "client_credentials",
                "scope": "binding:social_account",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
            }
            async with land.browser() as client:
                answer = await client.post("/token", data=form, headers=hostile)
            assert answer.status_code == status, (audience, answer.text)
