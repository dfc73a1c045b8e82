"""Whole flows with a marked person, in success and in every kind of failure: nothing of them turns up anywhere else."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.country import REDIRECT_URI, Country
from tests.support.leaks import Net, marks_of, settle_marked
from tests.support.relying_party import Page, Person, RelyingParty, Request
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.outcomes import DeliveryOutcome
from vneid_idp.delivery.sender import Delivery, Sender
from vneid_idp.delivery.service import list_deliveries
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.storage.unit import Database, StorageUnavailable, Unit

SCOPE = "openid offline_access profile phone email address identity age full_name binding:social_account"
_IDENTIFIER = re.compile("_[0-9a-v]{20}|[0-9A-Za-z_-]{40}")
WRONG_PASSWORD = "Mk-zxvy-78-hoa"
WRONG_CODE = "738291"
ACCOUNTS = "/bindings/v1/social-accounts"


@pytest.fixture
async def marked(land: Country) -> Persona:
    return await settle_marked(land)


@pytest.fixture
def net(land: Country, marked: Persona, monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    """Hears every log record and sees every answer to every browser of this test."""
    caught = Net(marks_of(marked))
    caught.keep(marked.password, WRONG_PASSWORD, WRONG_CODE)
    plain = Country.browser

    def browser(country: Country) -> httpx.AsyncClient:
        client = plain(country)
        client.event_hooks = {"response": [caught.catch]}
        return client

    monkeypatch.setattr(Country, "browser", browser)
    with caught.listening():
        yield caught


@pytest.fixture
async def party(land: Country, net: Net) -> RelyingParty:
    """A relying party that may ask for everything that a network may."""
    registered = await land.register(scope=SCOPE)
    net.keep(registered.secret, registered.registration_access_token)
    return RelyingParty(land, registered)


@pytest.fixture
async def person(land: Country, marked: Persona, net: Net) -> AsyncIterator[Person]:
    somebody = Person(land, marked)
    async with somebody.browser:
        yield somebody


def asking(party: RelyingParty, marked: Persona, **more: Any) -> Request:
    """A request for everything, which names the person as relying parties do."""
    hint = marked.record.phone
    return party.request(scope=SCOPE, acr_values=LEVEL_2, login_hint=hint, **more)


async def at_second(person: Person, request: Request, net: Net) -> Page:
    page = await person.sign_in(await person.start(request))
    assert isinstance(page, Page)
    net.keep(await person.one_time_code())
    return page


async def at_consent(person: Person, request: Request, net: Net) -> Page:
    page = await person.submit(await at_second(person, request, net), code=await person.one_time_code())
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/"), page.text
    return page


async def code_of(person: Person, request: Request, net: Net) -> str:
    away = await person.submit(await at_second(person, request, net), code=await person.one_time_code())
    if isinstance(away, Page):
        away = await person.submit(away, answer="agree", **away.choices)
    assert isinstance(away, str), away.text
    code = request.read_answer(away)["code"]
    net.keep(code, request.verifier)
    return code


async def tokens_of(person: Person, party: RelyingParty, request: Request, net: Net) -> dict[str, Any]:
    tokens: dict[str, Any] = (await party.redeem(request, await code_of(person, request, net))).json()
    net.keep(tokens["access_token"], tokens["refresh_token"], tokens["id_token"])
    return tokens


async def check(net: Net, land: Country, database_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Look behind each error's explanation, and then everywhere."""
    behind = {each for answer in net.answers for each in re.findall(r"/sandbox/errors/req_\w+", answer.text)}
    async with land.browser() as browser:
        for address in sorted(behind):
            await browser.get(address)
    printed = capfd.readouterr()
    leaks = net.leaks_in_answers() + net.leaks_in_logs() + net.leaks_in_database(database_url)
    leaks += [f"printed: {mark}" for mark in net.found_in(printed.out + printed.err)]
    assert not leaks, "\n".join(sorted(set(leaks)))
    served = [entry for line in net.lines if (entry := json.loads(line))["event"] == "request.served"]
    assert len(served) >= len(net.answers)
    # A path holds identifiers, and what somebody typed there: a door is told by its template.
    assert not {line["route"] for line in served if _IDENTIFIER.search(line["route"])}
    assert not [line for line in net.lines if '"dropped"' in line]
    assert net.answers


async def test_success(
    land: Country,
    party: RelyingParty,
    person: Person,
    net: Net,
    database_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    request = asking(party, person.persona)
    tokens = await tokens_of(person, party, request, net)
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert userinfo["full_name"] == person.persona.record.full_name
    assert userinfo["email"] == person.persona.record.email
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with land.browser() as network:
        bound = await network.post(ACCOUNTS, json={"account_id": "Zxnick.handle"}, headers=headers)
        assert bound.status_code == 201, bound.text
    refreshed = (await party.refresh(tokens["refresh_token"])).json()
    net.keep(refreshed["access_token"], refreshed["refresh_token"], refreshed["id_token"])
    for path in ("/me", "/me/services", "/me/accounts", "/me/history", "/me/security"):
        assert isinstance(await person.open(path), Page)
    await check(net, land, database_url, capfd)


async def test_people_who_mistype_or_change_their_mind(
    land: Country,
    party: RelyingParty,
    person: Person,
    net: Net,
    database_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    request = asking(party, person.persona)
    page = await person.start(request)
    assert isinstance(await person.sign_in(page, WRONG_PASSWORD), Page)
    second = await at_second(person, request, net)
    assert isinstance(await person.submit(second, code=WRONG_CODE), Page)
    page = await at_consent(Person(land, person.persona), asking(party, person.persona), net)
    stale = Person(land, person.persona)
    await stale.browser.post(page.path, data={"answer": "agree", "csrf": "wrong"})
    away = await Person(land, person.persona).open("/authorize", **asking(party, person.persona, prompt="none").params)
    assert isinstance(away, str)
    refusing = Person(land, person.persona)
    refused = await refusing.submit(await at_consent(refusing, request, net), answer="refuse")
    assert isinstance(refused, str)
    assert "access_denied" in refused
    for _ in range(6):
        stranger = Person(land, person.persona)
        page = await stranger.sign_in(await stranger.start(request), WRONG_PASSWORD)
    assert isinstance(page, Page)
    assert page.response.status_code == 429
    await check(net, land, database_url, capfd)


async def test_relying_parties_that_err(
    land: Country,
    party: RelyingParty,
    person: Person,
    net: Net,
    database_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    record = person.persona.record
    named = {"login_hint": record.phone, "claims": f'{{"userinfo": {{"name": {{"value": "{record.full_name}"}}'}
    for wrong in (
        {"redirect_uri": "https://elsewhere.example/callback"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"scope": "openid unknown", "request": record.full_name},
        {"id_token_hint": record.full_name, "prompt": "sometimes"},
        {"id_token_hint": record.full_name, "prompt": "none"},
        {"code_challenge": record.full_name},
        {"request_uri": "urn:ietf:params:oauth:request_uri:unknown"},
    ):
        answer = await person.browser.get("/authorize", params=party.request(**named | wrong).params)
        assert answer.status_code >= 300
        await party.post("/par", **party.request(**named | wrong).params)
    request = asking(party, person.persona)
    tokens = await tokens_of(person, party, request, net)
    code = await code_of(Person(land, person.persona), request, net)
    await party.redeem(request, code, code_verifier="Zxương-" + "x" * 40)
    await party.redeem(request, code, redirect_uri=f"{REDIRECT_URI}?x=1")
    await party.redeem(request, code)
    await party.redeem(request, code)
    other = RelyingParty(land, replace(party.registered, secret="zxuong-wrong-secret"))
    await other.redeem(request, code)
    await other.post("/introspect", token=tokens["access_token"])
    await party.refresh(tokens["refresh_token"] + "x")
    await party.refresh(tokens["refresh_token"], scope="openid email unknown")
    await party.post("/token", grant_type="password", username=record.phone or "", password=person.persona.password)
    await party.post("/revoke", token=record.personal_number)
    await person.open("/end_session", id_token_hint=f"{tokens['id_token']}x", post_logout_redirect_uri=REDIRECT_URI)
    await err_at_apis(land, tokens["access_token"], record.full_name, record.email or "")
    assert all(answer.status_code < 500 for answer in net.answers)
    await check(net, land, database_url, capfd)


async def err_at_apis(land: Country, token: str, name: str, email: str) -> None:
    async with land.browser() as network:
        for header in (f"Bearer {token}x", f"Bearer {name.encode().hex()}", f"Basic {token}"):
            await network.get("/userinfo", headers={"Authorization": header})
            await network.post(ACCOUNTS, json={"account_id": name}, headers={"Authorization": header})
        good = {"Authorization": f"Bearer {token}"}
        for body in ({"account_id": [name]}, {"account_id": "", "name": name}, [email], {"account_id": name * 99}):
            await network.post(ACCOUNTS, json=body, headers=good)
        await network.get(f"{ACCOUNTS}?cursor={email}&limit={email}", headers=good)
        await network.post("/register", json={"redirect_uris": [f"https://x.example/{email}#{name}"]})
        await network.post("/register", json={"contacts": [email], "scope": name})
        await network.get("/sandbox/errors/req_zxuong")


class Broken:
    """A database that fails, in words that quote the row."""

    def __init__(self, sound: Database, error: Exception) -> None:
        self.sound, self.error = sound, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sound, name)

    async def transact(self, work: Any, *, durable: bool = True) -> Any:
        async with self.writing(durable=durable) as unit:
            return await work(unit)

    @asynccontextmanager
    async def writing(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        async with self.sound.writing(durable=durable):
            raise self.error
        yield  # pragma: no cover

    @asynccontextmanager
    async def single(self, *, durable: bool = True) -> AsyncIterator[Unit]:
        async with self.sound.single(durable=durable):
            raise self.error
        yield  # pragma: no cover


class BrokenSender(Sender):
    """A gateway that fails, in words that quote the message."""

    async def send(self, delivery: Delivery) -> DeliveryOutcome:
        raise RuntimeError(f"550 {delivery.payload['phone']} rejected: {delivery.payload['code']}")


@pytest.mark.parametrize("kind", [RuntimeError, StorageUnavailable])
async def test_storage_that_fails(
    land: Country,
    party: RelyingParty,
    person: Person,
    net: Net,
    database_url: str,
    capfd: pytest.CaptureFixture[str],
    kind: type[Exception],
) -> None:
    record = person.persona.record
    error = kind()
    error.__cause__ = ValueError(f"Key (name)=({record.full_name}) of {record.personal_number}, {record.phone}")
    error.args = (f"duplicate key {record.email} {record.full_name}",)
    request = asking(party, person.persona)
    tokens = await tokens_of(person, party, request, net)
    code = await code_of(Person(land, person.persona), request, net)
    waiting = Person(land, person.persona)
    page = await waiting.start(request)
    sound = land.idp
    land.app.state.idp = replace(sound, db=Broken(sound.db, error))
    await waiting.sign_in(page)
    await waiting.start(request)
    await party.redeem(request, code)
    await party.refresh(tokens["refresh_token"])
    await party.post("/revoke", token=tokens["refresh_token"])
    await party.post("/par", **request.params)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with land.browser() as network:
        await network.post(ACCOUNTS, json={"account_id": record.full_name}, headers=headers)
        await network.post("/register", json={"redirect_uris": ["https://x.example/cb"], "contacts": [record.email]})
    failed = [answer.status_code for answer in net.answers if answer.status_code >= 500]
    assert len(failed) >= 8, failed
    broken = Dispatcher(sound.db, sound.keys.sealer, {Channel.SMS: BrokenSender()})
    land.app.state.idp = replace(sound, dispatcher=broken)
    page = await Person(land, person.persona).open("/signin")
    unlucky = Person(land, person.persona)
    sent = await unlucky.sign_in(await unlucky.start(request))
    assert isinstance(sent, Page)
    assert sent.response.status_code == 200
    await broken.finish()
    async with sound.db.reading() as unit:
        assert [row.last_outcome for row in await list_deliveries(unit, dead=True)] == ["failed"]
    land.app.state.idp = sound
    await check(net, land, database_url, capfd)
