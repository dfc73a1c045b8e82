"""Authorization responses as one JWT (JARM): for clients of Message Signing, and in each mode for whoever asks."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact

from tests.support.certification import MESSAGE_SIGNING, Certified, Variant
from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty, Request
from tests.support.shortcuts import agreed
from vneid_idp.kernel.clock import SECOND

pytestmark = pytest.mark.asyncio(loop_scope="session")
of_message_signing = pytest.mark.parametrize("variant", MESSAGE_SIGNING, ids=str)
MODES = ("jwt", "query.jwt", "fragment.jwt", "form_post.jwt")


def header_of(token: str) -> dict[str, Any]:
    return dict(extract_compact(token.encode()).headers())


@of_message_signing
@pytest.mark.parametrize("registered", [{}, {"authorization_signed_response_alg": None}], ids=["PS256", "no alg"])
async def test_ensure_response_is_signed_with_an_algorithm_of_the_profile(
    land: Country, variant: Variant, registered: dict[str, Any]
) -> None:
    client = await Certified.of(land, variant, "jarm", **registered)
    answer = await client.visit(await client.pushed(client.request()))
    (text,) = parse_qs(urlsplit(answer.headers["location"]).query)["response"]
    assert header_of(text)["alg"] == ("ES256" if registered else "PS256")
    assert header_of(text)["kid"]


@of_message_signing
@pytest.mark.parametrize("mode", MODES)
async def test_ensure_pushed_response_mode_succeeds(client: Certified, mode: str) -> None:
    request = client.request(response_mode=mode)
    answer = await client.visit(await client.pushed(request))
    claims = await client.claims(carried(answer, mode)["response"])
    assert (await client.redeem(request, claims["code"])).status_code == 200


def carried(answer: httpx.Response, mode: str) -> dict[str, str]:
    """The parameters that the browser carries, and that they stand where the mode says."""
    if mode == "form_post.jwt":
        assert f'action="{REDIRECT_URI}"' in answer.text
        return dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', answer.text))
    address = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(REDIRECT_URI)
    of_mode, other = address.query, address.fragment
    if mode == "fragment.jwt":
        of_mode, other = other, of_mode
    assert other == ""
    return {name: values[0] for name, values in parse_qs(of_mode, strict_parsing=True).items()}


async def answer_to(browser: httpx.AsyncClient, request: Request) -> dict[str, str]:
    return carried(await browser.get("/authorize", params=request.params), request.params["response_mode"])


@pytest.mark.parametrize("mode", MODES)
async def test_ensure_answers_and_errors_are_one_jwt(land: Country, mode: str) -> None:
    party = RelyingParty(land, await land.register())
    someone = await agreed(land, party)
    for browser, expected in ((someone.person.browser, "code"), (land.browser(), "error")):
        request = party.request(response_mode=mode, prompt="none")
        found = await answer_to(browser, request)
        assert set(found) == {"response"}
        assert header_of(found["response"])["alg"] == "RS256"
        claims = await party.claims(found["response"])
        assert (claims["iss"], claims["aud"], claims["state"]) == (ISSUER, party.client_id, request.params["state"])
        assert 10 <= claims["exp"] - land.watch.now() // SECOND <= 600
        assert expected in claims
        more = {"code"} if expected == "code" else {"error", "error_description", "error_uri"}
        assert set(claims) == {"iss", "aud", "exp", "state", "session_state", *more}
        if expected == "code":
            assert (await party.redeem(request, claims["code"])).status_code == 200
        else:
            assert claims["error"] == "login_required"


async def test_ensure_response_is_encrypted_for_who_registered_that(land: Country) -> None:
    key = ECKey.generate_key("P-256", {"kid": "e1", "use": "enc"}, private=True)
    members = {
        "authorization_encrypted_response_alg": "ECDH-ES", "authorization_encrypted_response_enc": "A256GCM",
        "jwks": {"keys": [key.as_dict(private=False)]},
    }  # fmt: skip
    party = RelyingParty(land, await land.register(**members))
    found = await answer_to((await agreed(land, party)).person.browser, party.request(response_mode="jwt"))
    opened = jwe.decrypt_compact(found["response"], key).plaintext
    assert opened is not None
    assert "code" in await party.claims(opened.decode())
