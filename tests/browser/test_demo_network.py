"""The demo as a developer sees it: `vneid-idp sandbox` and Chromium, two origins, one browser, both languages.

Everything is in it: the sandbox's own pages, the provider's, and the network's, which shares no code with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.support.axe import expect_no_violation, give_axe
from tests.support.people import persona
from tests.support.sandbox import Sandbox
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.sandbox.country.personas import PASSWORD
from vneid_idp.web.formats import format_phone

LOCKED = {"vi": "Ô viết bài đang khóa", "en": "The composer is locked"}
REASON = {"vi": "Nghị định 147/2024/NĐ-CP", "en": "Decree 147/2024/NĐ-CP"}
VERIFIED = {"vi": "Tài khoản của bạn đã được xác thực", "en": "Your account is verified"}
PARENT_LINKS = {
    "vi": "Dưới 16 tuổi, cha mẹ hoặc người giám hộ liên kết tài khoản",
    "en": "Under 16, a parent or guardian links the account",
}
NOT_SHARED = {"vi": "Bạn chưa chia sẻ gì", "en": "You did not share anything"}
ENDED = {"vi": "Liên kết đã bị hủy", "en": "The link was ended"}
CHILD_OPEN = {"vi": "Tài khoản của con đã mở", "en": "The child's account is open"}


@dataclass(frozen=True)
class Cast:
    """Who plays. Each language has its own people, since what one agreed to is remembered."""

    adult: str
    child: str
    parent: str
    their_child: str


CASTS = {
    "vi": Cast("complete", "fifteen", "guardian", "fifteen"),
    "en": Cast("plain", "sixteen-tomorrow", "grandmother", "child-5"),
}


class Household:
    """One browser, which several people of a family may use."""

    def __init__(self, page: Page, sandbox: Sandbox, locale: str) -> None:
        self.page = page
        self.sandbox = sandbox
        self.locale = locale
        self.cast = CASTS[locale]

    def go_home(self) -> None:
        """The network's feed."""
        self.page.goto(self.sandbox.network)

    def join(self, handle: str) -> None:
        """Choose a handle at the network."""
        self.go_home()
        self.page.fill("#handle", handle)
        self.page.click("form[action='/register'] button")

    def become(self, slug: str) -> None:
        """Click on a person on the sandbox's front page, which fills the sign-in form from then on."""
        self.page.goto(self.sandbox.issuer)
        self.page.click(f"a[href='/sandbox/as/{slug}']")

    def sign_in(self, slug: str) -> None:
        """Sign in with the password: the form is filled already."""
        who = persona(slug, SystemClock().now())
        self.page.wait_for_url("**/signin/**")
        expect(self.page.locator("#identifier")).to_have_value(who.username)
        expect(self.page.locator("#secret")).to_have_value(PASSWORD)
        assert self.page.inner_text(".party-name") == "Quán Nước"
        self.check()
        self.page.click("main .button.primary >> nth=0")

    def prove(self, slug: str) -> None:
        """Sign in at level 2: the code stands in the outbox."""
        self.sign_in(slug)
        who = persona(slug, SystemClock().now())
        self.page.wait_for_url("**/second")
        self.page.fill("#code", self._one_time_code(format_phone(who.record.phone or "")))
        self.page.click("main .button.primary >> nth=0")

    def agree(self) -> None:
        """Agree to what the network needs and to nothing else."""
        self.page.wait_for_url("**/consent/**")
        assert self.page.locator("input:checked").count() == 0
        self.check()
        self.page.click("button[value=agree]")

    def check(self) -> None:
        """axe finds nothing, nothing sticks out sideways, and the page is in the person's language."""
        expect_no_violation(self.page)
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"), self.page.url
        assert self.page.get_attribute("html", "lang") == self.locale

    def check_viewer(self) -> None:
        """As `check`, by WCAG alone: Swagger UI has a second `main` in its markup, which only good practice forbids.

        With an operation open, which shows its examples."""
        self.page.locator(".opblock-summary-control").first.click()
        expect(self.page.locator(".microlight[tabindex]")).not_to_have_count(0)
        expect_no_violation(self.page, {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth")

    def expect_outcome(self, words: dict[str, str]) -> None:
        """How the trip to the provider ended, back at the network."""
        self.page.wait_for_url(f"{self.sandbox.network}/outcome")
        assert self.page.inner_text("h1") == words[self.locale]
        self.check()

    def expect_locked(self) -> None:
        """The composer is locked, and the page says why and by which law."""
        locked = self.page.locator(".composer.locked")
        expect(locked).to_contain_text(LOCKED[self.locale])
        expect(locked).to_contain_text(REASON[self.locale])
        assert self.page.locator("#text").count() == 0

    def _one_time_code(self, phone: str) -> str:
        outbox = self.page.context.new_page()
        outbox.goto(f"{self.sandbox.issuer}/sandbox/outbox")
        code = outbox.locator(".card", has_text=phone).first.locator("code").inner_text()
        outbox.close()
        return code


@pytest.fixture(params=["vi", "en"])
def household(request: pytest.FixtureRequest, chromium: Browser, sandbox: Sandbox) -> Iterator[Household]:
    """A phone in Vietnamese and light, or in English and dark."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        locale=request.param,
        color_scheme="dark" if request.param == "en" else "light",
    )
    context.set_default_timeout(PATIENCE_MS)
    give_axe(context)
    yield Household(context.new_page(), sandbox, request.param)
    context.close()


def test_the_pages_of_the_sandbox_are_for_everybody(household: Household) -> None:
    page, provider = household.page, household.sandbox.issuer
    if household.locale == "en":
        page.set_viewport_size({"width": 1280, "height": 844})
    page.goto(provider)
    household.check()
    page.goto(f"{provider}/sandbox/outbox")
    household.check()
    page.goto(f"{provider}/authorize?client_id=quan-nuoc&response_type=code&redirect_uri=https://evil.example/")
    household.check()
    page.click("a[href*='/sandbox/errors/']")
    expect(page.locator("main")).to_contain_text("https://evil.example/")
    household.check()
    page.goto(f"{provider}/docs")
    household.check_viewer()
    page.click("nav.tabs a[href='/docs?contract=admin/v1']")
    household.check_viewer()


def test_an_account_is_locked_verified_and_locked_again_when_the_person_withdraws(household: Household) -> None:
    page = household.page
    household.become(household.cast.adult)
    household.join(f"minh.anh.{household.locale}")
    household.expect_locked()
    household.check()
    page.goto(f"{household.sandbox.network}/verify")
    household.check()
    household.go_home()

    page.click(".composer.locked form[action='/verify'] button")
    household.prove(household.cast.adult)
    household.agree()
    household.expect_outcome(VERIFIED)

    household.go_home()
    page.fill("#text", "Chào cả xóm")
    page.click("form[action='/posts'] button")
    expect(page.locator(".post .said").first).to_have_text("Chào cả xóm")
    household.check()

    # The provider fetched the network's logo a while ago and shows its own copy.
    page.goto(f"{household.sandbox.issuer}/me/services")
    service = page.locator(".service", has_text="Quán Nước")
    logo = service.locator("img.party-logo")
    expect(logo).to_have_attribute("src", "/logos/quan-nuoc/" + (logo.get_attribute("src") or "").rpartition("/")[2])
    assert logo.evaluate("image => image.naturalWidth") == 192
    household.check()
    service.locator("form[action='/me/services/withdraw'] button").click()
    household.check()
    page.click("main .button.danger")
    page.wait_for_url("**/me/services?withdrawn*")
    expect(page.locator(".service")).to_have_count(0)
    expect(page.locator("form[action='/me/services/again']")).to_be_visible()
    household.check()

    # The network heard of it: the person is told and signed out there, and who signs in again may only view.
    household.go_home()
    household.expect_outcome(ENDED)
    household.go_home()
    assert page.locator("#handle").is_visible()
    page.goto(f"{household.sandbox.network}/signin")
    page.click("form[action='/signin'] button")
    page.wait_for_url("**/consent/**")
    household.check()
    page.click("button[value=agree]")
    page.wait_for_url(f"{household.sandbox.network}/")
    household.expect_locked()


def test_a_child_is_refused_and_registered_by_a_parent_on_the_same_phone(household: Household) -> None:
    page = household.page
    household.become(household.cast.child)
    household.join(f"gia.han.{household.locale}")
    page.click(".composer.locked form[action='/verify'] button")
    household.sign_in(household.cast.child)
    # The page asks for nothing and says that a parent links the account; the child goes back and tells the parent.
    page.wait_for_url("**/guardian-acts/**")
    expect(page.locator("main")).to_contain_text(PARENT_LINKS[household.locale])
    household.check()
    page.click("main .button.primary")
    household.expect_outcome(NOT_SHARED)
    household.go_home()
    household.expect_locked()

    household.become(household.cast.parent)
    household.go_home()
    page.click(".composer.locked a[href='/parent']")
    household.check()
    page.click("form[action='/parent'] button")
    # The child is still signed in here: the parent is asked all the same.
    household.prove(household.cast.parent)
    page.wait_for_url("**/child/**")
    household.check()
    child = persona(household.cast.their_child, SystemClock().now()).record.full_name
    page.check(f"label.row:has-text('{child}') input[name=child]")
    page.click("main .button.primary >> nth=0")
    page.wait_for_url("**/consent/**")
    expect(page.locator("main")).to_contain_text(child)
    household.agree()
    household.expect_outcome(CHILD_OPEN)
    household.go_home()
    assert page.locator("#text").is_visible()
    page.goto(f"{household.sandbox.network}/known")
    assert child not in page.inner_text("main")
    household.check()
