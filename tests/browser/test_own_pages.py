"""A person's own pages in Chromium: passkeys with a virtual authenticator, withdrawal, and every page for axe."""

import pytest

from tests.browser.conftest import Visit, give_authenticator
from vneid_idp.protocol.levels import LEVEL_2

PAGES = ("/me", "/me/services", "/me/accounts", "/me/numbers", "/me/history", "/me/security")


_TELLS_OFFER = """
const get = CredentialsContainer.prototype.get;
CredentialsContainer.prototype.get = function (options) {
  const answer = get.call(this, options);
  window.offersPasskeys = true;
  return answer;
};
"""
"""A finger that lies on the phone before the browser asks would choose what the field offers, button or not."""


def test_a_passkey_is_added_and_signs_in_at_level_2(visit: Visit) -> None:
    person = visit("passkey")
    page = person.page
    phone = give_authenticator(person)
    person.open("/signin")
    person.sign_in()
    page.wait_for_url("**/me")
    person.open("/me/security")
    page.click("a[href='/signin/second']")
    person.prove_twice()
    page.wait_for_url("**/me/security")
    page.fill("#passkey-name", "Điện thoại của tôi")
    page.click("[data-passkey=create] button")
    page.wait_for_url("**/me/security?done=passkey-added")
    assert "Điện thoại của tôi" in page.inner_text("#passkeys")
    person.check_page()

    # The button works while the field for the number offers passkeys too.
    phone.agrees(False)
    page.context.clear_cookies()
    page.add_init_script(_TELLS_OFFER)
    person.arrive(acr_values=LEVEL_2)
    while not page.evaluate("window.offersPasskeys"):  # what polls within the page, its own policy forbids
        page.wait_for_timeout(20)
    phone.agrees(True)
    page.click("[data-passkey=get] button")
    page.wait_for_url("**/consent/**")
    page.check("input[value=smaller]")
    page.click("button[value=agree]")
    assert "code" in person.came_back()

    # And in place of the message, after the password.
    phone.agrees(False)
    page.context.clear_cookies()
    person.arrive(acr_values=LEVEL_2)
    person.sign_in()
    page.wait_for_url("**/second")
    phone.agrees(True)
    page.click("[data-passkey=get] button")
    assert "code" in person.came_back()

    # Who chooses it from the field for the number types and presses nothing.
    page.context.clear_cookies()
    person.arrive(acr_values=LEVEL_2)
    assert "code" in person.came_back()


def test_a_passkey_that_nobody_has_is_answered_in_words(visit: Visit) -> None:
    person = visit("merged-province", locale="en")
    give_authenticator(person)
    person.arrive()
    person.page.click("[data-passkey=get] button")
    alert = person.page.locator("[data-passkey] [role=alert]")
    alert.wait_for()
    assert "passkey" in alert.inner_text()
    assert person.page.is_enabled("[data-passkey=get] button")
    person.check_page()


@pytest.mark.parametrize(("locale", "scheme", "slug"), [("vi", "light", "born-2000"), ("en", "dark", "one-word-name")])
def test_a_consent_is_withdrawn_after_one_question(visit: Visit, locale: str, scheme: str, slug: str) -> None:
    person = visit(slug, locale=locale, color_scheme=scheme)
    page = person.page
    person.arrive()
    person.sign_in()
    page.check("input[value=full] >> nth=0")
    page.click("button[value=agree]")
    assert "code" in person.came_back()
    for path in PAGES:
        person.open(path)
        assert page.get_attribute("html", "lang") == locale
        person.check_page()
    person.open("/me/services")
    assert page.inner_text(".service h2") == "Chợ Quê"
    page.locator(".service summary").click()
    person.check_page()
    page.click(".service form[action$=withdraw] button")
    page.wait_for_url("**/me/services/withdraw*")
    person.check_page()
    page.click("main form[method=post] button[type=submit]")
    page.wait_for_url("**/me/services?withdrawn*")
    assert page.locator(".service").count() == 0
    person.check_page()
    person.arrive()
    page.wait_for_url("**/consent/**")


def test_the_other_language_is_one_tap_away_and_stays(visit: Visit) -> None:
    person = visit("eighteen-today")
    person.open("/signin")
    assert person.page.inner_text("h1") == "Đăng nhập"
    person.page.click(".languages [lang=en]")
    person.page.locator("html[lang=en]").wait_for()
    assert person.page.inner_text("h1") == "Sign in"
    person.sign_in()
    person.page.wait_for_url("**/me")
    assert person.page.inner_text("h1").startswith("Hello")
    person.page.click("a[href='/signout']")
    person.page.click("#sign-out-yes")
    person.page.locator("a[href='/signin']").wait_for()
    person.open("/me")
    person.page.wait_for_url("**/signin")


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_at_every_width(visit: Visit, width: int) -> None:
    person = visit("clan-last-name" if width == 320 else "leap-day", width=width)
    person.open("/signin")
    person.check_page()
    person.sign_in()
    person.page.wait_for_url("**/me")
    for path in PAGES:
        person.open(path)
        for summary in person.page.locator("summary").all():
            summary.click()
        person.check_page()
