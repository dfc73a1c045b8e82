"""The registration office and the activation in Chromium: every page in every form, by keyboard, and with a passkey."""

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.conftest import Shop, Visit, Visitor, give_authenticator, in_every_form
from tests.support.people import persona
from tests.support.server import Server
from vneid_idp.kernel.clock import SystemClock, local_date

DEEDS = {
    "complete": ("", "code", "phone", "passkeys", "lock", "death"),
    "no-account": ("account",),
    "child-9": ("guardian", "guardian/end"),
}
"""Whose file is opened, and the pages in it: in every form."""
MORE_DEEDS = {
    "complete": ("unlock", "card"),
    "level-1": ("level",),
    "foreigner": ("card",),
    "locked-by-authority": ("",),
}
"""Pages made of the same parts, looked at in one form."""


def _signed_in(chromium: Browser, server: Server, shop: Shop, slug: str) -> StorageState:
    """The cookies of a colleague who signed in at level 2: once for all tests, since messages are counted."""
    context = chromium.new_context(locale="vi")
    someone = Visitor(context.new_page(), server, shop, persona(slug, SystemClock().now()))
    someone.open("/office")
    someone.sign_in()
    someone.page.wait_for_url("**/signin/second")
    someone.prove_twice()
    someone.page.wait_for_url("**/office")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def as_clerk(chromium: Browser, server: Server, shop: Shop) -> StorageState:
    """A clerk's session."""
    return _signed_in(chromium, server, shop, "clerk")


@pytest.fixture(scope="module")
def as_officer(chromium: Browser, server: Server, shop: Shop) -> StorageState:
    """An officer's."""
    return _signed_in(chromium, server, shop, "officer")


def open_file(colleague: Visitor, slug: str) -> str:
    """Open somebody's file; its address."""
    colleague.open("/office")
    colleague.page.fill("#number", persona(slug, SystemClock().now()).username)
    colleague.page.check("input[value=in_person]")
    colleague.press_main()
    colleague.page.wait_for_url("**/office/people/**")
    return colleague.page.url


def choose_language(visitor: Visitor, locale: str) -> None:
    """The session was opened in Vietnamese, which its cookie remembers."""
    visitor.open(f"/office?lang={locale}")
    assert visitor.page.get_attribute("html", "lang") == locale


@in_every_form
def test_every_page_of_the_office(visit: Visit, as_clerk: StorageState, width: int, locale: str, scheme: str) -> None:
    clerk = visit("clerk", width=width, locale=locale, color_scheme=scheme, storage_state=as_clerk)
    choose_language(clerk, locale)
    clerk.check_page()
    for slug, pages in DEEDS.items():
        file = open_file(clerk, slug)
        for name in pages:
            clerk.page.goto(f"{file}/{name}".rstrip("/"))
            clerk.check_page()
    _check_what_is_confirmed(clerk)


def test_every_error_of_the_office(visit: Visit, as_clerk: StorageState) -> None:
    clerk = visit("clerk", storage_state=as_clerk)
    clerk.open("/office")
    clerk.press_main()
    clerk.page.locator("[role=alert]").first.wait_for()
    clerk.check_page()
    for slug, pages in [*DEEDS.items(), *MORE_DEEDS.items()]:
        file = open_file(clerk, slug)
        for name in pages:
            clerk.page.goto(f"{file}/{name}".rstrip("/"))
            if slug in MORE_DEEDS:
                clerk.check_page()
            if name not in ("", "passkeys"):
                clerk.page.click("main .actions .button >> nth=0")  # some deeds are dangerous, and no primary button's
                clerk.page.locator("[role=alert]").first.wait_for()
                clerk.check_page()


def _check_what_is_confirmed(clerk: Visitor) -> None:
    """The second pages of a deed, which say what will happen before it does."""
    clerk.page.goto(f"{open_file(clerk, 'child-9')}/guardian")
    clerk.page.fill("#number", persona("grandmother", SystemClock().now()).username)
    clerk.page.fill("#reason", "Giấy khai sinh số 12")
    clerk.press_main()
    clerk.page.locator("[name=sure]").wait_for()
    clerk.check_page()
    clerk.page.goto(f"{open_file(clerk, 'complete')}/card")
    clerk.page.fill("#issued", f"{local_date(SystemClock().now()):%d/%m/%Y}")
    clerk.page.fill("#reason", "Giấy hẹn số 12")
    clerk.press_main()
    clerk.page.locator("[name=sure]").wait_for()
    clerk.check_page()


@in_every_form
def test_the_requests_of_officers(visit: Visit, as_officer: StorageState, width: int, locale: str, scheme: str) -> None:
    officer = visit("officer", width=width, locale=locale, color_scheme=scheme, storage_state=as_officer)
    choose_language(officer, locale)
    file = open_file(officer, "leap-day")
    officer.check_page()
    officer.page.goto(f"{file}/requests")
    officer.check_page()
    officer.page.fill("#reason", "QĐ 12/2026")
    officer.press_main()
    officer.page.wait_for_load_state()
    officer.open("/office/requests")
    officer.check_page()
    officer.page.locator(".linked-list a").first.click()
    officer.page.wait_for_url("**/office/requests/**")
    officer.check_page()
    officer.page.click("form[action$='/withdraw'] button")
    officer.page.wait_for_url("**/office/requests?done=withdrawn")
    officer.page.locator(".things .badge").first.wait_for()
    officer.check_page()


@in_every_form
def test_an_account_is_activated(visit: Visit, width: int, locale: str, scheme: str) -> None:
    someone = visit("plain", width=width, locale=locale, color_scheme=scheme)
    someone.open("/activate")
    someone.check_page()
    someone.press_main()
    someone.page.locator("[role=alert]").first.wait_for()
    someone.check_page()


def test_a_deed_is_done_by_keyboard_alone(visit: Visit, as_clerk: StorageState) -> None:
    clerk = visit("clerk", width=1280, locale="vi", storage_state=as_clerk)
    page = clerk.page

    def reach(selector: str) -> None:
        """Press Tab until the focus is there, as somebody without a mouse does."""
        for _ in range(60):
            if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"{selector} is not reached")

    clerk.open("/office")
    reach("#number")
    page.keyboard.type(persona("father", SystemClock().now()).username)
    reach("input[type=radio]")
    page.keyboard.press("Space")
    reach("main .button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/people/**")
    reach("a[href$='/code']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    reach("#reason")
    page.keyboard.type("Quên mật khẩu")
    page.keyboard.press("Enter")
    page.locator("main code").wait_for()
    clerk.check_page()
    code = page.inner_text("main code")

    holder = visit("father")
    holder.open("/activate")
    holder.page.fill("#identifier", holder.who.username)
    holder.page.fill("#code", code)
    for name, secret in (("password", "sandbox-2027"), ("passcode", "482915")):
        holder.page.fill(f"#{name}", secret)
        holder.page.fill(f"#{name}-again", secret)
    holder.press_main()
    holder.page.locator("main a[href='/signin']").wait_for()
    holder.check_page()


def test_a_phone_is_proven_at_the_desk(visit: Visit, as_clerk: StorageState) -> None:
    clerk = visit("clerk", locale="vi", storage_state=as_clerk)
    page = clerk.page
    page.goto(f"{open_file(clerk, 'father')}/phone")
    page.fill("#phone", "0950 000 777")
    page.fill("#reason", "Đổi số điện thoại")
    clerk.press_main()
    page.locator("#code").wait_for()
    clerk.check_page()
    outbox = page.context.new_page()
    outbox.goto(f"{clerk.server.issuer}/sandbox/outbox")
    page.fill("#code", outbox.locator(".card", has_text="0950 000 777").first.locator("code").inner_text())
    clerk.press_main()
    page.wait_for_url("**done=phone")
    clerk.check_page()


def test_a_passkey_is_made_at_the_desk_for_a_reason(visit: Visit, as_clerk: StorageState) -> None:
    clerk = visit("clerk", locale="vi", storage_state=as_clerk)
    give_authenticator(clerk)
    page = clerk.page
    file = open_file(clerk, "no-phone")
    page.goto(f"{file}/passkeys")
    page.fill("#passkey-name", "Khóa bảo mật")
    page.click(".languages [lang=en]")
    page.locator("html[lang=en]").wait_for()
    page.click(".languages [lang=vi]")
    page.locator("html[lang=vi]").wait_for()
    assert page.input_value("#passkey-name") == "Khóa bảo mật"
    page.press("#passkey-name", "Enter")
    alert = page.locator("[data-passkey] [role=alert]")
    alert.wait_for()
    assert "lý do" in alert.inner_text()
    clerk.check_page()
    page.goto(f"{file}/passkeys")
    page.fill("#passkey-name", "Khóa bảo mật")
    page.fill("#reason", "Không có điện thoại")
    page.click("[data-passkey=create] button")
    page.wait_for_url("**done=passkey")
    page.goto(f"{file}/passkeys")
    assert page.input_value("#passkey-name") == ""
    clerk.check_page()
    page.goto(f"{file}/passkeys/remove")
    clerk.check_page()
    page.check("input[name=passkey]")
    page.fill("#reason", "Đã mất")
    page.click("main .actions .button")
    page.wait_for_url("**done=passkey-removed")
