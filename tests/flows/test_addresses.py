"""An address is what it is, byte for byte, and nothing leads from another one to it."""

import pytest

from tests.support.country import Country
from vneid_idp.admin import contract as admin
from vneid_idp.resources import contract
from vneid_idp.web.doors import DoorKind


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


FORMS = {
    DoorKind.PAGE: "text/html; charset=utf-8",
    DoorKind.PROTOCOL: "application/json",
    DoorKind.API: "application/problem+json",
    DoorKind.CAMARA: "application/json",
}


async def test_every_door_refuses_in_the_form_of_its_kind(land: Country) -> None:
    """Also to a caller that would rather see a page: what speaks JSON speaks nothing else."""
    doors = land.app.doors
    async with land.browser() as browser:
        for door in doors:
            own = {method for other in doors if other.path == door.path for method in other.methods}
            answer = await browser.request("BREW", door.path, headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["content-type"]) == (405, FORMS[door.kind]), door.path
            own |= {"HEAD"} if "GET" in own else set()
            own |= {"OPTIONS"} if any(other.cors for other in doors if other.path == door.path) else set()
            assert set(answer.headers["allow"].split(", ")) == own
        for area in land.app.areas:
            answer = await browser.get(f"{area.prefix}nowhere", headers={"Accept": "text/html"})
            assert (answer.status_code, answer.headers["content-type"]) == (404, FORMS[area.kind]), area.prefix


def test_every_json_api_stands_in_an_area_of_its_kind(land: Country) -> None:
    published = [path for document in (contract.published() | admin.published()).values() for path in document["paths"]]
    prefixes = tuple(area.prefix for area in land.app.areas if area.kind is DoorKind.API)
    assert published
    assert [path for path in published if not path.startswith(prefixes)] == []
