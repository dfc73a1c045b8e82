"""What the database undoes once is done once all the same: at a page, at a protocol endpoint, at a JSON API."""

from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import func, select

from tests.support.bindings import ACCOUNTS
from tests.support.country import Country
from tests.support.interruptions import interrupt
from tests.support.office import colleague, file_of
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from tests.support.signing_in import at_signin
from tests.support.tokens import own_token, person_token
from vneid_idp.audit.tables import events
from vneid_idp.identity.offices.roles import Role
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.storage.statement import Statement

Press = Callable[[], Awaitable[httpx.Response]]
Act = Callable[[Country, RelyingParty], Awaitable[Press]]
_KINDS = Statement(select(events.c.kind, func.count().label("number")).group_by(events.c.kind))


async def sign_in(land: Country, party: RelyingParty) -> Press:
    person, page = await at_signin(land, party)
    form = {"identifier": person.persona.username, "secret": person.persona.password}
    return lambda: person.browser.post(page.action, data={**page.hidden, **form})


async def fail_to_sign_in(land: Country, party: RelyingParty) -> Press:
    person, page = await at_signin(land, party)
    form = {"identifier": person.persona.username, "secret": "wrong password"}
    return lambda: person.browser.post(page.action, data={**page.hidden, **form})


async def withdraw(land: Country, party: RelyingParty) -> Press:
    someone = await agreed(land, party)
    consent = (await opened(someone.person, "/me/services")).hidden["consent"]
    page = await opened(someone.person, f"/me/services/withdraw?consent={consent}")
    return lambda: someone.person.browser.post("/me/services/withdraw", data=page.hidden)


async def lock(land: Country, party: RelyingParty) -> Press:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await opened(clerk, f"{(await file_of(land, clerk, 'complete')).path}/lock")
    return lambda: clerk.browser.post(page.path, data={**page.hidden, "reason": "test"})


async def disable(land: Country, party: RelyingParty) -> Press:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}"
    page = await opened(operator, path)
    return lambda: operator.browser.post(path, data={**page.hidden, "what": "disable", "reason": "test"})


async def disable_by_api(land: Country, party: RelyingParty) -> Press:
    program = await land.register(
        grant_types=["client_credentials"], response_types=[], redirect_uris=[], scope=" ".join(OPERATOR_SCOPES)
    )
    token = own_token(land, program, OPERATOR_SCOPES)
    headers, body = {"Authorization": f"Bearer {token}"}, {"by": "ops-3", "reason": "test"}
    path = f"/admin/v1/clients/{party.client_id}/disable"
    return _at(land, path, headers, body)


async def bind(land: Country, party: RelyingParty) -> Press:
    token = await person_token(land, party.registered, land.people["complete"].record.person_id)
    headers = {"Authorization": f"Bearer {token}"}
    return _at(land, ACCOUNTS, headers, {"account_id": "1"})


def _at(land: Country, path: str, headers: dict[str, str], body: dict[str, str]) -> Press:
    async def press() -> httpx.Response:
        async with land.browser() as program:
            return await program.post(path, headers=headers, json=body)

    return press


async def redeem(land: Country, party: RelyingParty) -> Press:
    someone, request = await agreed(land, party), party.request(scope="openid offline_access")
    code = await someone.code(request)
    return lambda: party.redeem(request, code)


async def refresh(land: Country, party: RelyingParty) -> Press:
    tokens = await (await agreed(land, party)).tokens(party, scope="openid offline_access")
    return lambda: party.refresh(tokens["refresh_token"])


async def revoke(land: Country, party: RelyingParty) -> Press:
    tokens = await (await agreed(land, party)).tokens(party, scope="openid offline_access")
    return lambda: party.post("/revoke", token=tokens["refresh_token"])


ACTS: list[tuple[Act, int, str | None, str]] = [
    (sign_in, 303, "signin.succeeded", "INSERT INTO events"),
    (sign_in, 303, "signin.succeeded", "FROM accounts"),
    (fail_to_sign_in, 303, "signin.failed", "INSERT INTO events"),
    (withdraw, 303, "consent.withdrawn", "INSERT INTO events"),
    (lock, 303, "account.locked", "INSERT INTO events"),
    (disable, 303, "client.disabled", "INSERT INTO events"),
    (disable_by_api, 200, "client.disabled", "INSERT INTO events"),
    (bind, 201, "binding.verified", "INSERT INTO events"),
    (redeem, 200, "grant.opened", "INSERT INTO grants"),
    (refresh, 200, "refresh.used", "UPDATE grants"),
    (revoke, 200, "grant.revoked", "INSERT INTO events"),
]


async def kinds(land: Country) -> Counter[str]:
    async with land.idp.db.reading() as unit:
        return Counter({row["kind"]: row["number"] for row in await unit.fetch(_KINDS)})


@pytest.mark.parametrize(
    ("act", "status", "kind", "text"), ACTS, ids=[f"{act.__name__}-{text.split()[-1]}" for act, *_, text in ACTS]
)
async def test_what_is_undone_once_is_done_once(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch, act: Act, status: int, kind: str, text: str
) -> None:
    press = await act(land, party)
    before = await kinds(land)
    interruption = interrupt(monkeypatch, text)
    answer = await press()
    assert answer.status_code == status, answer.text
    assert interruption.met >= 2
    assert (await kinds(land) - before)[kind] == 1


async def test_there_is_an_end_to_it(land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch) -> None:
    press = await redeem(land, party)
    before = await kinds(land)
    interruption = interrupt(monkeypatch, "INSERT INTO grants", times=99)
    assert (await press()).status_code == 503
    assert interruption.met == 5
    assert await kinds(land) == before
