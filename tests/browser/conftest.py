"""Browser tests: Chromium in front of a running server, a relying party that only waits for the answer, and axe.

Tests of a session share a server, in an order that nobody knows. So each signs in as a persona of its own, since
attempts and messages are counted by account; and of whom a test changes password or phone signs in nowhere else.
"""

import asyncio
import shutil
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.support.axe import expect_no_violation, give_axe
from tests.support.country import PURPOSE
from tests.support.people import persona
from tests.support.relying_party import challenge_of
from tests.support.sandbox import Sandbox
from tests.support.server import Server, serving, settle
from vneid_idp.clients import service as clients
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.storage.database import open_database
from vneid_idp.web.formats import format_phone

_CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
CLIENT_ID, CURIOUS_ID = "browser-shop", "browser-curious"
PATIENCE_MS = 30_000
"""For whatever a page is waited for: on a busy machine a sign-in alone may take seconds."""
LETTERS: dict[str, Any] = {
    **PURPOSE,
    "id": "letters",
    "title": {"vi": "Gửi thông báo", "en": "Send you messages"},
    "required": [],
    "optional": ["nickname", "website"],
}
PURPOSES = [
    {**PURPOSE, "required": ["full_name", "identity_level", "birthdate"], "optional": ["email", "phone_number"]},
    LETTERS,
]

EVERYTHING = [
    {
        **PURPOSE,
        "required": ["full_name", "gender", "email", "address", "identity_level"],
        "optional": [
            "birthdate", "phone_number", "age_over_13", "age_over_16", "age_over_18", "identity_verified_since",
            "picture", "nickname", "preferred_username", "website", "profile", "locale", "zoneinfo", "updated_at",
        ],
    }
]  # fmt: skip
ALL_SCOPES = "openid full_name identity age profile email phone address"
"""Of the client that asks for whatever there is."""


@dataclass
class Shop:
    """A relying party: sends people to the provider and keeps what comes back to its callback."""

    port: int
    answers: list[dict[str, str]] = field(default_factory=list)
    signed_out: list[dict[str, str]] = field(default_factory=list)
    """What was told in frames to the page that signs out."""

    @property
    def redirect_uri(self) -> str:
        """Where answers go."""
        return f"http://localhost:{self.port}/callback"

    @property
    def broker_uri(self) -> str:
        """A callback that keeps the answer and sends the browser on to `front`, as brokers and split back ends do."""
        return f"http://localhost:{self.port}/broker"

    @property
    def front(self) -> str:
        """Another origin, which the provider knows nothing of."""
        return f"http://127.0.0.1:{self.port}/front"

    def address(self, server: Server, **params: str) -> str:
        """The authorization request of a visit."""
        asked = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid full_name identity profile email",
            "state": "s",
            "nonce": "n",
            "code_challenge": challenge_of(new_secret()),
            "code_challenge_method": "S256",
        } | params
        return f"{server.issuer}/authorize?{urlencode(asked)}"

    async def register(self, database_url: str) -> None:
        """Register with the provider, as the operator does."""
        members = {
            "client_name": "Chợ Quê",
            "redirect_uris": [self.redirect_uri, self.broker_uri],
            "post_logout_redirect_uris": [self.broker_uri],
            "frontchannel_logout_uri": f"http://localhost:{self.port}/sign-out",
            "token_endpoint_auth_method": "none",
            "scope": "openid full_name identity profile email phone offline_access binding:child_account",
            "grant_types": ["authorization_code", "refresh_token"],
            "purposes": PURPOSES,
        }
        database = open_database(database_url, SystemClock())
        try:
            async with database.writing() as unit:
                curious = {**members, "scope": ALL_SCOPES, "purposes": EVERYTHING}
                for client_id, wanted in ((CLIENT_ID, members), (CURIOUS_ID, curious)):
                    read = registration.read_registration(wanted, Registrar(by_operator=True, sandbox=True))
                    await clients.register(unit, read, client_id=client_id)
        finally:
            await database.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """`vneid-idp sandbox` in an empty folder, on free ports, with the demos beside it."""
    made = Sandbox(tmp_path_factory.mktemp("sandbox"))
    try:
        made.start()
        assert made.process.poll() is None, made.log.read_text()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A relying party that answers every callback with a small page."""
    answers: list[dict[str, str]] = []
    signed_out: list[dict[str, str]] = []

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Keep the answer."""
            if self.path.startswith(("/callback", "/broker")):
                answers.append(dict(parse_qsl(urlsplit(self.path).query)))
            if self.path.startswith("/sign-out"):
                signed_out.append(dict(parse_qsl(urlsplit(self.path).query)))
            self._answer()

        def do_POST(self) -> None:
            """The same of one that comes by `form_post`."""
            answers.append(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))
            self._answer()

        def _answer(self) -> None:
            if self.path.startswith("/broker"):
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{listener.server_address[1]}/front")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>Back at the shop</title>")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    Thread(target=listener.serve_forever, daemon=True).start()
    yield Shop(listener.server_address[1], answers, signed_out)
    listener.shutdown()
    listener.server_close()


@pytest.fixture(scope="session")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[Server]:
    """A running provider on SQLite, with its people."""
    folder = tmp_path_factory.mktemp("server")
    url = f"sqlite:///{folder / 'provider.sqlite3'}"
    shutil.copyfile(migrated_sqlite, folder / "provider.sqlite3")
    _prepare(url, shop)
    with serving(url, folder) as running:
        yield running


@pytest.fixture
def postgresql_server(postgresql_url: str, tmp_path: Path, shop: Shop) -> Iterator[Server]:
    """The same on PostgreSQL."""
    _prepare(postgresql_url, shop)
    with serving(postgresql_url, tmp_path) as running:
        yield running


def _prepare(database_url: str, shop: Shop) -> None:
    async def prepare() -> None:
        await settle(database_url)
        await shop.register(database_url)

    # In a thread of its own: Playwright's loop may be running in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(prepare())).result()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. It leaves with the package: while it is here its event loop runs, and no test could run another."""
    assert _CHROMIUM is not None, "browser tests need Chromium (Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows the pages it stood at: what a person would have read there mostly says why."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("chromium")
    if report.when == "call" and report.failed and browser is not None:
        for page in (page for context in browser.contexts for page in context.pages):
            report.sections.append((f"page {page.url.partition('?')[0]}", _shown(page)))
    return report


def _shown(page: Page) -> str:
    """Title and text of a page, as far as it can still be asked."""
    try:
        return f"{page.title()}\n\n{page.locator('body').inner_text(timeout=5_000)}"
    except PlaywrightError as error:
        return f"(the page cannot be read: {error.message})"


class Visitor:
    """A persona in front of a page."""

    def __init__(self, page: Page, server: Server, shop: Shop, who: Persona) -> None:
        self.page = page
        self.server = server
        self.shop = shop
        self.who = who

    def arrive(self, **params: str) -> None:
        """Come from the relying party."""
        self.page.goto(self.shop.address(self.server, **params))

    def open(self, path: str) -> None:
        """Open a page of the provider."""
        self.page.goto(self.server.issuer + path)

    def sign_in(self) -> None:
        """Give number and password."""
        self.page.fill("#identifier", self.who.username)
        self.page.fill("#secret", self.who.password)
        self.press_main()

    def prove_twice(self) -> None:
        """Enter the code that was sent."""
        self.page.wait_for_url("**/second")
        self.page.fill("#code", self.one_time_code())
        self.press_main()

    def press_main(self) -> None:
        """The main button of the page."""
        self.page.click("main .button.primary >> nth=0")

    def one_time_code(self) -> str:
        """The latest code in the sandbox's outbox."""
        outbox = self.page.context.new_page()
        outbox.goto(f"{self.server.issuer}/sandbox/outbox")
        phone = format_phone(self.who.record.phone or "")
        code = outbox.locator(".card", has_text=phone).first.locator("code").inner_text()
        outbox.close()
        return code

    def came_back(self) -> dict[str, str]:
        """What the relying party was told last."""
        self.page.wait_for_url(f"{self.shop.redirect_uri}*")
        return self.shop.answers[-1]

    def check_page(self) -> None:
        """axe finds nothing, and nothing sticks out sideways or is too small for a finger."""
        expect_no_violation(self.page)
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"), self.page.url
        small = self.page.evaluate(
            """[...document.querySelectorAll("main button, main .button, main input:not([type=hidden]), main select")]
            .filter(each => each.checkVisibility() && !["checkbox", "radio"].includes(each.type))
            .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""
        )
        assert small == [], self.page.url


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, server: Server, shop: Shop) -> Iterator[Visit]:
    """`visit("complete", locale="en", …)`: a persona with a browser of their own; further names go to the context."""
    contexts: list[BrowserContext] = []

    def come(slug: str, *, at: Server | None = None, width: int = 390, locale: str = "vi", **options: Any) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale=locale, **options)
        context.set_default_timeout(PATIENCE_MS)
        give_axe(context)
        contexts.append(context)
        return Visitor(context.new_page(), at or server, shop, persona(slug, SystemClock().now()))

    yield come
    for context in contexts:
        context.close()


FORMS = ((390, "vi", "light"), (390, "en", "dark"), (1280, "vi", "dark"), (1280, "en", "light"))
"""Four of eight: every width meets both languages and both schemes, every language both schemes."""
in_every_form = pytest.mark.parametrize(("width", "locale", "scheme"), FORMS)


@dataclass
class Authenticator:
    """A phone with a fingerprint reader."""

    devtools: CDPSession
    authenticator_id: str

    def agrees(self, enabled: bool) -> None:
        """Whether a finger lies on it: with one, whatever asks for a passkey is answered at once."""
        options = {"authenticatorId": self.authenticator_id, "enabled": enabled}
        self.devtools.send("WebAuthn.setAutomaticPresenceSimulation", options)


def give_authenticator(person: Visitor, transport: str = "internal") -> Authenticator:
    """A phone with a fingerprint reader that agrees until it is told not to; a security key by another `transport`."""
    devtools = person.page.context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": transport,
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Authenticator(devtools, added["authenticatorId"])
