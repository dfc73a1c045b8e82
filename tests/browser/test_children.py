"""A child asks, and waits on a page that follows by itself; a parent answers in another browser."""

import pytest

from tests.browser.conftest import Visit


@pytest.mark.parametrize(
    ("slug", "guardian", "locale", "width", "scheme"),
    [("fifteen", "guardian", "vi", 390, "light"), ("child-5", "grandmother", "en", 1280, "dark")],
)
def test_a_child_waits_for_the_answer(
    visit: Visit, slug: str, guardian: str, locale: str, width: int, scheme: str
) -> None:
    child = visit(slug, locale=locale, width=width, color_scheme=scheme)
    child.arrive()
    child.sign_in()
    child.page.wait_for_url("**/consent/**")
    child.check_page()
    if child.page.locator("input[value=smaller]").count():
        child.page.check("input[value=smaller]")
        child.page.check("input[value=full] >> nth=-1")
    child.page.click("button[value=agree]")
    child.page.wait_for_url("**/guardian/**")
    child.check_page()

    parent = visit(guardian, locale=locale, width=width, color_scheme=scheme)
    parent.open("/me")
    parent.sign_in()
    parent.page.wait_for_url("**/me")
    parent.check_page()
    # Deciding for a child takes level 2: the link leads by the second proof to what waits.
    parent.page.click(".notice.warning a")
    parent.prove_twice()
    parent.page.wait_for_url("**/me/children/apr_*")
    assert child.who.record.full_name in parent.page.inner_text("main")
    parent.check_page()
    parent.page.click("button[value=agree]")
    parent.page.wait_for_url("**/me/children?done=agreed")
    parent.check_page()
    # Nobody touches the child's page.
    child.page.wait_for_url("**/callback?*")
    assert "code" in child.shop.answers[-1]


def test_a_child_reads_a_refusal(visit: Visit) -> None:
    child = visit("child-9")
    child.arrive(scope="openid identity")
    child.sign_in()
    child.page.click("button[value=agree]")
    child.page.wait_for_url("**/guardian/**")
    parent = visit("guardian")
    parent.open("/me/children")
    parent.sign_in()
    parent.page.goto(f"{parent.server.issuer}/me/children")
    parent.page.click("a[href^='/me/children/apr_']")
    parent.prove_twice()
    parent.page.click("button[value=refuse]")
    child.page.locator("button[name=leave].primary").wait_for()
    child.check_page()
    child.press_main()
    assert child.came_back()["error"] == "access_denied"
