"""An address is what it is, byte for byte, and nothing leads from another one to it."""

import pytest

from tests.support.country import Country


@pytest.mark.parametrize("path", ["/me/", "/token/", "/bindings/v1/social-accounts/", "/healthz/"])
async def test_a_slash_more_is_another_address_and_no_redirect_to_a_hostile_host(land: Country, path: str) -> None:
    async with land.browser() as browser:
        answer = await browser.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


async def test_an_address_that_no_database_could_hold_is_nobodys(land: Country) -> None:
    async with land.browser() as browser:
        answer = await browser.get("/register/%00", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401
