"""In Chromium: what was entered and not sent survives a reload and the other language, and two clicks act once."""

from tests.browser.conftest import Visit


def test_what_was_typed_and_ticked_survives_reload_back_and_language(visit: Visit) -> None:
    person = visit("foreigner-level-1", locale="vi")
    page = person.page
    person.arrive()
    sign_in = page.url
    page.fill("#identifier", "0950 111 222")
    page.fill("#secret", "never kept")
    page.reload()
    assert (page.input_value("#identifier"), page.input_value("#secret")) == ("0950 111 222", "")
    # Who is chosen from the list is not overwritten by what was typed before.
    page.goto(f"{sign_in}?as={person.who.slug}")
    assert page.input_value("#identifier") == person.who.username
    page.goto(sign_in)
    page.fill("#identifier", "0950 111 333")
    page.click(".languages [lang=en]")
    page.locator("html[lang=en]").wait_for()
    assert (page.input_value("#identifier"), page.input_value("#secret")) == ("0950 111 333", "")
    # Enter signs in, and does not press the button for the language, which comes first.
    page.fill("#identifier", person.who.username)
    page.fill("#secret", "wrong")
    page.press("#secret", "Enter")
    page.locator("#secret-error").wait_for()
    assert page.get_attribute("html", "lang") == "en"
    page.reload()
    assert page.locator("#secret-error").count() == 1
    assert page.input_value("#identifier") == person.who.username
    person.check_page()
    person.sign_in()
    page.wait_for_url("**/consent/**")
    page.check("input[value=full] >> nth=0")
    page.reload()
    assert page.is_checked("input[value=full] >> nth=0")
    page.go_back()
    page.wait_for_url("**/consent/**")
    page.click(".languages [lang=vi]")
    page.locator("html[lang=vi]").wait_for()
    assert page.is_checked("input[value=full] >> nth=0")
    page.dblclick("button[value=agree]")
    assert "code" in person.came_back()
    page.goto(sign_in)
    assert "hoàn tất" in page.inner_text("h1")
    person.check_page()
