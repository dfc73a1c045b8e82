"""The population registry does not answer: what needs it says so, in words for whoever knocks, and all else goes on."""

from typing import Any

import httpx
import pytest

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.registry import client
from tests.support.relying_party import Person, RelyingParty
from tests.support.shortcuts import agreed
from tests.support.tokens import person_token
from tests.support.visitor import Page
from vneid_idp.identity.register.records import RegistryHealth

OFFLINE = "openid age offline_access"


@pytest.fixture
def out(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """No registry answers any more."""

    def nobody(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    asked = client(land.watch, httpx.MockTransport(nobody))
    for name in ("find", "find_by_number", "find_many", "children_of"):
        monkeypatch.setattr(type(land.idp.registry), name, lambda _, *given, name=name: getattr(asked, name)(*given))
    monkeypatch.setattr(type(land.idp.registry), "health", property(lambda _: asked.health))


async def test_what_needs_no_registry_goes_on(land: Country, party: RelyingParty, request: Any) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=OFFLINE)
    request.getfixturevalue("out")
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    assert "access_token" in await someone.tokens(party, scope=OFFLINE)


async def test_a_sign_in_is_told_to_wait_in_both_languages(land: Country, request: Any) -> None:
    request.getfixturevalue("out")
    persona = land.people["plain"]
    for language, words in (("vi", "Cơ sở dữ liệu dân cư hiện không phản hồi"), ("en", "The population registry does")):
        person = Person(land, persona)
        person.browser.headers["Accept-Language"] = language
        page = await person.open("/signin")
        assert isinstance(page, Page)
        answer = await person.submit(page, identifier=persona.username, secret=persona.password)
        assert isinstance(answer, Page)
        assert answer.response.status_code == 503
        assert answer.response.headers["retry-after"] == "30"
        assert words in answer.text


async def test_a_network_is_told_to_wait(land: Country, party: RelyingParty, request: Any) -> None:
    token = await person_token(land, party.registered, land.people["plain"].record.person_id)
    request.getfixturevalue("out")
    async with land.browser() as network:
        answer = await network.post(ACCOUNTS, json={"account_id": "1"}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "registry_unavailable",
        "30",
    )


async def test_health_tells_how_the_registry_answers_and_stays_good(land: Country, request: Any) -> None:
    async with land.browser() as prober:
        assert (await prober.get("/healthz")).json() == {
            "status": "ok",
            "registry": "ok",
            "registry_changes_set_aside": 0,
            "instructions_overdue_seconds": 0,
        }
        request.getfixturevalue("out")
        for expected in (RegistryHealth.DEGRADED, RegistryHealth.UNREACHABLE):
            await prober.get("/sandbox/as/plain")
            await prober.get("/signin")
            answer = await prober.get("/healthz")
            assert (answer.status_code, answer.json()) == (
                200,
                {
                    "status": "ok",
                    "registry": expected,
                    "registry_changes_set_aside": 0,
                    "instructions_overdue_seconds": 0,
                },
            )
