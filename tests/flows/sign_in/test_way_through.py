"""The way through a request: each page says how far the person has come, and the last one how it ended."""

import re

import pytest

from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.visitor import shown
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.levels import LEVEL_2


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what pages say is the same on both."""
    return sqlite_url


def title_of(page: Page) -> str:
    """What the browser's tab says."""
    found = re.search(r"<title>(.*?)</title>", page.response.text, re.DOTALL)
    assert found is not None
    return found[1].strip()


async def test_each_page_says_its_step_and_the_last_one_that_it_is_done(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    person.browser.headers["Accept"] = "text/html"
    page = shown(await person.start(party.request(scope="openid email", acr_values=LEVEL_2)))
    assert "Bước 1/3 (có thể ít hơn)" in page.text
    wrong = shown(await person.sign_in(page, secret="wrong password"))
    assert title_of(wrong).startswith("Lỗi: Đăng nhập")
    assert "Lỗi: có 1 mục cần sửa" in wrong.text
    assert "Lỗi:" not in title_of(page)
    second = shown(await person.sign_in(page))
    assert "Bước 2/3" in second.text
    consent = shown(await person.second(second))
    assert "Bước 3/3" in consent.text
    done = shown(await person.submit(consent, answer="agree", **consent.choices))
    assert title_of(done).startswith("Đã xong")
    assert "Bạn đã xác thực với Mạng thử" in done.text
    # Nobody is kept: the browser goes on at once, or by the link.
    assert done.response.text.count('http-equiv="refresh" content="0; url=http://localhost:9999/callback?code=') == 1
    assert 'class="button primary" href="http://localhost:9999/callback?code=' in done.response.text


@pytest.mark.parametrize("response_mode", ["query", "fragment", "form_post"])
async def test_who_refuses_reads_that_nothing_was_shared(
    land: Country, party: RelyingParty, response_mode: str
) -> None:
    person = Person(land, land.people["complete"])
    person.browser.headers["Accept"] = "text/html"
    request = party.request(scope="openid email", response_mode=response_mode)
    consent = shown(await person.sign_in(await person.start(request)))
    assert "Bước 2/2" in consent.text
    ended = shown(await person.submit(consent, answer="refuse"))
    assert title_of(ended).startswith("Quay lại Mạng thử")
    assert "không có thông tin nào được chia sẻ" in ended.text
    assert "Đã xong" not in ended.text
    # Whoever is signed in already has one page to answer, which needs no count.
    land.watch.advance(MINUTE)
    again = shown(await person.start(party.request(scope="openid email")))
    assert again.path.startswith("/consent/")
    assert "Bước" not in again.text
