"""A person meets a request: sign-in, second proof, consent in all its ways, on a phone, in both languages."""

import pytest

from tests.browser.conftest import ALL_SCOPES, CURIOUS_ID, Visit
from tests.support.server import Server
from vneid_idp.protocol.levels import LEVEL_2

WORDS = {
    "vi": ("Đăng nhập để xác thực", "Thêm một bước xác thực", "Chợ Quê đề nghị bạn chia sẻ thông tin"),
    "en": ("Sign in to confirm who you are", "One more proof that it is you", "Chợ Quê asks you to share information"),
}


@pytest.mark.parametrize(("locale", "slug", "scheme"), [("vi", "complete", "light"), ("en", "plain", "dark")])
def test_sign_in_second_proof_and_part_of_what_is_asked(visit: Visit, locale: str, slug: str, scheme: str) -> None:
    person = visit(slug, locale=locale, color_scheme=scheme)
    page = person.page
    person.arrive(acr_values=LEVEL_2)
    for heading in WORDS[locale]:
        assert page.inner_text("h1") == heading
        assert page.get_attribute("html", "lang") == locale
        assert page.inner_text(".party-name") == "Chợ Quê"
        person.check_page()
        if heading == WORDS[locale][0]:
            person.sign_in()
        elif heading == WORDS[locale][1]:
            # The sandbox's box of messages leaves the form its place in the first screen.
            button = page.locator("main .button.primary").first.bounding_box()
            assert button is not None
            assert button["y"] + button["height"] <= 844
            person.prove_twice()
    assert page.locator("input:checked").count() == 0
    assert person.who.record.full_name in page.inner_text("main")
    # Agreeing without a choice about the birth date is answered with what is missing, in place.
    page.click("button[value=agree]")
    assert page.locator(".notice[role=alert] a").count() == 1
    person.check_page()
    page.check("input[value=smaller]")
    page.click("button[value=agree]")
    assert set(person.came_back()) == {"code", "state", "iss", "session_state"}


def test_all_of_it_on_postgresql(visit: Visit, postgresql_server: Server) -> None:
    person = visit("complete", at=postgresql_server)
    person.arrive(acr_values=LEVEL_2)
    person.sign_in()
    person.prove_twice()
    person.page.locator("input[value=full]").first.wait_for()
    for box in person.page.locator("input[value=full]").all():
        box.check()
    person.page.click("button[value=agree]")
    assert "code" in person.came_back()
    person.arrive()
    assert "code" in person.came_back()


def test_nothing(visit: Visit) -> None:
    person = visit("foreigner")
    person.arrive()
    person.sign_in()
    person.page.click("button[value=refuse]")
    assert person.came_back()["error"] == "access_denied"


def test_without_javascript(visit: Visit) -> None:
    person = visit("hmong", java_script_enabled=False)
    person.arrive(acr_values=LEVEL_2)
    assert not person.page.locator("[data-passkey]").is_visible()
    # In the sandbox the person is chosen in place, and the code lies beside the page.
    person.page.click("aside summary")
    person.page.click("a[href$='?as=hmong']")
    person.press_main()
    person.page.wait_for_url("**/second")
    person.page.fill("#code", person.page.inner_text("aside strong"))
    person.press_main()
    person.page.check("input[value=full] >> nth=0")
    person.page.click("button[value=agree]")
    assert "code" in person.came_back()


def test_with_the_keyboard_alone(visit: Visit) -> None:
    person = visit("khmer")
    page = person.page
    person.arrive()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    # On a narrow screen the sandbox says first that its people stand below.
    assert page.evaluate("document.activeElement.hash") == "#people"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "identifier"
    page.keyboard.type(person.who.username)
    page.keyboard.press("Tab")
    page.keyboard.type(person.who.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/consent/**")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("Space")
    # Enter in the form agrees to nothing, since it presses no button; what was ticked stays.
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("input:checked").count() == 1
    page.focus("button[value=agree]")
    page.keyboard.press("Enter")
    assert "code" in person.came_back()


@pytest.mark.parametrize("slug", ["very-long-name"])
def test_at_320_pixels(visit: Visit, slug: str) -> None:
    person = visit(slug, width=320)
    person.arrive(acr_values=LEVEL_2)
    person.check_page()
    person.sign_in()
    person.check_page()
    person.prove_twice()
    person.page.locator("input[value=full]").first.wait_for()
    person.check_page()


UNDER_THE_BAR = """() => {
    const bar = document.querySelector(".actions.bar"), at = document.activeElement;
    const shown = (at.closest("label") ?? at).getBoundingClientRect(), edge = bar.getBoundingClientRect().top;
    return !bar.contains(at) && shown.bottom > edge ? at.outerHTML : null;
}"""


def test_the_longest_request_is_read_at_a_glance_and_the_focus_is_never_under_the_bar(visit: Visit) -> None:
    person = visit("complete", width=320, color_scheme="dark")
    page = person.page
    person.arrive(client_id=CURIOUS_ID, scope=ALL_SCOPES)
    person.sign_in()
    page.locator(".fold").first.wait_for()
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        person.check_page()
        # Who asks, who is asked and what, above the bar, which is there from the beginning.
        page.evaluate("scrollTo(0, 0)")
        edge = page.locator(".bar").bounding_box()
        assert edge is not None
        assert edge["y"] + edge["height"] <= 844
        for part in (".party-name", ".who strong", "h1", ".lead"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= edge["y"]
    for width, height in ((320, 640), (390, 664)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        edge = page.locator(".bar").bounding_box()
        assert edge is not None
        assert edge["y"] + edge["height"] <= height, "what a phone's browser leaves of the screen"
    # What is ticked is seen on what is folded.
    own = page.locator(".fold", has=page.locator("input[name$=nickname]"))
    own.locator("summary").click()
    own.locator("img").wait_for()
    page.check("input[name$=nickname]")
    own.locator("summary").click()
    page.click("button[name=extend]")
    page.locator(".fold[open] input:checked").wait_for()
    marks = "[...document.querySelectorAll('.fold-names span')].map(e => getComputedStyle(e, '::before').content)"
    assert page.evaluate(f"{marks}.filter(mark => mark != 'none').length") == 1
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    person.check_page()
    page.focus(".skip")  # a fragment in the address has the keyboard begin there
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 700})
        for key, last in (("Tab", "value == 'refuse'"), ("Shift+Tab", "closest('.who') != null")):
            reached = 0
            while not page.evaluate(f"document.activeElement.{last}"):
                page.keyboard.press(key)
                assert page.evaluate(UNDER_THE_BAR) is None
                reached += 1
            assert reached >= 20


def test_a_wrong_password_is_said_where_it_stands(visit: Visit) -> None:
    person = visit("letter-d", locale="en")
    person.arrive()
    person.page.fill("#identifier", person.who.username)
    person.page.fill("#secret", "wrong password")
    person.press_main()
    person.page.locator(".notice[role=alert]").wait_for()
    person.check_page()
    described = person.page.get_attribute("#secret", "aria-describedby")
    assert described == "secret-error"
    assert person.page.get_attribute("#secret", "aria-invalid") == "true"
    assert person.page.input_value("#identifier") == person.who.username


def test_more_time_keeps_what_was_chosen(visit: Visit) -> None:
    person = visit("two-word-name")
    person.arrive()
    person.sign_in()
    person.page.check("input[value=smaller]")
    person.page.click("button[name=extend]")
    person.page.wait_for_url("**#time")
    assert person.page.is_checked("input[value=smaller]")
    place = person.page.locator(".time-left").bounding_box()
    assert place is not None
    assert 0 <= place["y"] < 844, "it is shown where the button was"


@pytest.mark.parametrize(("slug", "scheme"), [("level-1", "light"), ("locked-by-authority", "dark")])
def test_dead_ends_lead_back(visit: Visit, slug: str, scheme: str) -> None:
    person = visit(slug, color_scheme=scheme)
    person.arrive(acr_values=LEVEL_2)
    person.sign_in()
    person.page.locator("button[name=leave]").wait_for()
    person.check_page()
    person.press_main()
    assert person.came_back()["error"] == "unmet_authentication_requirements"


def test_a_guardian_chooses_a_child(visit: Visit) -> None:
    person = visit("guardian")
    person.arrive(scope="openid binding:child_account", acr_values=LEVEL_2)
    person.sign_in()
    person.prove_twice()
    person.page.locator("input[name=child]").first.wait_for()
    person.check_page()
    assert person.page.locator("input:checked").count() == 0
    person.page.check("input[name=child] >> nth=0")
    child = person.page.inner_text("label:has(:checked) .row-label")
    person.press_main()
    person.page.wait_for_url("**/consent/**")
    assert child in person.page.inner_text("main")
    person.check_page()
    person.page.click("button[value=agree]")
    assert "code" in person.came_back()
