"""The identity app in Chromium, with a virtual authenticator: set up, a computer signed in, a service answered."""

import re

from tests.browser.conftest import Visit, give_authenticator
from tests.support.counter_over_http import CounterOverHttp


def test_a_phone_is_set_up_signs_a_computer_in_and_answers_a_service(visit: Visit) -> None:
    phone = visit("leap-day", locale="vi")
    page = phone.page
    give_authenticator(phone)
    phone.open("/phone")
    phone.check_page()
    phone.press_main()
    phone.sign_in()
    phone.prove_twice()
    page.wait_for_url("**/phone/enrol")
    phone.check_page()
    page.click("[data-passkey=create] button")
    page.wait_for_url("**/phone?done=enrolled")
    phone.check_page()

    computer = visit("leap-day", width=1280, locale="en")
    computer.arrive(scope="openid")
    computer.page.click("button[formaction$='/phone']")
    computer.page.wait_for_selector("[data-pattern] svg")
    computer.check_page()
    first = computer.page.get_attribute("[data-address]", "href")
    computer.page.wait_for_selector(f"[data-address]:not([href='{first}'])")
    address = computer.page.get_attribute("[data-address]", "href")
    assert address is not None
    page.goto(address)
    page.wait_for_url("**/phone/sign-in/*")
    phone.check_page()
    computer.page.wait_for_selector(".match")
    computer.check_page()
    page.click(f"button[name=number][value='{computer.page.inner_text('.match')}']")
    page.click("[data-passkey=get] button")
    page.wait_for_url("**/phone?done=approved")
    computer.page.wait_for_url(re.compile("/consent/|/callback"))
    phone.open("/phone/history")
    phone.check_page()

    phone.open("/phone")
    asked = CounterOverHttp.at(phone.server.issuer, "Nhà mạng Sao").ask(phone.who.record.phone or "")
    # The list shows it by itself.
    page.click("main .linked-list a")
    phone.check_page()
    page.click("[data-passkey=get] button")
    page.wait_for_selector("button[name=number]")
    phone.check_page()
    page.click(f"button[name=number][value='{asked['number_to_show']}']")
    page.wait_for_url("**/consent/*")
    phone.check_page()
    page.locator("main label.row").first.click()
    phone.press_main()
    page.wait_for_selector("main a[href='/phone']")
    phone.check_page()
