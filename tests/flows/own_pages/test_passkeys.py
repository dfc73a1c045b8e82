"""A person's passkeys at the security page: each has a name, which can be changed, and removing one is asked about."""

import json
import re

import pytest

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.pages import opened, proven_twice
from tests.support.relying_party import Page, Person
from tests.support.signing_in import add_passkey, post_json, use_passkey
from tests.support.visitor import shown
from vneid_idp.kernel.clock import SECOND

SECURITY = "/me/security"


def led_to(page: Page, what: str) -> list[str]:
    """The addresses behind the links that rename or remove."""
    return re.findall(rf'href="({SECURITY}/passkey/{what}\?[^"]+)"', page.response.text)


async def add(person: Person, name: str) -> None:
    person.country.watch.advance(SECOND)
    page = shown(await person.open(SECURITY))
    path = f"{SECURITY}/passkey"
    given = (await post_json(person, page, f"{path}/options", {})).json()
    answer = Authenticator(ISSUER).create(json.dumps(given["options"]))
    added = await post_json(person, page, path, {"sealed": given["sealed"], "answer": answer, "name": name})
    assert added.status_code == 200, added.text


@pytest.fixture
async def person(land: Country) -> Person:
    """Somebody who gave two proofs."""
    someone = Person(land, land.people["complete"])
    await someone.sign_in(await someone.open("/signin"))
    await proven_twice(someone)
    return someone


async def test_a_passkey_without_a_name_gets_one_that_its_holder_can_change(land: Country, person: Person) -> None:
    for name in ("", "Máy tính", ""):
        await add(person, name)
    page = await opened(person, SECURITY)
    for name in ("Khóa truy cập 1", "Khóa truy cập 2", "Máy tính"):
        assert name in page.text
    form = await opened(person, led_to(page, "rename")[0])
    assert 'value="Khóa truy cập 1"' in form.response.text
    nameless = shown(await person.submit(form, name="  "))
    assert (nameless.response.status_code, "Hãy nhập tên." in nameless.text) == (422, True)
    page = shown(await person.submit(form, name=" Chìa khóa trắng "))
    assert (page.path, "Chìa khóa trắng" in page.text, "Khóa truy cập 1" in page.text) == (SECURITY, True, False)


async def test_removing_is_asked_about_once_and_says_what_is_left(land: Country, person: Person) -> None:
    for name in ("Cũ", "Mới"):
        await add(person, name)
    page = await opened(person, SECURITY)
    asked = await opened(person, led_to(page, "remove")[0])
    assert "Xóa khóa truy cập (passkey) “Cũ”?" in asked.text
    assert "Bằng 1 khóa truy cập (passkey) khác." in asked.text
    assert "••• 001" in asked.text
    # Looking is not removing.
    assert "Cũ" in (await opened(person, SECURITY)).text
    left = shown(await person.submit(asked))
    assert (left.path, "Cũ" in left.text, "Mới" in left.text) == (SECURITY, False, True)
    assert "đã bị xóa khỏi tài khoản của bạn. · “Cũ”" in " ".join((await opened(person, "/me/history")).text.split())
    # Of a passkey that is gone, or another person's, there is nothing to ask.
    assert (await opened(person, str(asked.response.request.url))).path == SECURITY


async def test_the_last_second_proof_is_not_taken_away_unawares(land: Country) -> None:
    device = Authenticator(ISSUER)
    await add_passkey(land, "no-phone", device)
    person = Person(land, land.people["no-phone"])
    page = shown(await person.open("/signin"))
    assert (await use_passkey(person, page, "/signin/passkey", device)).status_code == 200
    asked = await opened(person, led_to(await opened(person, SECURITY), "remove")[0])
    assert "Đây là cách xác thực bước hai duy nhất của bạn" in asked.text


async def test_who_gave_one_proof_neither_renames_nor_removes(land: Country, person: Person) -> None:
    await add(person, "Của tôi")
    page = await opened(person, SECURITY)
    stranger = Person(land, person.persona)
    await stranger.sign_in(await stranger.open("/signin"))
    for what in ("rename", "remove"):
        (address,) = led_to(page, what)
        asked = await opened(stranger, address)
        assert asked.path == "/signin/second"
        form = {"csrf_token": asked.hidden["csrf_token"], "passkey": address.partition("=")[2], "name": "Của ai"}
        refused = await stranger.browser.post(f"{SECURITY}/passkey/{what}", data=form)
        assert refused.headers["location"] == "/signin/second"
    assert "Của tôi" in (await opened(person, SECURITY)).text
