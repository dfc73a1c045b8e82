"""The identity app in Chromium, with a virtual authenticator: set up, a computer signed in, a service answered."""

import re

from tests.browser.conftest import Visit, Visitor, give_authenticator
from tests.support.counter_over_http import CounterOverHttp

_NOTICE = """async () => {
  for (;;) {
    const [notice] = await self.registration.getNotifications();
    if (notice) return [notice.title, notice.body, notice.data];
    await new Promise((after) => setTimeout(after, 50));
  }
}"""
_PRESSED = """async () => {
  const [notification] = await self.registration.getNotifications();
  return new Promise((opened) => {
    self.clients.openWindow = opened;
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });
}"""
_ANY_KEY = """() => {
  const create = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = ({ publicKey }) => {
    delete publicKey.authenticatorSelection.authenticatorAttachment;
    return create({ publicKey });
  };
}"""


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
    page.wait_for_selector("main .notice.success")
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
    page.wait_for_selector("main .notice.success")
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


def enrolled(phone: Visitor) -> None:
    """Set it up."""
    phone.open("/phone/enrol")
    phone.sign_in()
    phone.prove_twice()
    phone.page.wait_for_url("**/phone/enrol")
    phone.page.click("[data-passkey=create] button")
    phone.page.wait_for_selector("main .notice.success")


def test_the_app_is_installed_tells_that_something_waits_and_says_where_there_is_no_connection(visit: Visit) -> None:
    phone = visit("one-word-name", permissions=["notifications"])
    page, context = phone.page, phone.page.context
    give_authenticator(phone)
    enrolled(phone)
    devtools = context.new_cdp_session(page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    problems = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # What the tests open is a private window, which installs nothing.
    assert [each["errorId"] for each in problems] == ["in-incognito"]

    # A private window subscribes to no push service either; what one would give is kept.
    page.evaluate("PushManager.prototype.subscribe = async () => ({ endpoint: 'https://push.example/abc' })")
    with page.expect_response("**/phone/notices") as kept:
        page.click("[data-notices] button")
    assert (kept.value.status, kept.value.request.post_data) == (200, '{"endpoint":"https://push.example/abc"}')

    known: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    controlled = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
    assert page.evaluate(controlled)
    phone.open("/phone/history")
    assert "Chưa có gì" in page.inner_text("main")
    (worker,) = context.service_workers
    push = {"origin": phone.server.issuer, "registrationId": known[-1]["registrationId"], "data": ""}
    devtools.send("ServiceWorker.deliverPushMessage", push)
    notice = worker.evaluate(_NOTICE)
    assert notice == ["Có yêu cầu đang chờ bạn", "Mở ứng dụng định danh để xem.", "/phone"]
    assert worker.evaluate(_PRESSED) == "/phone"

    context.set_offline(True)
    phone.open("/phone")
    assert page.inner_text("h1") == "Mất kết nối"
    phone.check_page()
    context.set_offline(False)
    phone.press_main()
    page.wait_for_selector("[data-wait]")


def test_a_key_that_is_brought_to_a_phone_does_not_set_it_up(visit: Visit) -> None:
    phone = visit("merged-province")
    give_authenticator(phone, transport="usb")
    phone.open("/phone/enrol")
    phone.sign_in()
    phone.prove_twice()
    phone.page.wait_for_url("**/phone/enrol")
    # The browser itself would refuse: it is asked for whatever there is, as a page of an attacker's could.
    phone.page.evaluate(_ANY_KEY)
    phone.page.click("[data-passkey=create] button")
    assert "không phải điện thoại này" in phone.page.locator("main [role=alert]:visible").inner_text()
    phone.check_page()
