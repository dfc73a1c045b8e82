"""oidc-client-ts, unmodified, in a page of another origin: log-in, refresh, userinfo, revocation, log-out, renewal."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.conftest import Visit

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "interop" / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


@pytest.fixture
def app() -> Iterator[str]:
    """The origin of the application, on the site of the provider and at another port."""
    page, library = (HERE / "single_page_app.html").read_bytes(), LIBRARY.read_bytes()

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The page, whatever the address, or the library."""
            is_library = self.path == "/oidc-client-ts.js"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_library else "text/html")
            self.end_headers()
            self.wfile.write(library if is_library else page)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://localhost:{listener.server_address[1]}"
    listener.shutdown()
    listener.server_close()


def test_a_single_page_application_goes_the_whole_way(visit: Visit, app: str) -> None:
    person = visit("born-2000", locale="en")
    page, issuer = person.page, person.server.issuer
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(app)
    page.evaluate("register", issuer)
    page.reload()

    # Log-in, with the claims of userinfo in the profile.
    page.evaluate("() => void lasting.signinRedirect()")
    page.wait_for_url("**/signin/**")
    person.sign_in()
    page.wait_for_url("**/consent/**")
    for box in page.locator("input[value=full]").all():
        box.check()
    page.click("button[value=agree]")
    page.wait_for_url(f"{app}/callback*")
    user = page.evaluate("async () => await lasting.signinRedirectCallback()")
    assert user["profile"]["iss"] == issuer
    assert user["profile"]["name"] == person.who.record.full_name

    # Refresh; then a renewal in a frame by an application that has no refresh token.
    renewed = page.evaluate("async () => await lasting.signinSilent()")
    assert renewed["access_token"] != user["access_token"]
    assert renewed["refresh_token"] != user["refresh_token"]
    framed = page.evaluate("async () => await framed.signinSilent()")
    assert framed["profile"]["sub"] == user["profile"]["sub"]
    assert framed["refresh_token"] is None

    # Revocation, and that the page can read why its token is good no more.
    token = renewed["access_token"]
    assert page.evaluate("([issuer, token]) => userinfo(issuer, token)", [issuer, token]) == 200
    page.evaluate("async () => await lasting.revokeTokens(['access_token', 'refresh_token'])")
    assert page.evaluate("([issuer, token]) => userinfo(issuer, token)", [issuer, token]) == 401

    # Log-out, after which nothing is renewed.
    page.evaluate("() => void framed.signoutRedirect()")
    page.click("#sign-out-yes")
    page.wait_for_url(f"{app}/signed-out*")
    page.evaluate("async () => await framed.signoutRedirectCallback()")
    again = page.evaluate("() => framed.signinSilent().then(() => 'renewed', (error) => error.error)")
    assert again == "login_required"
    # The browser itself reports the 401 that was asked for.
    assert [text for text in said if "401" not in text] == []
