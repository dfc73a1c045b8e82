"""A client names a person by their phone number, under a consent that stands, and learns of nobody else (RFC 7523)."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.authority import lock
from tests.support.carrier import SIGNING, Carrier, new_key, signed
from tests.support.country import ISSUER, Country
from tests.support.shortcuts import agreed, known
from tests.support.swaps import swap
from tests.support.visitor import shown
from vneid_idp.consent.service import list_current
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT
from vneid_idp.use_cases.withdraw_consent import withdraw_consent

SCOPE = "openid phone full_name dpv:account"


@pytest.fixture
async def caller(land: Country) -> Carrier:
    grant_types = ["authorization_code", JWT_BEARER_GRANT]
    return await Carrier.of(land, profile="camara", grant_types=grant_types, scope="openid phone full_name email")


def assertion(caller: Carrier, number: str | None, *, key: Any = SIGNING, **changes: Any) -> str:
    claims = {
        "iss": caller.client_id, "sub": f"tel:{number}", "aud": ISSUER, "jti": new_secret(),
        "iat": caller.now, "exp": caller.now + 300, "scope": SCOPE,
    }  # fmt: skip
    return signed({"alg": "ES256", "kid": "k1"}, claims | changes, key)


async def ask(caller: Carrier, text: str, **form: str) -> httpx.Response:
    async with caller.country.browser() as browser:
        return await browser.post("/token", data={"grant_type": JWT_BEARER_GRANT, "assertion": text} | form)


async def test_who_agreed_before_is_told_of_as_far_as_they_agreed(land: Country, caller: Carrier) -> None:
    someone = await agreed(land, caller)
    number = land.people["complete"].record.phone
    answer = await ask(caller, assertion(caller, number))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["scope"], body["token_type"], body["expires_in"]) == ("openid phone full_name", "Bearer", 600)
    assert not {"refresh_token", "id_token"} & body.keys()
    told = (await caller.userinfo(body["access_token"])).json()
    assert told["phone_number"] == number
    # Also for a client that authenticates beside it, with a proof of its key.
    more = await caller.post(
        "/token", grant_type=JWT_BEARER_GRANT, assertion=assertion(caller, number, aud=f"{ISSUER}/token")
    )
    assert more.json()["token_type"] == "DPoP"
    history = shown(await someone.person.open("/me/history")).text
    assert "số điện thoại" in history
    async with land.idp.db.writing() as unit:
        consent = next(iter(await list_current(unit, someone.person_id)))
        await withdraw_consent(unit, land.idp.vault, someone.person_id, consent.consent_id)
    assert (await caller.userinfo(body["access_token"])).status_code == 401
    assert (await ask(caller, assertion(caller, number))).json()["error"] == "invalid_grant"


async def test_a_number_in_another_sim_leads_to_nobody_and_what_was_told_by_it_ends(
    land: Country, caller: Carrier
) -> None:
    await agreed(land, caller)
    number = land.people["complete"].record.phone
    told = (await ask(caller, assertion(caller, number))).json()["access_token"]

    await swap(land)
    assert (await caller.userinfo(told)).status_code == 401
    assert (await ask(caller, assertion(caller, number))).json()["error"] == "invalid_grant"


async def test_from_where_a_client_authenticates_is_learnt_by_what_is_good_now_and_once(
    land: Country, caller: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(land.idp.key_readers, "proven", lambda client_id, _: seen.append(client_id))
    await agreed(land, caller)
    number = land.people["complete"].record.phone
    good = assertion(caller, number)
    for text, learnt in (
        (assertion(caller, number, iat=caller.now - 600, exp=caller.now - 300), []),
        (good, [caller.client_id]),
        (good, [caller.client_id]),
    ):
        land.watch.advance(20 * SECOND)
        await ask(caller, text)
        assert seen == learnt


async def test_everybody_of_whom_nothing_may_be_told_is_the_same(land: Country, caller: Carrier) -> None:
    left_out, locked = await known(land, "guardian"), await known(land, "foreigner")
    await left_out.agree(caller, left_out=("phone_number",))
    await locked.agree(caller)
    await land.idp.db.transact(lambda unit: lock(land, unit, locked.person_id))
    # Who agreed to nothing, not to the number, who is locked, and nobody.
    known_numbers = [land.people[slug].record.phone for slug in ("complete", "guardian", "foreigner")]
    await ask(caller, assertion(caller, "+84950000001"))  # the client is in memory now
    told = set()
    for number in ("+84950000001", *known_numbers, "+15551234567"):
        text = assertion(caller, number)
        before = land.idp.db.statements
        answer = await ask(caller, text)
        body = answer.json()
        told.add((land.idp.db.statements - before, answer.status_code, body["error"], body["error_description"]))
    assert len(told) == 1, told
    assert next(iter(told))[1:3] == (400, "invalid_grant")


async def test_an_assertion_counts_once_and_is_the_clients(land: Country, caller: Carrier) -> None:
    await agreed(land, caller)
    number = land.people["complete"].record.phone
    text = assertion(caller, number)
    answers = await asyncio.gather(*(ask(caller, text) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    forged = assertion(caller, number, key=new_key("k1"))
    assert (await ask(caller, forged)).json()["error"] == "invalid_client"
    other = await Carrier.of(land, profile="camara", grant_types=["client_credentials", JWT_BEARER_GRANT])
    stolen = await other.post("/token", grant_type=JWT_BEARER_GRANT, assertion=assertion(caller, number))
    assert stolen.json()["error"] == "invalid_grant"
    unregistered = await Carrier.of(land, profile="camara")
    assert (await ask(unregistered, assertion(unregistered, number))).json()["error"] == "unauthorized_client"


async def test_what_a_client_once_signed_authenticates_nobody(land: Country) -> None:
    """A request object goes through browsers, and an assertion that was used may stand in a log."""
    carrier = await Carrier.of(land)
    browsed = {"iss": carrier.client_id, "aud": ISSUER, "exp": carrier.now - 3_600, "scope": "openid"}
    kept = (
        signed({"alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt"}, browsed, SIGNING),
        carrier.assertion()["client_assertion"],
    )
    async with land.browser() as stranger:
        for path in ("/introspect", "/revoke", "/par", "/device_authorization", "/backchannel-authentication"):
            for text in kept:
                for named in ({}, {"client_id": carrier.client_id}):
                    form = {"grant_type": JWT_BEARER_GRANT, "assertion": text, "token": "a", **named}
                    answer = await stranger.post(path, data=form)
                    error = "invalid_client" if named else "invalid_request"
                    assert (answer.is_error, answer.json().get("error")) == (True, error), (path, answer.text)
