"""Text that no database column can hold is the visitor's mistake, and no failure of ours."""

import pytest

from tests.support.country import Country
from tests.support.pages import opened, signed_in
from tests.support.relying_party import RelyingParty


@pytest.mark.parametrize("path", ["/me/accounts", "/me/history"])
@pytest.mark.parametrize("before", ["%00", "evt_%00", "zzz", "%F0%9F", "evt_" + "0" * 2000])
async def test_a_cursor_that_is_none_leads_to_the_first_page(land: Country, path: str, before: str) -> None:
    person = await signed_in(land)
    page = await opened(person, f"{path}?before={before}")
    assert page.response.text.count("<li") == (await opened(person, path)).response.text.count("<li")


@pytest.mark.parametrize(
    "path",
    [
        "/authorize/int_%00",
        "/signin/int_%00",
        "/consent/int_%00",
        "/authorize?client_id=%00",
        "/authorize?client_id=c&request_uri=urn:ietf:params:oauth:request_uri:%00",
        "/end_session?client_id=%00&id_token_hint=%00",
        "/logos/c%00/d",
        "/logos/c/%00",
    ],
)
async def test_an_address_with_a_null_is_refused_cleanly(land: Country, path: str) -> None:
    response = await (await signed_in(land)).browser.get(path)
    assert 400 <= response.status_code < 500, response.text


async def test_a_binding_whose_name_holds_a_null_is_none(land: Country, party: RelyingParty) -> None:
    answer = await party.post("/token", grant_type="client_credentials", scope="binding:social_account")
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    for method in ("GET", "DELETE"):
        async with land.browser() as browser:
            response = await browser.request(method, "/bindings/v1/social-accounts/bind_%00", headers=headers)
        assert 400 <= response.status_code < 500, response.text


async def test_a_form_or_a_query_with_a_null_is_refused_cleanly(land: Country) -> None:
    browser = (await signed_in(land)).browser
    for path in ("/token", "/par", "/introspect", "/revoke"):
        for form in (
            {"client_id": "c\0", "client_secret": "s"},
            {"client_id": "c", "client_secret": "\0", "grant_type": "authorization_code", "code": "\0"},
        ):
            response = await browser.post(path, data=form)
            assert response.status_code in (400, 401), (path, response.text)
    for method in ("GET", "DELETE"):
        response = await browser.request(method, "/register/%00", headers={"Authorization": "Bearer x"})
        assert response.status_code in (401, 403, 404), response.text
