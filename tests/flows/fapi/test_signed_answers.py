"""Authorization responses as one JWT (JARM): in each mode, answers and errors, signed and encrypted."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from tests.support.carrier import Carrier
from tests.support.country import ISSUER, REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty, Request
from tests.support.shortcuts import agreed
from vneid_idp.kernel.clock import SECOND

MODES = ("jwt", "query.jwt", "fragment.jwt", "form_post.jwt")


async def answer_to(browser: httpx.AsyncClient, request: Request) -> dict[str, str]:
    """The parameters that the browser carries."""
    response = await browser.get("/authorize", params=request.params)
    if request.params["response_mode"] == "form_post.jwt":
        assert f'action="{REDIRECT_URI}"' in response.text
        return dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', response.text))
    address = urlsplit(response.headers["location"])
    assert response.headers["location"].startswith(REDIRECT_URI)
    of_mode, other = address.query, address.fragment
    if request.params["response_mode"] == "fragment.jwt":
        of_mode, other = other, of_mode
    assert other == ""
    return {name: values[0] for name, values in parse_qs(of_mode, strict_parsing=True).items()}


@pytest.mark.parametrize("mode", MODES)
async def test_an_answer_is_one_jwt(land: Country, party: RelyingParty, mode: str) -> None:
    someone = await agreed(land, party)
    for browser, expected in ((someone.person.browser, "code"), (land.browser(), "error")):
        request = party.request(response_mode=mode, prompt="none")
        found = await answer_to(browser, request)
        assert set(found) == {"response"}
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


@pytest.mark.parametrize(
    ("registered", "alg"),
    [({}, "RS256"), ({"authorization_signed_response_alg": "PS256"}, "PS256")],
)
async def test_it_is_signed_as_the_client_registered(land: Country, registered: dict[str, Any], alg: str) -> None:
    party = RelyingParty(land, await land.register(**registered))
    found = await answer_to((await agreed(land, party)).person.browser, party.request(response_mode="jwt"))
    assert header_of(found["response"])["alg"] == alg
    assert header_of(found["response"])["kid"]


async def test_for_the_financial_grade_it_is_signed_with_nothing_weak(land: Country) -> None:
    carrier = await Carrier.of(land)
    someone = await agreed(land, carrier)
    pushed = (await carrier.push(carrier.request(scope="openid", response_mode="jwt"))).json()["request_uri"]
    answer = await someone.person.browser.get(
        "/authorize", params={"client_id": carrier.client_id, "request_uri": pushed}
    )
    text = parse_qs(urlsplit(answer.headers["location"]).query)["response"][0]
    assert header_of(text)["alg"] == "ES256"
    assert "code" in await carrier.claims(text)


async def test_it_is_encrypted_for_who_registered_that(land: Country) -> None:
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


def header_of(token: str) -> dict[str, Any]:
    from joserfc.jws import extract_compact

    return dict(extract_compact(token.encode()).headers())
