"""Which language a request speaks."""

import pytest

from tests.unit.web.conftest import MakeClient
from vneid_idp.web.i18n import Catalogue, negotiate, read_accept_language


@pytest.mark.parametrize(
    ("lang", "cookie", "ui_locales", "accept", "spoken"),
    [
        ("en", "vi", "vi", "vi", "en"),
        ("", "en", "vi", "vi", "en"),
        ("", "", "en-US vi", "vi", "en"),
        ("", "", "", "en-GB,vi;q=0.8", "en"),
        ("", "", "", "zz, en;q=0.3, vi;q=0.9", "vi"),
        ("", "", "", "", "vi"),
        ("xx", "zz", "zz xx", "qq", "vi"),
    ],
)
async def test_order_of_preferences(
    client: MakeClient, lang: str, cookie: str, ui_locales: str, accept: str, spoken: str
) -> None:
    headers = {"Accept-Language": accept, "Cookie": f"vneid_idp_language={cookie}"}
    async with client() as browser:
        answer = await browser.get("/locale", params={"lang": lang, "ui_locales": ui_locales}, headers=headers)
    assert answer.json() == [spoken, {"vi": "Ngôn ngữ", "en": "Language"}[spoken]]


async def test_choice_is_kept(client: MakeClient) -> None:
    async with client() as browser:
        assert 'lang="vi"' in (await browser.get("/page/form")).text
        assert '<html lang="en">' in (await browser.get("/page/form?lang=en")).text
        answer = await browser.get("/page/form")
    assert '<html lang="en">' in answer.text
    assert answer.headers["content-language"] == "en"
    assert "Unofficial sandbox · synthetic data" in answer.text


async def test_unknown_language_is_not_kept(client: MakeClient) -> None:
    async with client() as browser:
        answer = await browser.get("/locale?lang=%0d%0aSet-Cookie:x")
    assert "set-cookie" not in answer.headers


async def test_language_link_keeps_the_page_and_cannot_lead_away(client: MakeClient) -> None:
    async with client() as browser:
        page = (await browser.get("/page/values?a=1&a=%262&lang=vi")).text
        lost = (await browser.get("http://localhost:8000//elsewhere.example/")).text
    assert page.endswith("?a=1&amp;a=%262&amp;lang=en")
    assert "elsewhere.example" not in lost


async def test_values_in_texts_are_escaped_and_numbers_follow_the_language(client: MakeClient) -> None:
    async with client() as browser:
        assert "&lt;b&gt;|1.234.567|Hello &lt;b&gt;" in (await browser.get("/page/values")).text
        assert "&lt;b&gt;|1,234,567|Hello &lt;b&gt;" in (await browser.get("/page/values?lang=en")).text


def test_accept_language_is_read_with_its_weights() -> None:
    assert read_accept_language("vi;q=0.1, en-GB, zz;q=0, x;q=abc, qq;q=5,,") == ["en-GB", "vi"]
    assert negotiate([], ["ZZ"], ["EN-us"]) == "en"


def test_plural_forms() -> None:
    english, vietnamese = Catalogue({}), Catalogue({"%(num)s page": ["%(num)s trang"]})
    french = Catalogue({"%(num)s sheet": ["%(num)s feuille", "%(num)s feuilles"]}, lambda number: number > 1)
    assert english.ngettext("%(num)s page", "%(num)s pages", 1) == "%(num)s page"
    assert english.ngettext("%(num)s page", "%(num)s pages", 0) == "%(num)s pages"
    assert vietnamese.ngettext("%(num)s page", "%(num)s pages", 5) == "%(num)s trang"
    assert french.ngettext("%(num)s sheet", "%(num)s sheets", 0) == "%(num)s feuille"
    assert french.ngettext("%(num)s sheet", "%(num)s sheets", 5) == "%(num)s feuilles"
