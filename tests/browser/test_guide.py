"""The guide on a phone: nothing sticks out, with every error opened, and the pages lead on to each other."""

from tests.browser.conftest import Visit
from vneid_idp.sandbox.guide.routes import PAGES


def test_every_page_of_the_guide_on_a_phone(visit: Visit) -> None:
    reader = visit("plain", locale="vi", color_scheme="dark")
    page = reader.page
    reader.open("/guide")
    for guide in PAGES:
        for summary in page.locator("summary").all():
            summary.click()
        reader.check_page()
        if page.url.endswith("/guide"):
            page.click(f".linked-list a[href='/guide/{guide.slug}']")
        else:
            page.click(".way-out .primary")
        page.wait_for_url(f"**/guide/{guide.slug}")
    for summary in page.locator("summary").all():
        summary.click()
    reader.check_page()
