"""What is shown once stays for some minutes, whatever the browser does, to whoever made it; nothing is made anew."""

import re

import pytest

from tests.support.country import Country
from tests.support.events import recorded
from tests.support.office import at_desk, colleague, file_of
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import MINUTE


async def _code(land: Country, _: RelyingParty, clerk: Person) -> Page:
    return await at_desk(clerk, await file_of(land, clerk, "complete"), "code")


async def _rotated(_: Country, party: RelyingParty, operator: Person) -> Page:
    path = f"/console/clients/{party.client_id}"
    page = await opened(operator, path)
    return await post(operator, page, path, what="rotate", reason="yearly", overlap="24", seen=page.hidden["seen"])


async def _registered(_: Country, __: RelyingParty, operator: Person) -> Page:
    path = "/console/clients/+"
    what = {"grant_types": "client_credentials", "token_endpoint_auth_method": "client_secret_basic"}
    page = await opened(operator, path)
    return await post(operator, page, path, client_name="Sổ Đỏ", scope="openid", reason="Ticket 4", **what)


@pytest.mark.parametrize(
    ("make", "event"),
    [(_code, "activation.issued"), (_rotated, "client.secret_rotated"), (_registered, "client.registered")],
)
async def test_it_is_there_after_a_reload_and_in_the_other_language(
    land: Country, party: RelyingParty, make: object, event: str
) -> None:
    maker = await colleague(land, "plain", Role.CLERK, Role.OPERATOR)
    page = await make(land, party, maker)  # type: ignore[operator]
    made, before = re.findall(r'<code class="mono">([^<]+)</code>', page.response.text), await recorded(land, event)
    assert page.response.request.method == "GET", "a reload sends nothing again"
    assert made
    for again in (page.path, f"{page.path}?lang=en"):
        text = (await opened(maker, again)).response.text
        assert all(each in text for each in made), again
    other = await colleague(land, "plain")
    other.browser.cookies.set("vneid_idp_shown", maker.browser.cookies["vneid_idp_shown"])
    for elapsed, who in ((0, other), (10 * MINUTE, maker)):
        land.watch.advance(elapsed)
        answer = await who.browser.get(page.path)
        assert not any(each in answer.text for each in made if not each.startswith("cli_")), who
    assert await recorded(land, event) == before
