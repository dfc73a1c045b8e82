"""In the sandbox an error leads to a page that says what arrived, and shows no secret of it."""

import html
import re
from base64 import b64encode

import pytest

from tests.support.country import REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty, query_of
from tests.support.tokens import own_token

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_the_page_shows_what_was_posted_and_none_of_its_secrets(land: Country, party: RelyingParty) -> None:
    request = party.request()
    answer = await party.redeem(request, "a-code-that-is-none", token_type_hint="x" * 300)
    assert answer.status_code == 400
    async with land.browser() as browser:
        page = await browser.get(answer.json()["error_uri"])
        assert page.status_code == 200
        text = html.unescape(page.text)
        for shown in (
            "invalid_grant",
            "POST",
            "/token",
            "authorization_code",
            REDIRECT_URI,
            "code_verifier",
            "x" * 200,
        ):
            assert shown in text, shown
        for kept in ("a-code-that-is-none", request.verifier, party.registered.secret or "", "x" * 201):
            assert kept not in text, kept
        assert (await browser.get("/sandbox/errors/req_unknown")).status_code == 404


async def test_the_page_shows_what_stood_in_the_address(land: Country, party: RelyingParty) -> None:
    async with land.browser() as browser:
        asked = party.request(prompt="none login", login_hint="0123456789").params
        location = (await browser.get("/authorize", params=asked)).headers["location"]
        page = await browser.get(query_of(location)["error_uri"])
    text = html.unescape(page.text)
    for shown in ("invalid_request", "/authorize", "none login", party.client_id):
        assert shown in text, shown
    for kept in ("0123456789", asked["state"], asked["nonce"], asked["code_challenge"]):
        assert kept not in text, kept


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/bindings/v1/social-accounts", 422, "malformed"),
        ("GET", "/bindings/v1/social-accounts/bind_none", 404, "not_found"),
        ("GET", "/bindings/v1/nothing", 404, "not_found"),
        ("DELETE", "/bindings/v1/social-accounts/status", 405, "method_not_allowed"),
        ("GET", "/nothing-at-all", 404, "not_found"),
    ],
)
async def test_a_program_that_misses_an_address_or_a_form_is_led_to_a_page_that_explains_it(
    land: Country, party: RelyingParty, method: str, path: str, status: int, code: str
) -> None:
    headers = {"Authorization": f"Bearer {own_token(land, party.registered)}", "Accept": "application/json"}
    async with land.browser() as browser:
        answer = await browser.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        page = await browser.get(answer.json()["instance"])
        assert page.status_code == 200
        assert code in page.text
        assert path in page.text
        # A person who mistypes an address fills no memory with it.
        assert "/sandbox/errors/" not in (await browser.get("/nothing", headers={"Accept": "text/html"})).text


async def test_a_redirect_mismatch_lists_what_is_registered_and_marks_the_difference(
    land: Country, party: RelyingParty
) -> None:
    async with land.browser() as browser:
        asked = party.request(redirect_uri=f"{REDIRECT_URI}/%3Cb%3E").params
        refused = await browser.get("/authorize", params=asked, headers={"Accept": "text/html"})
        assert refused.status_code == 400
        assert REDIRECT_URI not in refused.text, "the page for people says nothing of the registration"
        [address] = re.findall(r'href="([^"]*/sandbox/errors/[^"]+)"', refused.text)
        page = await browser.get(address)
    assert page.status_code == 200
    assert f"{REDIRECT_URI}<mark>/%3Cb%3E</mark>" in page.text
    assert f'<code class="mono">{REDIRECT_URI}</code>' in page.text
    # What was expected is an address, and not "every parameter once".
    assert "Địa chỉ mà ứng dụng đã đăng ký, đúng từng ký tự." in page.text


async def explained(land: Country, address: str) -> str:
    async with land.browser() as browser:
        page = await browser.get(address, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    return html.unescape(page.text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"response_mode": "web_message"}, ("response_mode=query, fragment, form_post", "Multiple Response Types")),
        ({"code_challenge_method": None}, ("It was left out, which means plain", "BASE64URL(SHA256(code_verifier))")),
        ({"code_challenge": None, "code_challenge_method": None, "nonce": None}, ("Turn on PKCE",)),
        ({"resource": "https://api.example"}, ("Name it in the authorization request",)),
        ({"response_type": "id_token"}, ("response_type: 'code'",)),
        ({"prompt": "none login"}, ("Every required parameter once", "RFC 6749 §4.1.2.1")),
    ],
)
async def test_an_authorization_request_is_explained_by_its_mistake(
    land: Country, party: RelyingParty, asked: dict[str, str | None], said: tuple[str, ...]
) -> None:
    async with land.browser() as browser:
        location = (await browser.get("/authorize", params=party.request(**asked).params)).headers["location"]
    text = await explained(land, query_of(location)["error_uri"])
    for words in said:
        assert words in text, words


async def test_a_request_of_a_client_is_explained_by_its_mistake(land: Country, party: RelyingParty) -> None:
    """Each error code has many causes; what is expected and how to mend it are of this one."""
    own = {"grant_type": "client_credentials", "scope": "binding:social_account"}
    registering = {"redirect_uris": ["http://localhost:3200/cb"], "scope": "openid offline_access"}
    async with land.browser() as browser:
        as_json = await browser.post("/token", json=own, auth=party.auth)
        two_ways = await browser.post("/token", data=own | {"client_secret": "another"}, auth=party.auth)
        without_grant_type = await browser.post("/token", data={}, auth=party.auth, headers=FORM)
        unkept = await browser.post("/register", json=registering)
    for answer, shown in (
        (as_json, ("as new URLSearchParams", "application/json", "Basic •••")),
        (two_ways, ("One way to authenticate", "client_secret_basic and client_secret_post", "Basic •••", "§2.3")),
        (without_grant_type, ("Every required parameter once", "RFC 6749 §5.2")),
        (unkept, ('Register "grant_types": ["authorization_code", "refresh_token"]',)),
    ):
        assert answer.status_code == 400, answer.text
        text = await explained(land, answer.json()["error_uri"])
        for words in shown:
            assert words in text, words
        for kept in (party.registered.secret or "", b64encode(":".join(party.auth).encode()).decode(), "another"):
            assert kept not in text, kept
