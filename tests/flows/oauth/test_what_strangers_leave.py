"""Whoever is nobody leaves little here, and nothing large: requests that wait, pushed ones, registrations."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from vneid_idp.interaction.tables import interactions
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.web.limits import Limit, Secret, Subject

_COUNT = Statement(select(func.count().label("rows")).select_from(interactions))
LONG = "x" * 9_000


async def rows(land: Country) -> int:
    async with land.idp.db.reading() as unit:
        found = await unit.fetch_one(_COUNT)
    assert found is not None
    return int(found["rows"])


@pytest.fixture
async def public(land: Country) -> RelyingParty:
    """A client that anybody may speak for."""
    return RelyingParty(land, await land.register(token_endpoint_auth_method="none", grant_types=["authorization_code"],
                                                  scope="openid age"))  # fmt: skip


def few(land: Country, patch: pytest.MonkeyPatch, subject: Subject) -> None:
    """Two rows for `subject`, and many for anybody else."""
    table: dict[Any, Any] = dict(land.idp.limits._table)
    for what in (Secret.WAITING_REQUEST, Secret.PUSHED_REQUEST, Secret.REGISTRATION):
        table[what] = {each: (Limit(2 if each is subject else 1_000, 15 * MINUTE),) for each in Subject}
    patch.setattr(land.idp.limits, "_table", table)


async def ask(land: Country, how: str, party: RelyingParty, **more: str) -> httpx.Response:
    """A request of somebody who is not signed in."""
    params = party.request(scope="openid", **more).params
    async with land.browser() as browser:
        match how:
            case "get":
                return await browser.get("/authorize", params=params)
            case "post":
                return await browser.post("/authorize", data=params)
            case _:
                return await browser.post("/par", data=params)


WAYS = ("get", "post", "par")
KEPT = {"get": 303, "post": 303, "par": 201}


@pytest.mark.parametrize("how", WAYS)
async def test_a_long_request_is_refused_and_not_kept(land: Country, public: RelyingParty, how: str) -> None:
    for more in ({"login_hint": LONG}, {"nobody_knows": LONG}, {"a": "x" * 4_100, "b": "x" * 4_100}):
        answer = await ask(land, how, public, **more)
        assert answer.status_code == 400, more
    assert await rows(land) == 0
    assert (await ask(land, how, public, state="s" * 4_000)).status_code == KEPT[how]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("subject", [Subject.ADDRESS, Subject.CLIENT])
async def test_strangers_leave_so_many_requests_and_no_more(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch, how: str, subject: Subject
) -> None:
    few(land, monkeypatch, subject)
    answers = [await ask(land, how, public) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [KEPT[how], KEPT[how], 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert await rows(land) == 2


async def test_a_large_one_counts_as_several(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    assert (await ask(land, "get", public, state="s" * 4_000)).status_code == 429
    assert await rows(land) == 0


async def test_who_is_signed_in_leaves_requests_of_their_own(
    land: Country, public: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = await known(land)
    few(land, monkeypatch, Subject.ADDRESS)
    for _ in range(4):
        await ask(land, "get", public)
    for _ in range(4):
        answer = await someone.person.browser.get("/authorize", params=public.request(scope="openid").params)
        assert answer.status_code == 303
    few(land, monkeypatch, Subject.ACCOUNT)
    answers = [
        await someone.person.browser.get("/authorize", params=public.request(scope="openid").params) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 429]


async def test_strangers_cannot_use_up_what_a_client_pushes(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(land, monkeypatch, Subject.CLIENT)
    for _ in range(4):
        await ask(land, "get", party)
    pushed = [await party.post("/par", **party.request().params) for _ in range(3)]
    assert [answer.status_code for answer in pushed] == [201, 201, 429]
    assert pushed[-1].json()["error"] == "too_many_requests"


async def test_registrations_of_an_address_end_somewhere(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    few(land, monkeypatch, Subject.ADDRESS)
    async with land.browser() as browser:
        wanted = {"redirect_uris": ["https://rp.example/callback"]}
        answers = [await browser.post("/register", json=wanted) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


@pytest.mark.parametrize("subject", [Subject.ADDRESS, Subject.CLIENT])
async def test_so_do_the_changes_of_one(land: Country, monkeypatch: pytest.MonkeyPatch, subject: Subject) -> None:
    wanted = {"redirect_uris": ["https://rp.example/callback"]}
    async with land.browser() as browser:
        made = (await browser.post("/register", json=wanted)).json()
        few(land, monkeypatch, subject)
        headers = {"Authorization": f"Bearer {made['registration_access_token']}"}
        changed = {**wanted, "client_id": made["client_id"], "client_secret": made["client_secret"]}
        answers = [
            await browser.put(
                made["registration_client_uri"], json=changed | {"client_name": f"{number}"}, headers=headers
            )
            for number in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
