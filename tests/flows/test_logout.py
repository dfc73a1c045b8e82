"""Signing out: asked of the person, proven by the relying party, told to every service of the session."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.support.country import ISSUER, Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.delivery.service import Queued, list_deliveries
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND

OUT = "http://localhost:9999/signed-out"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Service:
    """The relying party's own server: what it hears on its back channel, and what it answers."""

    port: int = 0
    status: int = 200
    answers: asyncio.Event | None = None
    """Until it is set, nothing is answered."""
    heard: list[dict[str, str]] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Its `backchannel_logout_uri`."""
        return f"http://localhost:{self.port}/back"


@asynccontextmanager
async def listening() -> AsyncIterator[Service]:
    service = Service()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        found = re.search(r"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(found[1]) if found else 0)
        service.heard.append(dict(parse_qsl(body.decode())) | {"_line": head.partition("\r\n")[0]})
        if service.answers is not None:
            await service.answers.wait()
        writer.write(f"HTTP/1.1 {service.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with listening() as found:
        yield found


@pytest.fixture
async def party(land: Country, service: Service) -> RelyingParty:
    return RelyingParty(land, await land.register(post_logout_redirect_uris=[OUT], backchannel_logout_uri=service.uri))


@pytest.fixture
def person(land: Country) -> Person:
    return Person(land, land.people["complete"])


async def signed_in(person: Person, party: RelyingParty) -> dict[str, Any]:
    """Sign the person in at the relying party; its tokens."""
    request = party.request()
    arrived = await person.start(request)
    if isinstance(arrived, Page) and arrived.path.startswith("/signin"):
        arrived = await person.sign_in(arrived)
    if isinstance(arrived, Page):
        arrived = await person.submit(arrived, answer="agree")
    assert isinstance(arrived, str), arrived.text
    tokens: dict[str, Any] = (await party.redeem(request, request.read_answer(arrived)["code"])).json()
    return tokens


async def queue(land: Country) -> list[Queued]:
    """What waits, and what was given up."""
    async with land.idp.db.reading() as unit:
        return await list_deliveries(unit)


async def confirmed(person: Person, page: Page | str, **values: str) -> Page | str:
    """Send the form of the confirmation page to where it leads."""
    assert isinstance(page, Page), page
    found = re.search(r'<form class="form" action="([^"]+)" method="post"', page.response.text)
    assert found is not None
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.response.text))
    answer = await person.browser.post(found[1], data=form | values)
    location = answer.headers.get("location", "")
    return location if location.startswith("http") else Page(answer)


async def is_signed_in(person: Person, party: RelyingParty) -> bool:
    """What `prompt=none` finds."""
    request = party.request(prompt="none")
    away = await person.start(request)
    assert isinstance(away, str)
    return "code" in request.read_answer(away)


async def test_a_relying_party_signs_the_person_out(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    assert await is_signed_in(person, party)
    page = await person.open(
        "/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT, state="a b"
    )
    assert isinstance(page, Page)
    assert party.registered.client.client_name in page.text
    assert await is_signed_in(person, party)  # asking is not doing
    assert await confirmed(person, page) == f"{OUT}?state=a+b"
    assert not await is_signed_in(person, party)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert len(service.heard) == 1


async def test_the_notice_says_what_it_must(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    tokens = await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    done = await confirmed(person, page)
    assert isinstance(done, Page)
    heard = service.heard[0]
    assert heard.pop("_line").startswith("POST /back ")
    assert set(heard) == {"logout_token"}
    async with land.browser() as browser:
        keys = KeySet.import_key_set((await browser.get("/jwks.json")).json())
    token = jws.deserialize_compact(heard["logout_token"], keys, algorithms=["ES256"])
    assert token.headers()["typ"] == "logout+jwt"
    said = await party.claims(heard["logout_token"])
    id_token = await party.claims(tokens["id_token"])
    assert (said["iss"], said["aud"]) == (ISSUER, party.client_id)
    assert (said["sub"], said["sid"]) == (id_token["sub"], id_token["sid"])
    assert said["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert said["exp"] - said["iat"] == 120
    assert "nonce" not in said
    assert said["jti"]


async def test_the_person_may_stay(person: Person, party: RelyingParty, service: Service) -> None:
    await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    await confirmed(person, page, stay="1")
    assert await is_signed_in(person, party)
    assert service.heard == []


async def test_a_post_from_another_site_is_asked_too(person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    answer = await person.browser.post("/end_session", data={"id_token_hint": tokens["id_token"]})
    assert answer.status_code == 303
    page = await person.open(answer.headers["location"])
    assert isinstance(page, Page)
    assert page.path == "/end_session"
    assert await is_signed_in(person, party)


async def test_what_was_posted_is_in_no_address(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    posted = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "a b", "ui_locales": "en"}
    answer = await person.browser.post("/end_session", data=posted)
    where = answer.headers["location"]
    assert where.startswith("/end_session?request=")
    for value in (*tokens["id_token"].split("."), tokens["id_token"], "signed-out", "state", "a+b", "a%20b"):
        assert value not in where
    # Nor does the page lead on with it in an address, or show it to a service that it names.
    page = await person.open(where)
    assert isinstance(page, Page)
    assert "Sign out?" in page.text
    assert not re.search(rf'(action|href)="[^"]*{re.escape(tokens["id_token"][:20])}', page.response.text)
    assert await confirmed(person, page) == f"{OUT}?state=a+b"
    assert not await is_signed_in(person, party)


async def test_what_was_posted_can_be_reopened_for_a_short_while_only(
    land: Country, person: Person, party: RelyingParty
) -> None:
    tokens = await signed_in(person, party)
    answer = await person.browser.post("/end_session", data={"id_token_hint": tokens["id_token"]})
    where = answer.headers["location"]
    land.watch.advance(9 * MINUTE)
    assert (await person.browser.get(where)).status_code == 200
    land.watch.advance(2 * MINUTE)
    for address in (where, "/end_session?request=junk", f"{where}&state=x", "/end_session?request=%C3%A9"):
        refused = await person.browser.get(address)
        assert (refused.status_code, refused.headers["content-type"][:9]) == (400, "text/html"), address
        assert "location" not in refused.headers


async def test_a_post_that_says_nothing_is_asked_too(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    answer = await person.browser.post("/end_session", content=b"", headers={"Content-Type": FORM})
    page = await person.open(answer.headers["location"])
    assert isinstance(page, Page)
    assert (page.path, page.response.status_code) == ("/end_session", 200)


async def test_signing_out_cannot_be_forged(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    assert (await person.browser.post("/end_session/confirm")).status_code in (400, 403)
    assert (await person.browser.post("/end_session/confirm", data={"csrf_token": "x"})).status_code == 403
    assert await is_signed_in(person, party)


async def test_without_a_session_the_browser_goes_straight_on(
    land: Country, person: Person, party: RelyingParty
) -> None:
    tokens = await signed_in(person, party)
    elsewhere = Person(land, person.persona)
    away = await elsewhere.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert away == OUT
    assert await is_signed_in(person, party)
    page = await elsewhere.open("/end_session", state="x")
    assert isinstance(page, Page)
    assert page.response.status_code == 200


async def test_an_expired_hint_still_counts(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    land.watch.advance(DAY)
    away = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert away == OUT


async def test_nothing_that_is_not_proven_redirects(land: Country, person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    hint = tokens["id_token"]
    head, body, signature = hint.split(".")
    other = RelyingParty(land, await land.register(post_logout_redirect_uris=["http://localhost:9998/out"]))
    for params in (
        {"post_logout_redirect_uri": OUT},
        {"post_logout_redirect_uri": OUT, "client_id": party.client_id},
        {"post_logout_redirect_uri": OUT, "id_token_hint": "junk"},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"{head}.{body}."},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"{head}.{body}.{signature[::-1]}"},
        {"post_logout_redirect_uri": OUT, "id_token_hint": f"eyJhbGciOiJub25lIn0.{body}."},
        {"post_logout_redirect_uri": OUT, "id_token_hint": tokens["access_token"]},
        {"post_logout_redirect_uri": f"{OUT}?x=1", "id_token_hint": hint},
        {"post_logout_redirect_uri": f"{OUT}/", "id_token_hint": hint},
        {"post_logout_redirect_uri": "http://localhost:9998/out", "id_token_hint": hint},
        {"post_logout_redirect_uri": OUT, "id_token_hint": hint, "client_id": other.client_id},
    ):
        answer = await person.browser.get("/end_session", params=params)
        assert answer.status_code == 400, params
        assert "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
    assert await is_signed_in(person, party)


async def test_what_the_form_carries_is_proven_again(person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    page = await person.open("/end_session", id_token_hint=tokens["id_token"], post_logout_redirect_uri=OUT)
    assert isinstance(page, Page)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.response.text))
    for changes in (
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"id_token_hint": ""},
        {"client_id": "cli_other"},
    ):
        answer = await person.browser.post("/end_session/confirm", data=form | changes)
        assert answer.status_code == 400, changes
    assert await is_signed_in(person, party)


async def test_each_service_of_the_session_is_told_and_no_other(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    async with listening() as second, listening() as third:
        also = RelyingParty(land, await land.register(client_name="Hai", backchannel_logout_uri=second.uri))
        never = RelyingParty(land, await land.register(client_name="Ba", backchannel_logout_uri=third.uri))
        await signed_in(person, party)
        await signed_in(person, also)
        await signed_in(Person(land, land.people["plain"]), never)
        page = await person.open("/end_session")
        assert isinstance(page, Page)
        assert "Hai" in page.text
        assert "Ba" not in page.text.split()
        await confirmed(person, page)
        assert (len(service.heard), len(second.heard), len(third.heard)) == (1, 1, 0)
        first, other = [await party.claims(s.heard[0]["logout_token"]) for s in (service, second)]
        assert (first["aud"], other["aud"]) == (party.client_id, also.client_id)


async def test_a_notice_that_did_not_arrive_is_repeated_with_the_same_jti(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 503
    page = await person.open("/end_session")
    assert isinstance(page, Page)
    assert isinstance(await confirmed(person, page), Page)  # the person does not wait for it
    await land.deliver()
    assert len(service.heard) == 1
    service.status = 204
    land.watch.advance(30 * SECOND)
    # Two workers at the same time: one attempt.
    await asyncio.gather(land.deliver(), land.deliver())
    land.watch.advance(DAY)
    await land.deliver()
    tokens = [await party.claims(heard["logout_token"]) for heard in service.heard]
    assert len(tokens) == 2
    assert tokens[0]["jti"] == tokens[1]["jti"]
    assert tokens[1]["iat"] == tokens[0]["iat"] + 30
    assert await queue(land) == []


async def test_a_notice_is_given_up_after_its_last_attempt_and_the_operator_sees_it(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 500
    await confirmed(person, await person.open("/end_session"))
    for heard in range(2, 7):
        land.watch.advance(longest_pause(MANNERS[Channel.LOGOUT_TOKEN], heard - 1))
        await land.deliver()
        assert len(service.heard) == heard
    land.watch.advance(DAY)
    await land.deliver()
    assert len(service.heard) == 6
    (dead,) = await queue(land)
    assert (dead.recipient, dead.attempts, dead.last_outcome) == (party.client_id, 6, "status_500")
    assert dead.given_up_at is not None


async def test_a_considered_refusal_is_not_repeated(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 400
    await confirmed(person, await person.open("/end_session"))
    land.watch.advance(DAY)
    await land.deliver()
    assert len(service.heard) == 1
    assert [row.last_outcome for row in await queue(land)] == ["status_400"]


async def test_a_service_that_is_too_busy_is_told_later(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    service.status = 429
    await confirmed(person, await person.open("/end_session"))
    service.status = 200
    land.watch.advance(30 * SECOND)
    await land.deliver()
    assert len(service.heard) == 2
    assert await queue(land) == []


async def test_a_service_that_hangs_holds_the_person_up_for_a_while_only(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    hanging = asyncio.Event()
    service.answers = hanging
    patient = asyncio.get_running_loop().time() + 8
    assert isinstance(await confirmed(person, await person.open("/end_session")), Page)
    assert asyncio.get_running_loop().time() < patient
    hanging.set()
    await land.idp.dispatcher.finish()
    assert [row.last_outcome for row in await queue(land)] == ["unreachable"]


async def test_signing_out_of_the_own_pages_tells_the_services_too(
    person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    page = await person.open("/signout")
    assert isinstance(page, Page)
    await confirmed(person, page)
    assert not await is_signed_in(person, party)
    assert len(service.heard) == 1


async def test_who_takes_over_a_browser_has_the_one_before_signed_out_once(
    land: Country, person: Person, party: RelyingParty, service: Service
) -> None:
    await signed_in(person, party)
    land.watch.advance(SECOND)
    page = await person.start(party.request(prompt="login"))
    person.persona = land.people["level-1"]
    await person.sign_in(page)
    land.watch.advance(MINUTE)
    await land.deliver()
    assert len(service.heard) == 1
