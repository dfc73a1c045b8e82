"""Authorization requests inside a JWT, by value and by reference."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import JWSRegistry

from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import Page, Person, RelyingParty, query_of
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.kernel.secrets import base64url, digest
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject

KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=True)
STRANGER = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=True)


@pytest.fixture
async def party(land: Country) -> RelyingParty:
    return RelyingParty(
        land, await land.register(request_object_signing_alg="ES256", jwks={"keys": [KEY.as_dict(private=False)]})
    )


def made(party: RelyingParty, key: ECKey = KEY, alg: str = "ES256", **changes: Any) -> str:
    now = party.country.watch.now() // SECOND
    claims = party.request().params | {"iss": party.client_id, "aud": ISSUER, "exp": now + 60} | changes
    parts = ({"alg": alg, "kid": "k1"}, {name: value for name, value in claims.items() if value is not None})
    start = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    if alg == "none":
        return f"{start}."
    return f"{start}.{base64url(JWSRegistry.algorithms[alg].sign(start.encode(), key))}"


def outside(party: RelyingParty, **params: str) -> dict[str, str]:
    return {"client_id": party.client_id, "response_type": "code", "scope": "openid"} | params


async def error_of(land: Country, params: dict[str, str]) -> str:
    """The error that a request ends in: redirected, or on a page."""
    async with land.browser() as browser:
        answer = await browser.get("/authorize", params=params)
    if answer.status_code == 303:
        return query_of(answer.headers["location"])["error"]
    assert answer.status_code == 400
    assert "location" not in answer.headers
    return "page"


async def test_what_stands_inside_wins(land: Country, party: RelyingParty) -> None:
    inside = made(party, prompt="none", state="inside")
    async with land.browser() as browser:
        params = outside(party, request=inside, state="outside", redirect_uri="https://evil.example/")
        answer = await browser.get("/authorize", params=params)
        found = query_of(answer.headers["location"])
        assert answer.headers["location"].startswith(REDIRECT_URI)
        assert (found["error"], found["state"]) == ("login_required", "inside")
        posted = await browser.post("/authorize", data=params)
        assert posted.status_code == 303


async def test_a_sign_in_with_a_request_object_ends_in_a_code(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    request = party.request()
    page = await person.open("/authorize", **outside(party, request=made(party, KEY, **request.params)))
    page = await person.sign_in(page)
    assert isinstance(page, Page)
    away = await person.submit(page, answer="agree")
    assert isinstance(away, str)
    assert "code" in request.read_answer(away)


async def test_an_object_that_does_not_hold_is_refused_where_the_outside_says(
    land: Country, party: RelyingParty
) -> None:
    now = land.watch.now() // SECOND
    for bad in (
        made(party, STRANGER),
        made(party, alg="none"),
        made(party, aud="https://other.example"),
        made(party, iss="cli_other"),
        made(party, exp=now - 60),
        made(party, nbf=now + 61),
        made(party, sub=party.client_id),
        made(party, request_uri="https://rp.example/"),
        "junk",
    ):
        params = outside(party, request=bad)
        # Without a proven address outside, what stands inside is not believed: no redirect.
        assert await error_of(land, params) == "page"
        assert await error_of(land, params | {"redirect_uri": REDIRECT_URI}) == "invalid_request_object"


async def test_inside_and_outside_must_agree(land: Country, party: RelyingParty) -> None:
    other = await land.register()
    redirected = {"redirect_uri": REDIRECT_URI}
    foreign = outside(party, request=made(party, client_id=other.client.client_id)) | redirected
    assert await error_of(land, foreign) == "invalid_request"
    kind = outside(party, request=made(party, response_type="token")) | redirected
    assert await error_of(land, kind) == "invalid_request"
    both = outside(party, request=made(party), request_uri="https://rp.example/r") | redirected
    assert await error_of(land, both) == "invalid_request"


async def test_another_clients_object_is_worth_nothing(land: Country, party: RelyingParty) -> None:
    other = RelyingParty(land, await land.register())
    stolen = outside(other, request=made(party, client_id=None)) | {"redirect_uri": REDIRECT_URI}
    assert await error_of(land, stolen) == "invalid_request_object"


@pytest.mark.parametrize("registered", [{"request_object_signing_alg": "none"}, {}])
async def test_unsigned_objects_are_for_clients_that_do_not_sign(land: Country, registered: dict[str, str]) -> None:
    party = RelyingParty(land, await land.register(**registered))
    unsigned = made(party, alg="none", prompt="none")
    assert await error_of(land, outside(party, request=unsigned)) == "login_required"


@pytest.mark.parametrize("where", ["inside", "outside"])
async def test_the_answer_comes_in_the_form_that_was_asked_whether_the_object_holds_or_not(
    land: Country, party: RelyingParty, where: str
) -> None:
    form_post = {"response_mode": "form_post"}
    inside, beside = (form_post, {}) if where == "inside" else ({}, form_post)
    async with land.browser() as browser:
        for key, error in ((KEY, "login_required"), (STRANGER, "invalid_request_object")):
            held = made(party, key, prompt="none", **inside)
            params = outside(party, request=held, redirect_uri=REDIRECT_URI, **beside)
            answer = await browser.get("/authorize", params=params)
            assert answer.status_code == 200
            assert f'action="{REDIRECT_URI}"' in answer.text
            assert f'name="error" value="{error}"' in answer.text


async def test_an_encrypted_object_is_read(land: Country, party: RelyingParty) -> None:
    async with land.browser() as browser:
        members = (await browser.get("/jwks.json")).json()["keys"]
    key = KeySet.import_key_set({"keys": [member for member in members if member["use"] == "enc"]})
    header = {"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT", "kid": key.keys[0].kid}
    encrypted = jwe.encrypt_compact(header, made(party, prompt="none"), key, algorithms=["RSA-OAEP", "A256GCM"])
    assert await error_of(land, outside(party, request=encrypted)) == "login_required"
    broken = outside(party, request=encrypted[:-4] + "AAAA", redirect_uri=REDIRECT_URI)
    assert await error_of(land, broken) == "invalid_request_object"


async def test_an_object_can_be_pushed(land: Country, party: RelyingParty) -> None:
    pushed = await party.post("/par", request=made(party, prompt="none"))
    assert pushed.status_code == 201, pushed.text
    params = {"client_id": party.client_id, "request_uri": pushed.json()["request_uri"]}
    assert await error_of(land, params) == "login_required"
    bad = await party.post("/par", request=made(party, STRANGER))
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_request_object")


async def test_a_client_that_always_signs_is_held_to_it(land: Country) -> None:
    party = RelyingParty(
        land,
        await land.register(require_signed_request_object=True, jwks={"keys": [KEY.as_dict(private=False)]}),
    )
    assert await error_of(land, party.request().params) == "invalid_request"
    bare = await party.post("/par", **party.request().params)
    assert (bare.status_code, bare.json()["error"]) == (400, "invalid_request")
    signed = made(party, prompt="none")
    assert await error_of(land, outside(party, request=signed, prompt="login")) == "login_required"


@asynccontextmanager
async def serving(text: str) -> AsyncIterator[tuple[str, list[str]]]:
    content = text.encode()
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")[0])
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/request", asked
    finally:
        server.close()
        await server.wait_closed()


async def test_an_object_is_fetched_from_a_registered_uri_only(land: Country) -> None:
    first = RelyingParty(land, await land.register(jwks={"keys": [KEY.as_dict(private=False)]}))
    content = made(first, prompt="none", client_id=None, iss=None)
    async with serving(content) as (uri, asked):
        party = RelyingParty(
            land,
            await land.register(
                request_uris=[f"{uri}#{digest('other')}"],
                jwks={"keys": [KEY.as_dict(private=False)]},
            ),
        )
        redirected = {"redirect_uri": REDIRECT_URI}
        assert await error_of(land, outside(party, request_uri=uri)) == "login_required"
        assert await error_of(land, outside(party, request_uri=f"{uri}#{digest(content)}")) == "login_required"
        # What the fragment says is for caches, and there is none here.
        assert await error_of(land, outside(party, request_uri=f"{uri}#{digest('other')}")) == "login_required"
        assert asked == ["GET /request HTTP/1.1"] * 3
        for unregistered in (f"{uri}2", f"{uri}?x=1", "http://169.254.169.254/"):
            params = outside(party, request_uri=unregistered) | redirected
            assert await error_of(land, params) == "invalid_request_uri"
        assert len(asked) == 3
    gone = outside(party, request_uri=uri) | redirected
    assert await error_of(land, gone) == "invalid_request_uri"
    # Without an address outside the error is a page, and speaks of the object all the same.
    async with land.browser() as browser:
        page = await browser.get("/authorize", params=outside(party, request_uri=uri))
    assert page.status_code == 400
    assert "request_uri" in page.text
    assert "redirect_uri" not in page.text


async def test_a_page_where_an_object_was_promised_is_none(land: Country) -> None:
    async with serving("<p>Đang bảo trì</p>") as (uri, asked):
        party = RelyingParty(land, await land.register(request_uris=[uri], jwks={"keys": [KEY.as_dict(private=False)]}))
        params = outside(party, request_uri=uri, redirect_uri=REDIRECT_URI)
        assert await error_of(land, params) == "invalid_request_uri"
        assert len(asked) == 1


async def test_an_object_from_afar_is_no_longer_than_one_that_is_brought(land: Country) -> None:
    first = RelyingParty(land, await land.register(jwks={"keys": [KEY.as_dict(private=False)]}))
    long = made(first, prompt="none", client_id=None, iss=None, more=["x" * 1_000] * 9)
    async with serving(long) as (uri, _):
        party = RelyingParty(land, await land.register(request_uris=[uri], jwks={"keys": [KEY.as_dict(private=False)]}))
        params = outside(party, request_uri=uri, redirect_uri=REDIRECT_URI)
        assert await error_of(land, params) == "invalid_request_uri"


async def test_a_line_break_at_the_end_of_what_is_fetched_is_forgiven(land: Country) -> None:
    first = RelyingParty(land, await land.register(jwks={"keys": [KEY.as_dict(private=False)]}))
    async with serving(made(first, prompt="none", client_id=None, iss=None) + "\n") as (uri, _):
        party = RelyingParty(land, await land.register(request_uris=[uri], jwks={"keys": [KEY.as_dict(private=False)]}))
        assert await error_of(land, outside(party, request_uri=uri)) == "login_required"


async def test_who_brings_junk_too_often_has_no_object_opened(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    party = RelyingParty(land, await land.register(jwks={"keys": [KEY.as_dict(private=False)]}))
    once = {Subject.ADDRESS: (Limit(2, MINUTE),)}
    monkeypatch.setattr(land.idp.limits, "_table", {**LIMITS, Secret.REQUEST_OBJECT: once})
    redirected = {"redirect_uri": REDIRECT_URI}
    for junk in ("a.b.c", "a.b.c.d.e"):
        assert await error_of(land, outside(party, request=junk) | redirected) == "invalid_request_object"
    async with land.browser() as browser:
        good = outside(party, request=made(party, prompt="none")) | redirected
        assert (await browser.get("/authorize", params=good)).status_code == 429
        # Who brings none is served.
        assert (await browser.get("/authorize", params=party.request().params)).status_code == 303
