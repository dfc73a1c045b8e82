"""Authorization endpoint (RFC 6749 §3.1, RFC 9126 §4, RFC 9207, FAPI 2.0 Security Profile §5.3.2.2)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.certification import MESSAGE_SIGNING, VARIANTS, WITH_QUERY, Certified
from tests.support.country import Country
from tests.support.relying_party import Page, Person, query_of
from tests.support.shortcuts import known

pytestmark = pytest.mark.asyncio(loop_scope="session")
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)


@every_variant
async def test_ensure_response_holds_code_state_and_iss_and_nothing_unknown(client: Certified) -> None:
    found = await client.answered(client.request())
    of_jarm = {"aud", "exp"} if client.variant.message_signing else set()
    assert set(found) == {"code", "state", "iss", "session_state"} | of_jarm
    assert len(found["code"]) >= 22  # 128 bits in base64url


@every_variant
async def test_ensure_query_of_redirect_uri_is_kept(client: Certified) -> None:
    request = client.request(redirect_uri=WITH_QUERY)
    answer = await client.visit(await client.pushed(request))
    found = query_of(answer.headers["location"])
    assert (found["dummy1"], found["dummy2"]) == ("lorem", "ipsum")
    answer = await client.redeem(request, (await client.read(request, answer.headers["location"]))["code"])
    assert answer.status_code == 200


@every_variant
async def test_ensure_request_without_par_fails(client: Certified) -> None:
    request = client.request()
    page = await client.someone.person.start(request)
    found = await client.read(request, str(page))
    assert found["error"] == "invalid_request"
    assert "code" not in found


@pytest.mark.parametrize("variant", MESSAGE_SIGNING, ids=str)
async def test_ensure_request_object_without_par_fails(client: Certified) -> None:
    request = client.request()
    params = request.params | {"request": client.request_object(request)}
    answer = await client.someone.person.browser.get("/authorize", params=params)
    assert (await client.read(request, answer.headers["location"]))["error"] == "invalid_request"


@every_variant
async def test_user_rejects_authentication(land: Country, client: Certified) -> None:
    person = Person(land, land.people["plain"])
    person.browser.cookies.update((await known(land, "plain")).person.browser.cookies)
    request = client.request(state="s" * 128)
    uri = await client.pushed(request)
    page = await person.open("/authorize", client_id=client.client_id, request_uri=uri)
    assert isinstance(page, Page)
    found = await client.read(request, str(await person.submit(page, answer="refuse")))
    assert found["error"] == "access_denied"
    of_jarm = {"aud", "exp"} if client.variant.message_signing else set()
    assert set(found) == {"error", "error_description", "error_uri", "state", "iss", "session_state"} | of_jarm
    assert (await client.visit(uri)).status_code == 400


@every_variant
async def test_ensure_prompt_none_without_a_session_fails_without_a_page(land: Country, client: Certified) -> None:
    request = client.request(prompt="none")
    params = {"client_id": client.client_id, "request_uri": await client.pushed(request)}
    async with land.browser() as browser:
        answer = await browser.get("/authorize", params=params)
    assert (await client.read(request, answer.headers["location"]))["error"] == "login_required"


@pytest.mark.parametrize("variant", VARIANTS[:1], ids=str)
@pytest.mark.parametrize(
    "changes",
    [{"request_uri": "urn:ietf:params:oauth:request_uri:unknown"}, {"client_id": "unknown"}, {"client_id": ""}],
    ids=["an unknown request_uri", "an unknown client", "no client"],
)
async def test_ensure_what_proves_no_redirect_uri_is_an_error_page(client: Certified, changes: dict[str, str]) -> None:
    params = {"client_id": client.client_id, "request_uri": await client.pushed(client.request())} | changes
    answer = await client.someone.person.browser.get("/authorize", params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers


@every_variant
async def test_ensure_a_posted_request_finds_who_is_signed_in(land: Country, client: Certified) -> None:
    request = client.request(prompt="none")
    form = {"client_id": client.client_id, "request_uri": await client.pushed(request)}
    async with land.browser() as elsewhere:  # a form of another site comes without cookies that are SameSite=Lax
        posted = await elsewhere.post("/authorize", data=form)
    assert posted.status_code == 303
    browser = client.someone.person.browser
    browser.cookies.extract_cookies(posted)
    answer = await browser.get(posted.headers["location"])
    assert "code" in await client.read(request, answer.headers["location"])


@pytest.mark.parametrize("variant", VARIANTS[:1], ids=str)
async def test_ensure_error_description_keeps_to_its_characters(client: Certified) -> None:
    request = client.request(scope="openid")
    page = await client.someone.person.start(request)
    described = parse_qs(urlsplit(str(page)).query)["error_description"][0]
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in described)
