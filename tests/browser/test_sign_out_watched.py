"""Services whose pages are open in the browser learn of a sign-out: in frames of ours, or of their own."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Frame, Page

from tests.browser.conftest import CLIENT_ID, Visit, Visitor
from tests.support.relying_party import challenge_of
from vneid_idp.kernel.secrets import new_secret

FRAME = """(address) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: address, hidden: true, onload: resolve });
  document.body.append(frame);
})"""
ASK = """([place, message, target]) => new Promise((resolve) => {
  addEventListener("message", (event) => resolve([event.data, event.origin]), { once: true });
  setTimeout(() => resolve(null), 1500);
  parent.frames[place].postMessage(message, target);
})"""


def agreed(person: Visitor) -> dict[str, Any]:
    """Sign in at the service and agree; its answer, and the ID token for it."""
    verifier = new_secret()
    person.arrive(scope="openid email", code_challenge=challenge_of(verifier), prompt="consent")
    person.sign_in()
    person.page.click("button[value=agree]")
    answer = person.came_back()
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": answer["code"],
        "redirect_uri": person.shop.redirect_uri,
        "code_verifier": verifier,
    }
    tokens: dict[str, Any] = httpx.post(f"{person.server.issuer}/token", data=form, trust_env=False).json()
    return answer | tokens


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_after_signing_out_tells_the_service_and_goes_on(visit: Visit, scripts: bool) -> None:
    person = visit("grandmother" if scripts else "leap-day", java_script_enabled=scripts)
    tokens = agreed(person)
    there = person.shop.broker_uri
    person.open(f"/end_session?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={there}&state=bye")
    told = len(person.shop.signed_out)
    person.page.click("#sign-out-yes")
    person.page.wait_for_url(person.shop.front)
    assert person.shop.answers[-1] == {"state": "bye"}
    (heard,) = person.shop.signed_out[told:]
    assert set(heard) == {"iss", "sid"}
    assert heard["iss"] == person.server.issuer


def ask(place: Page | Frame, person: Visitor, message: str) -> tuple[str, str] | None:
    """What the provider's frame, the first of the page, answers to a script at `place`."""
    found: tuple[str, str] | None = place.evaluate(ASK, [0, message, person.server.issuer])
    return found and (found[0], found[1])


def test_a_script_of_the_service_learns_that_the_sign_in_changed(visit: Visit) -> None:
    person = visit("centenarian")
    answer = agreed(person)
    issuer, page = person.server.issuer, person.page
    message = f"{CLIENT_ID} {answer['session_state']}"
    page.evaluate(FRAME, f"{issuer}/check_session")
    page.evaluate(FRAME, person.shop.redirect_uri)
    page.evaluate(FRAME, person.shop.front)
    own, foreign = page.frames[2:]
    for place in (page, own):
        assert ask(place, person, message) == ("unchanged", issuer)
        assert ask(place, person, f"another {answer['session_state']}") == ("changed", issuer)
        assert ask(place, person, "junk") == ("error", issuer)
    assert ask(foreign, person, message) is None  # it is not whose page this is
    elsewhere = page.context.new_page()
    elsewhere.goto(f"{issuer}/end_session")
    elsewhere.click("#sign-out-yes")
    elsewhere.wait_for_selector("h1")
    assert ask(page, person, message) == ("changed", issuer)
    # On another site the browser keeps the cookie from the frame, and nothing is known.
    page.goto(person.shop.front)
    page.evaluate(FRAME, f"{issuer}/check_session")
    assert ask(page, person, message) == ("error", issuer)
