"""The operator's console in Chromium: every page in every form, with its errors and its results, and by keyboard."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import orjson
import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.conftest import CLIENT_ID, Shop, Visit, Visitor, in_every_form
from tests.support.commands import run
from tests.support.country import METADATA
from tests.support.deeds import WHY
from tests.support.people import persona
from tests.support.policy_texts import holiday, interval, requirement
from tests.support.resource_servers import registration
from tests.support.server import Server
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.web.uploads import MOST_BYTES

CLIENT = f"/console/clients/{CLIENT_ID}"
PAGES = (
    "/console",
    "/console/clients",
    "/console/clients/+",
    "/console/clients/+/metadata",
    CLIENT,
    f"{CLIENT}/registration",
    f"{CLIENT}/metadata",
    f"{CLIENT}/purposes",
    f"{CLIENT}/purposes/letters",
    f"{CLIENT}/purposes/+",
    f"{CLIENT}/domains",
    "/console/families",
    "/console/families/carrier",
    "/console/families/carrier/register",
    "/console/resource-servers",
    "/console/resource-servers/+",
    "/console/keys",
    "/console/policy",
    "/console/policy/new",
    "/console/policy/2",
    "/console/policy/2/publish",
    "/console/people",
    "/console/deliveries",
    "/console/deliveries?dead",
    "/console/register",
)
REFUSED = {
    f"{CLIENT}/registration": "form[action$=registration] .button.primary",
    "/console/clients/+": ".button.primary",
    f"{CLIENT}/purposes/+": "button[value=save]",
    f"{CLIENT}/domains": "form[action$=domains] .button.primary",
    "/console/families": ".button.primary",
    "/console/resource-servers/+": ".button.primary",
    "/console/policy/new": ".button.primary",
    "/console/policy/2/publish": ".button.primary",
    "/console/people": ".button.primary",
}
"""Pages whose form says what is missing when it is sent as it is, and the button that sends it."""


@pytest.fixture(scope="module")
def as_operator(
    chromium: Browser, server: Server, shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StorageState]:
    """An operator's session, opened once, since messages are counted; a draft, a family with a register of numbers, a
    resource server and a key are there to be seen."""
    file: Path = tmp_path_factory.mktemp("policy") / "draft.toml"
    rows = requirement("2031-01-01", 2, "2032-01-01") + interval("2031-01-01", 15) + holiday("2031-02-01", off=False)
    file.write_text(rows, encoding="utf-8")
    client, numbers = file.with_name("client.json"), file.with_name("register.csv")
    client.write_bytes(orjson.dumps(METADATA | {"family": "carrier"}))
    tickets = file.with_name("tickets.json")
    tickets.write_bytes(orjson.dumps(registration(family="carrier")))
    commands = (
        ("families", "create", "carrier", "Viễn thông A", *WHY),
        ("clients", "register", str(client), "--client-id", "cli_carrier", *WHY),
        ("numbers", "invent", str(numbers), "--rows", "500"),
        ("numbers", "import", str(numbers), "--client", "cli_carrier", *WHY),
        ("resource-servers", "register", str(tickets), *WHY),
        ("policy", "load", str(file), *WHY),
        ("keys", "rotate", "--kind", "ES256", *WHY),
    )
    # In a thread, since the browser's loop runs in this one; not in processes, each of which takes seconds to begin.
    with patch.dict(os.environ, server.environment, clear=True), ThreadPoolExecutor(1) as apart:
        for command in commands:
            apart.submit(run, *command).result()
    context = chromium.new_context(locale="vi")
    someone = Visitor(context.new_page(), server, shop, persona("operator", SystemClock().now()))
    someone.open("/console")
    someone.sign_in()
    someone.page.wait_for_url("**/signin/second")
    someone.prove_twice()
    someone.page.wait_for_url("**/console")
    yield context.storage_state()
    context.close()


def check(operator: Visitor) -> None:
    """The page, and the same with everything open that can be opened."""
    for summary in operator.page.locator("summary").all():
        summary.click()
    operator.check_page()


@in_every_form
def test_every_page_of_the_console(
    visit: Visit, as_operator: StorageState, width: int, locale: str, scheme: str
) -> None:
    operator = visit("operator", width=width, locale=locale, color_scheme=scheme, storage_state=as_operator)
    page = operator.page
    operator.open(f"/console?lang={locale}")
    assert page.get_attribute("html", "lang") == locale
    for path in PAGES:
        operator.open(path)
        assert page.locator("h1").count() == 1, path
        check(operator)
    for path, button in REFUSED.items():
        operator.open(path)
        page.click(button)
        page.locator(".notice[role=alert]").wait_for()
        assert page.locator(".field-error").count() > 0, path
        check(operator)
    operator.open("/console/resource-servers")
    page.click(".linked-list a")
    check(operator)
    page.click("a[href$=change]")
    page.fill("#title-en-1", "See trains")
    page.click("button[value=more]")
    page.locator("#scope-2").wait_for()
    assert page.input_value("#title-en-1") == "See trains"
    check(operator)
    operator.open("/console/people")
    page.fill("#number", persona("complete", SystemClock().now()).username)
    page.check("input[value=support]")
    operator.press_main()
    page.locator(".data").wait_for()
    check(operator)
    operator.open("/console/policy/2")
    page.click("form[action*=simulate] button")
    page.locator("#simulation .notice").wait_for()
    check(operator)


def test_an_organisation_is_added_by_keyboard_alone(visit: Visit, as_operator: StorageState) -> None:
    operator = visit("operator", locale="en", storage_state=as_operator)
    page = operator.page
    operator.open("/console/families?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "family":
            break
    for text in ("second", "Second House", "Asked for in a ticket"):
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/families/second")
    assert page.inner_text("h1") == "Second House"


def test_a_draft_and_a_client_come_from_files(visit: Visit, as_operator: StorageState, tmp_path: Path) -> None:
    operator = visit("operator", locale="en", storage_state=as_operator)
    page = operator.page
    draft, client = tmp_path / "draft.toml", tmp_path / "client.json"
    draft.write_text(requirement("2033-01-01", 2, "2034-01-01"), encoding="utf-8")
    client.write_text('{"client_name": "From a file", "redirect_uris": ["https://file.example/cb"]}', encoding="utf-8")
    for path, file in (("/console/policy/new", draft), ("/console/clients/+/metadata", client)):
        operator.open(f"{path}?lang=en")
        page.set_input_files("#file", file)
        page.fill("#reason", "Asked for in a ticket")
        page.click("form[enctype] .button.primary")
        page.locator("#file").wait_for(state="detached")
        check(operator)
    assert "From a file" in page.inner_text("main")
    assert page.locator("code.mono").count() == 3


def test_a_file_that_is_too_large_is_told(visit: Visit, as_operator: StorageState, tmp_path: Path) -> None:
    operator = visit("operator", locale="en", storage_state=as_operator)
    file = tmp_path / "draft.toml"
    file.write_bytes(b"#" * (6 * MOST_BYTES))
    operator.open("/console/policy/new?lang=en")
    operator.page.set_input_files("#file", file)
    operator.page.click("form[enctype] .button.primary")
    operator.page.get_by_text("The file is too large").wait_for()


def test_a_mistake_is_told_and_led_to(visit: Visit, as_operator: StorageState) -> None:
    operator = visit("operator", locale="en", storage_state=as_operator)
    page = operator.page
    operator.open(f"{CLIENT}?lang=en")
    page.click("button[value=rotate], button[value=disable]")
    page.locator(".notice[role=alert] a").click()
    assert page.evaluate("document.activeElement.id") == "reason"
    assert page.get_attribute("#reason", "aria-invalid") == "true"
