"""Who may speak as a client: assertions count once, junk is turned away, and honest clients are not locked out."""

import asyncio
import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from vneid_idp.clients import service as clients
from vneid_idp.clients.keys import ClientKeys
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.kernel.secrets import base64url, new_secret
from vneid_idp.protocol.client_auth import JWT_BEARER

KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=True)
STRANGER = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=True)
GRANT = {"grant_type": "client_credentials", "scope": "binding:social_account"}


@pytest.fixture
async def browser(land: Country) -> AsyncIterator[httpx.AsyncClient]:
    async with land.browser() as client:
        yield client


@pytest.fixture
async def signing(land: Country) -> RelyingParty:
    """A client that authenticates with ES256 assertions."""
    return RelyingParty(
        land,
        await land.register(
            token_endpoint_auth_method="private_key_jwt",
            token_endpoint_auth_signing_alg="ES256",
            jwks={"keys": [KEY.as_dict(private=False)]},
        ),
    )


def assertion(party: RelyingParty, key: ECKey = KEY, **changes: Any) -> dict[str, str]:
    now = party.country.watch.now() // SECOND
    claims = {"iss": party.client_id, "sub": party.client_id, "aud": ISSUER, "jti": new_secret(), "exp": now + 60}
    header = {"alg": "ES256", "kid": "k1"}
    start = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims | changes))
    signature = JWSRegistry.algorithms["ES256"].sign(start.encode(), key)
    return {"client_assertion_type": JWT_BEARER, "client_assertion": f"{start}.{base64url(signature)}"}


async def test_an_assertion_counts_once(browser: httpx.AsyncClient, signing: RelyingParty) -> None:
    form = GRANT | assertion(signing)
    assert (await browser.post("/token", data=form)).status_code == 200
    again = await browser.post("/token", data=form)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke", "/par"])
async def test_an_assertion_used_at_one_door_is_spent_at_all(
    browser: httpx.AsyncClient, signing: RelyingParty, path: str
) -> None:
    form = assertion(signing)
    assert (await browser.post("/introspect", data=form | {"token": "x"})).status_code == 200
    assert (await browser.post(path, data=GRANT | form | {"token": "x"})).status_code == 401


async def test_of_50_parallel_uses_of_an_assertion_one_wins(browser: httpx.AsyncClient, signing: RelyingParty) -> None:
    form = GRANT | assertion(signing)
    answers = await asyncio.gather(*(browser.post("/token", data=form) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49


async def test_the_memory_of_an_assertion_is_kept_longer_than_it_is_good(
    land: Country, browser: httpx.AsyncClient, signing: RelyingParty
) -> None:
    form = GRANT | assertion(signing)
    assert (await browser.post("/token", data=form)).status_code == 200
    land.watch.advance(MINUTE + 9 * SECOND)  # still within the leeway
    async with land.idp.db.writing() as unit:
        await clients.forget_assertions(unit)
    assert (await browser.post("/token", data=form)).status_code == 401


@pytest.mark.parametrize(
    "changes", [{"aud": [ISSUER]}, {"aud": f"{ISSUER}/token"}, {"aud": "https://other.example"}, {"sub": "cli_other"}]
)
async def test_audiences_and_subjects_that_are_not_exactly_right(
    browser: httpx.AsyncClient, signing: RelyingParty, changes: dict[str, Any]
) -> None:
    answer = await browser.post("/token", data=GRANT | assertion(signing, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_strangers_signature_is_refused_and_spends_nothing(
    browser: httpx.AsyncClient, signing: RelyingParty
) -> None:
    assert (await browser.post("/token", data=GRANT | assertion(signing, STRANGER, jti="j"))).status_code == 401
    assert (await browser.post("/token", data=GRANT | assertion(signing, jti="j"))).status_code == 200


async def test_the_looser_audience_is_logged_when_used(
    land: Country, browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    party = RelyingParty(
        land,
        await land.register(
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [KEY.as_dict(private=False)]},
            assertion_audience="endpoint",
        ),
    )
    caplog.set_level(logging.INFO, "vneid_idp")
    assert (await browser.post("/token", data=GRANT | assertion(party))).status_code == 200
    assert "client.assertion_to_endpoint" not in caplog.text
    land.app.state.idp = replace(land.idp, mtls_origin="https://mtls.id.example")
    for origin in (ISSUER, "https://mtls.id.example"):  # either is how clients call the endpoint (RFC 8705 section 5)
        assert (await browser.post("/token", data=GRANT | assertion(party, aud=f"{origin}/token"))).status_code == 200
    assert "client.assertion_to_endpoint" in caplog.text


async def test_unknown_clients_and_wrong_secrets_get_one_answer(
    browser: httpx.AsyncClient, party: RelyingParty
) -> None:
    answers = [
        await browser.post("/token", data=GRANT, auth=(party.client_id, "wrong")),
        await browser.post("/token", data=GRANT, auth=("cli_nobody", "wrong")),
        await browser.post("/token", data=GRANT, auth=("\0", "wrong")),
        await browser.post("/token", data=GRANT, auth=("x" * 5000, "wrong")),
    ]
    said = {(a.status_code, a.headers["www-authenticate"], a.json()["error_description"]) for a in answers}
    assert len(said) == 1
    assert answers[0].status_code == 401
    assert answers[0].headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("exact", [False, True])
async def test_a_secret_comes_either_way_or_the_same_one_by_both_unless_the_client_insists(
    land: Country, browser: httpx.AsyncClient, registered: str, exact: bool
) -> None:
    party = RelyingParty(
        land,
        await land.register(token_endpoint_auth_method=registered, require_token_endpoint_auth_method=exact),
    )
    in_form = {"client_id": party.client_id, "client_secret": party.registered.secret or ""}
    by_form = await browser.post("/token", data=GRANT | in_form)
    by_basic = await browser.post("/token", data=GRANT, auth=party.auth)
    both = await browser.post("/token", data=GRANT | in_form, auth=party.auth)
    if not exact:
        assert [answer.status_code for answer in (by_form, by_basic, both)] == [200, 200, 200]
    else:
        assert {by_form.status_code, by_basic.status_code} == {200, 401}
        assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
        assert (
            f"client_secret_basic and client_secret_post at once; it registered that it uses {registered} alone"
            in (both.json()["error_description"])
        )
    guessed = GRANT | in_form | {"client_secret": "wrong"}
    assert (await browser.post("/token", data=guessed)).json()["error"] == "invalid_client"
    twice = await browser.post("/token", data=guessed, auth=(party.client_id, "wrong"))
    assert (twice.status_code, twice.json()["error"]) == (401, "invalid_client"), "and is a guess like any other"
    unlike = await browser.post("/token", data=guessed, auth=party.auth)
    assert (unlike.status_code, unlike.json()["error"]) == (400, "invalid_request")


async def test_a_public_client_may_name_itself_by_basic_with_an_empty_secret_and_no_other_may(
    land: Country, browser: httpx.AsyncClient, party: RelyingParty
) -> None:
    public = RelyingParty(land, await land.register(token_endpoint_auth_method="none", grant_types=None))
    code = {"grant_type": "authorization_code", "code": "x"}
    gone_on = await browser.post("/token", data=code, auth=(public.client_id, ""))
    assert (gone_on.status_code, gone_on.json()["error"]) == (400, "invalid_grant")
    refused = await browser.post("/token", data=GRANT, auth=(party.client_id, ""))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_the_answer_to_another_method_says_what_was_sent_and_what_is_registered(
    land: Country, browser: httpx.AsyncClient, party: RelyingParty, signing: RelyingParty
) -> None:
    insisting = RelyingParty(land, await land.register(require_token_endpoint_auth_method=True))
    in_form = {"client_id": insisting.client_id, "client_secret": insisting.registered.secret or ""}
    posted = {"client_id": signing.client_id, "client_secret": "x"}
    for form, said in (
        (in_form, ("client_secret_post", "client_secret_basic")),
        ({"client_id": party.client_id}, ("alone", "client_secret_basic")),
        (posted, ("client_secret_post", "private_key_jwt")),
    ):
        answer = await browser.post("/token", data=GRANT | form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert all(word in answer.json()["error_description"] for word in said)
    assert (await browser.post("/token", data=GRANT, auth=insisting.auth)).status_code == 200


async def test_guessing_is_slowed_down_and_locks_nobody_out(browser: httpx.AsyncClient, party: RelyingParty) -> None:
    statuses = [
        (await browser.post("/token", data=GRANT, auth=(party.client_id, f"guess {n}"))).status_code for n in range(60)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert (await browser.post("/token", data=GRANT, auth=party.auth)).status_code == 200


async def test_a_disabled_client_is_nobody_at_every_door(land: Country, party: RelyingParty) -> None:
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, party.client_id, DEED)
    land.watch.advance(6 * SECOND)
    for path in ("/token", "/introspect", "/revoke", "/par"):
        assert (await party.post(path, token="x", **GRANT)).status_code == 401, path


async def test_a_secret_costs_no_statement_and_an_assertion_one(
    land: Country, browser: httpx.AsyncClient, party: RelyingParty, signing: RelyingParty
) -> None:
    await browser.post("/token", data=GRANT, auth=party.auth)
    before = land.idp.db.statements
    assert (await browser.post("/token", data=GRANT, auth=party.auth)).status_code == 200
    assert land.idp.db.statements == before
    await browser.post("/token", data=GRANT | assertion(signing))
    before = land.idp.db.statements
    assert (await browser.post("/token", data=GRANT | assertion(signing))).status_code == 200
    assert land.idp.db.statements == before + 1


async def test_who_failed_too_often_has_no_signature_verified(
    land: Country, browser: httpx.AsyncClient, signing: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(50):
        assert (await browser.post("/token", data=GRANT, auth=("cli_nobody", "wrong"))).status_code == 401
    verified: list[object] = []
    monkeypatch.setattr(ClientKeys, "check_signature", lambda *given: verified.append(given))
    assert (await browser.post("/token", data=GRANT | assertion(signing))).status_code == 429
    assert not verified
    monkeypatch.undo()
    elsewhere = httpx.ASGITransport(land.app, client=("198.51.100.1", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url=ISSUER) as honest:
        assert (await honest.post("/token", data=GRANT | assertion(signing))).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        b"Basic", b"Basic ", b"Basic x", b"Basic =", b"Basic ====", b"Basic \xff", b"Basic \xe1\xbb\x87", b"Basic e",
        b"Basic " + b64encode(b"\xff:\xfe"), b"Basic " + b64encode(b"no colon"), b"Basic " + b64encode(b"%ff:x"),
        b"Basic " + b64encode(b"%00:x"), b"Basic " + b64encode(b"a:%ed%a0%80"), b"Basic " + b64encode(b":"),
        b"Basic " + b"A" * 8_000, b"Bearer x", b"", b"basic\tOg==", b"Digest username=x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/token", "/par", "/introspect", "/revoke"])
async def test_a_malformed_header_is_the_clients_fault(browser: httpx.AsyncClient, path: str, header: bytes) -> None:
    answer = await browser.post(path, data=GRANT, headers=[(b"authorization", header)])
    assert answer.status_code in (400, 401), answer.text
