"""Resource servers of others at the console: registered, changed as far as people's agreement bears it, and removed."""

from tests.support.country import Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import fields, opened, post
from tests.support.relying_party import Page, Person
from tests.support.resource_servers import registration
from vneid_idp.clients import resource_servers
from vneid_idp.identity.offices.roles import Role
from vneid_idp.protocol.resource_servers import read_server

PATH = "/console/resource-servers"
NEW = {
    "resource": "https://tickets.example/api", "resource_name": "Vé Việt", "family": "ve-viet", "clients": "cli_a",
    "access_token_signing_alg": "ES256", "scope-0": "tickets:buy", "title-vi-0": "Mua vé", "title-en-0": "Buy tickets",
    "scope-3": "tickets:list", "title-vi-3": "Xem các chuyến", "title-en-3": "See departures", "own-3": "1",
}  # fmt: skip


async def send(operator: Person, path: str, values: dict[str, str] | None = None, page: Page | None = None) -> Page:
    """Send the form of a page with what it holds, and `values` over it."""
    page = page or await opened(operator, path)
    held = {name: value for name, value in fields(page).items() if name != "csrf_token"}
    why = {"reason": "Asked for in ticket 4711", "access_token_signing_alg": "ES256"}
    return await post(operator, page, path, **(held | why | (values or {})))


async def test_a_resource_server_is_registered_changed_and_removed(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    refused = await send(operator, f"{PATH}/+", NEW)
    assert "Không có tổ chức nào có mã này" in refused.text
    assert 'id="family-error"' in refused.response.text
    await send(operator, "/console/families", {"family": "ve-viet", "name": "Vé Việt"})
    made = await send(operator, f"{PATH}/+", NEW)
    async with land.idp.db.reading() as unit:
        (server,) = await resource_servers.page(unit)
    assert made.path == f"{PATH}/{server.server_id}"
    assert server.members == read_server(registration(), land.idp.issuer), "as the same file registers it"
    for wrong, words in (
        ({}, "Đã có máy chủ tài nguyên ở địa chỉ này"),
        ({"resource": f"{land.idp.issuer}/x"}, "Địa chỉ (resource): không được là địa chỉ của chính hệ thống này"),
        ({"scope-0": "openid"}, "openid là phạm vi của chính hệ thống này"),
    ):
        assert words in (await send(operator, f"{PATH}/+", NEW | wrong)).text

    change = f"{made.path}/change"
    before = await opened(operator, change)
    moved = await send(
        operator, change, {"resource_name": "Vé Nam", "resource": "https://elsewhere.example", "own-1": "1"}
    )
    assert (moved.path, "https://tickets.example/api" in moved.text) == (made.path, True), "an address stays"
    late = await send(operator, change, {"resource_name": "Vé Bắc"}, before)
    assert late.response.status_code == 412
    retitled = await send(operator, change, {"title-vi-0": "Bán vé", "own-1": "1"})
    assert "người dùng đã đồng ý với tiêu đề của tickets:buy" in retitled.text
    assert (await recorded(land, "resource_server.changed"))[-1].count("ticket 4711") == 1
    assert len(await recorded(land, "resource_server.changed")) == 1

    gone = await send(operator, f"{made.path}/remove", page=await opened(operator, made.path))
    assert (gone.path, "Vé Nam" in gone.text) == (PATH, False)
    assert len(await recorded(land, "resource_server.removed")) == 1
    assert (await operator.browser.get(made.path)).status_code == 404
