"""A browser becomes somebody's phone: who may enrol one, what it knows, and how it ceases to answer."""

import re

import pytest

from tests.support.country import Country
from tests.support.pages import opened
from tests.support.phones import Phone
from tests.support.relying_party import Person
from tests.support.visitor import shown
from vneid_idp.kernel.clock import MINUTE

SECURITY = "/me/security"
ENROL, NEW, OWN = "/phone/enrol", "/phone/enrol/new", "/phone/enrol/own"


async def test_a_browser_becomes_a_phone_and_its_holder_removes_it(land: Country) -> None:
    phone = Phone(land, "complete")
    assert "Trả lời yêu cầu bằng điện thoại này" in (await phone.open()).text
    await phone.enrol()
    home = await phone.open()
    assert "Nguyễn Thị Minh Anh".upper() in home.text.upper()
    # The app goes on answering when the browser is signed out of everything else.
    phone.person.browser.cookies.delete("vneid_idp_session")
    assert "Chưa có yêu cầu nào" in (await phone.open()).text
    holder = Person(land, land.people["complete"])
    await holder.sign_in(await holder.open("/signin"))
    listed = await opened(holder, SECURITY)
    assert "Phones that answer" not in listed.text
    assert f"{SECURITY}/phone/remove" not in listed.response.text, "removing takes two fresh proofs"
    second = Phone(land, "complete")
    await second.sign_in()
    link = re.search(rf'href="({SECURITY}/phone/remove\?phone=[^"]+)"', (await second.open(SECURITY)).response.text)
    assert link is not None
    left = shown(await second.person.submit(await second.open(link[1])))
    assert (left.path, link[1] in left.response.text) == (SECURITY, False)
    assert "Trả lời yêu cầu bằng điện thoại này" in (await phone.open()).text


async def test_its_passkey_removed_a_phone_answers_no_more(land: Country) -> None:
    phone = Phone(land, "complete")
    await phone.enrol()
    page = await phone.open(SECURITY)
    link = re.search(rf'href="({SECURITY}/passkey/remove\?passkey=[^"]+)"', page.response.text)
    assert link is not None
    await phone.person.submit(await phone.open(link[1]))
    assert "Trả lời yêu cầu bằng điện thoại này" in (await phone.open()).text


async def test_enrolling_takes_two_fresh_proofs(land: Country) -> None:
    phone = Phone(land, "complete")
    assert (await phone.open(ENROL)).path == "/signin"
    page = shown(await phone.person.sign_in(await phone.open(ENROL)))
    assert page.path == "/signin/second"
    await phone.person.second(page)
    page = await phone.open(ENROL)
    assert page.path == ENROL
    land.watch.advance(16 * MINUTE)
    refused = await phone.unlock(page, NEW, new=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_proof_needed")


async def test_a_phone_answers_for_an_account_of_level_2_alone(land: Country) -> None:
    phone = Phone(land, "level-1")
    await phone.sign_in()
    page = await phone.open(ENROL)
    assert (page.response.status_code, "mức độ 2" in page.text) == (403, True)
    home = await phone.open(SECURITY)
    assert (await phone.unlock(home, NEW, new=True)).json()["code"] == "level_too_low"


async def test_a_passkey_that_the_phone_has_already_enrols_it_and_no_other_persons(land: Country) -> None:
    phone = Phone(land, "complete")
    await phone.enrol()
    phone.person.browser.cookies.delete("vneid_idp_phone")
    land.watch.advance(MINUTE)
    again = await phone.unlock(await phone.open(ENROL), OWN)
    assert again.status_code == 200, again.text
    phone.lock.attachment = "cross-platform"
    elsewhere = await phone.unlock(await phone.open(ENROL), OWN)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "passkey_elsewhere")
    phone.lock.attachment = "platform"
    assert (await phone.open(SECURITY)).response.text.count("/phone/remove?") == 1, "the same phone, and no second one"
    other = Phone(land, "plain")
    await other.sign_in()
    other.lock = phone.lock
    refused = await other.unlock(await other.open(ENROL), OWN)
    assert (refused.status_code, refused.json()["code"]) == (400, "passkey_refused")


@pytest.mark.parametrize("cookie", ["x", ""])
async def test_a_made_up_cookie_is_nobodys_phone(land: Country, cookie: str) -> None:
    phone = Phone(land, "complete")
    phone.person.browser.cookies.set("vneid_idp_phone", cookie)
    assert "Trả lời yêu cầu bằng điện thoại này" in (await phone.open()).text
