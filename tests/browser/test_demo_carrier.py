"""The demo carrier in Chromium, beside the provider, in both languages: a number is bought, shown, and given back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.support.axe import expect_no_violation, give_axe
from tests.support.sandbox import Sandbox

# Each language has a buyer of its own, who appears in no other test of the sandbox: what one agreed to is remembered.
BUYERS = {"vi": "one-word-name", "en": "letter-d"}
FOUND = {"vi": "Kết quả đối chiếu", "en": "What was found"}
ON_ITS_WAY = {"vi": "Đang nộp danh sách", "en": "The register is on its way"}
BOUGHT = {"vi": "Số này là của bạn", "en": "The number is yours"}
OTHER_FACE = {"vi": "Khuôn mặt không khớp", "en": "The face does not agree"}
GIVEN_BACK = {"vi": "Bạn đã trả lại số", "en": "You gave the number back"}
ASKED = {"vi": "Hãy trả lời trong ứng dụng định danh", "en": "Answer in the identity app"}
TRIES = 4
"""How often a genuine face is shown: of a hundred captures some three are refused."""


def check(page: Page, locale: str) -> None:
    """axe finds nothing, nothing sticks out sideways, and the page is in the reader's language."""
    expect_no_violation(page)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    assert page.get_attribute("html", "lang") == locale


@pytest.mark.parametrize(("locale", "width"), [("vi", 390), ("en", 1280)])
def test_a_number_is_bought_shown_and_given_back(chromium: Browser, sandbox: Sandbox, locale: str, width: int) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale=locale, color_scheme="dark" if locale == "en" else "light"
    )
    context.set_default_timeout(PATIENCE_MS)
    give_axe(context)
    page = context.new_page()
    page.goto(f"{sandbox.issuer}/sandbox/as/{BUYERS[locale]}")
    page.goto(sandbox.carrier)
    check(page, locale)
    number = page.locator(".shelf .digits").first.inner_text()
    page.locator(".shelf a").first.click()
    check(page, locale)
    page.click(".buy .button")
    page.wait_for_url("**/signin/**")
    page.click("main .button.primary >> nth=0")
    page.wait_for_url("**/consent/**")
    page.click("button[value=agree]")
    page.wait_for_url(f"{sandbox.carrier}/orders/**")
    check(page, locale)
    page.check("input[value=other]")
    page.click("main form .button")
    expect(page.locator("h1")).to_have_text(OTHER_FACE[locale])
    check(page, locale)
    for _ in range(TRIES):
        page.click(".outcome .button >> nth=0")
        page.check("input[value=genuine]")
        page.click("main form .button")
        page.wait_for_url(f"{sandbox.carrier}/outcome")
        if page.locator(".outcome-good").count():
            break
    expect(page.locator("h1")).to_have_text(BOUGHT[locale])
    check(page, locale)
    page.goto(f"{sandbox.carrier}/mine")
    expect(page.locator(".mine")).to_contain_text(number)
    check(page, locale)
    page.click("form[action='/mine/release'] button")
    expect(page.locator("h1")).to_have_text(GIVEN_BACK[locale])

    page.goto(f"{sandbox.carrier}/old")
    check(page, locale)
    page.fill("#phone", "0950 000 034")
    page.click("main form .button")
    expect(page.locator("h1")).to_have_text(ASKED[locale])
    check(page, locale)
    context.close()


@pytest.mark.parametrize(("locale", "width"), [("vi", 390), ("en", 1280)])
def test_the_office_hands_in_a_register_and_lets_days_pass(
    chromium: Browser, sandbox: Sandbox, locale: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, locale=locale, color_scheme="light" if locale == "en" else "dark"
    )
    context.set_default_timeout(PATIENCE_MS)
    give_axe(context)
    page = context.new_page()
    for path in ("/office", "/office/ladder", "/point", "/office/registers"):
        page.goto(f"{sandbox.carrier}{path}")
        check(page, locale)
    page.check("input[value='100']")
    page.fill("#seed", str(width))
    page.click("summary")
    check(page, locale)
    page.click("main form .button")
    expect(page.locator("h1")).to_have_text(re.compile(f"{ON_ITS_WAY[locale]}|{FOUND[locale]}"))
    check(page, locale)
    # A worker looks for registers each five seconds, and reads this one.
    expect(page.locator("h1")).to_have_text(FOUND[locale], timeout=PATIENCE_MS)
    expect(page.locator(".bars").first).to_be_visible()
    check(page, locale)
    page.goto(f"{sandbox.carrier}/office/ladder")
    check(page, locale)
    page.click("tbody button >> nth=0")
    expect(page.locator(".notice.good")).to_be_visible()
    page.click(".notice.good a")
    check(page, locale)
    first = page.locator(".task .digits").first.inner_text()
    page.click("main form .button >> nth=0")
    expect(page.locator(".task .digits", has_text=first)).to_have_count(0)
    page.goto(f"{sandbox.carrier}/point")
    page.click("button[value=an]")
    expect(page.locator("#id_number")).to_have_value("097095000034")
    check(page, locale)
    context.close()
