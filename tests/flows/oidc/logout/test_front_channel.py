"""Signing out is told to services in frames of the browser (OpenID Connect Front-Channel Logout 1.0)."""

import re
from html import unescape

import pytest

from tests.support.back_channel import OUT, signed_in
from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.relying_party import Page, Person, RelyingParty, query_of
from tests.support.visitor import shown
from vneid_idp.clients.service import disable

FRONT = "http://localhost:9999/front?keep=1"
ELSEWHERE = "https://hai.example"


@pytest.fixture
async def party(land: Country) -> RelyingParty:
    members = {"post_logout_redirect_uris": [OUT], "frontchannel_logout_uri": FRONT}
    return RelyingParty(land, await land.register(**members))


async def another(land: Country) -> RelyingParty:
    """A second service, at another origin."""
    members = {"redirect_uris": [f"{ELSEWHERE}/callback"], "frontchannel_logout_uri": f"{ELSEWHERE}/front"}
    return RelyingParty(land, await land.register(client_name="Hai", **members))


def framed(page: Page) -> list[str]:
    return [unescape(address) for address in re.findall(r'<iframe src="([^"]+)"', page.response.text)]


def may_be_framed(page: Page) -> set[str]:
    found = re.search(r"frame-src ([^;]+)", page.response.headers["content-security-policy"])
    assert found
    return set(found[1].split())


async def signed_out(person: Person, **params: str) -> Page:
    """Ask to sign out, and confirm it; the page that follows."""
    page = await person.submit(shown(await person.open("/end_session", **params)))
    assert isinstance(page, Page), page
    return page


async def test_each_service_of_the_session_is_framed_and_no_other(
    land: Country, person: Person, party: RelyingParty
) -> None:
    other, never = await another(land), await another(land)
    one = await party.claims((await signed_in(person, party))["id_token"])
    request = other.request(redirect_uri=f"{ELSEWHERE}/callback")
    away = await person.submit(shown(await person.start(request)), answer="agree")
    two = await other.claims((await other.redeem(request, request.read_answer(str(away))["code"])).json()["id_token"])
    await signed_in(Person(land, land.people["plain"]), party)
    page = await signed_out(person)
    assert may_be_framed(page) == {"http://localhost:9999", ELSEWHERE}
    addresses = {address.partition("?")[0]: query_of(address) for address in framed(page)}
    assert addresses == {
        "http://localhost:9999/front": {"keep": "1", "iss": ISSUER, "sid": one["sid"]},
        f"{ELSEWHERE}/front": {"iss": ISSUER, "sid": two["sid"]},
    }
    assert one["sid"] != two["sid"]
    assert never.registered.client.client_name not in page.text


async def test_the_page_goes_on_to_the_service_with_and_without_scripts(person: Person, party: RelyingParty) -> None:
    tokens = await signed_in(person, party)
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT, "state": "a</script>"}
    page = await signed_out(person, **asked)
    there = f"{OUT}?state=a%3C%2Fscript%3E"
    assert len(framed(page)) == 1
    assert f'location.replace("{there}")' in page.response.text
    assert f'<noscript><meta http-equiv="refresh" content="4; url={there}"></noscript>' in page.response.text
    assert f'href="{there}"' in page.response.text


async def test_without_an_address_the_page_stays(person: Person, party: RelyingParty) -> None:
    await signed_in(person, party)
    page = await signed_out(person)
    assert len(framed(page)) == 1
    assert "http-equiv" not in page.response.text
    assert "location.replace" not in page.response.text
    assert "vneid_idp_session" not in person.browser.cookies


async def test_who_has_no_front_channel_or_is_out_of_service_is_not_framed(
    land: Country, person: Person, party: RelyingParty
) -> None:
    silent = RelyingParty(land, await land.register(post_logout_redirect_uris=[OUT]))
    tokens = await signed_in(person, silent)
    await signed_in(person, party)
    async with land.idp.db.writing() as unit:
        await disable(unit, party.client_id, DEED)
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": OUT}
    assert await person.submit(shown(await person.open("/end_session", **asked))) == OUT


@pytest.mark.parametrize("channel", [None, "frontchannel_logout_uri", "backchannel_logout_uri"])
async def test_only_who_is_told_of_log_outs_is_given_a_name_for_the_session(
    land: Country, person: Person, channel: str | None
) -> None:
    party = RelyingParty(land, await land.register(**({} if channel is None else {channel: FRONT})))
    claims = await party.claims((await signed_in(person, party))["id_token"])
    assert ("sid" in claims) is (channel is not None)
