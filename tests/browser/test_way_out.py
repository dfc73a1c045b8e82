"""The way back to a service whose callback leads on to another origin: each button of a request gets there."""

import httpx
import pytest

from tests.browser.conftest import CLIENT_ID, Visit, Visitor
from tests.support.relying_party import challenge_of
from vneid_idp.kernel.secrets import new_secret


def arrived(person: Visitor) -> dict[str, str]:
    """The browser stands at the other origin; what the callback was told on the way."""
    person.page.wait_for_url(person.shop.front)
    return person.shop.answers[-1]


@pytest.mark.parametrize(("response_mode", "scripts"), [("query", True), ("query", False), ("form_post", True)])
def test_agreeing_and_signing_in_lead_through_a_callback_to_another_origin(
    visit: Visit, response_mode: str, scripts: bool
) -> None:
    person = visit("clan-last-name" if scripts else "merged-province", java_script_enabled=scripts)
    asked = {"redirect_uri": person.shop.broker_uri, "response_mode": response_mode, "scope": "openid identity"}
    person.arrive(**asked, prompt="consent")
    person.sign_in()
    person.page.click("button[value=agree]")
    assert "code" in arrived(person)
    # Now that all is agreed the sign-in itself is the form that leads there.
    person.page.context.clear_cookies()
    person.arrive(**asked)
    person.sign_in()
    assert "code" in arrived(person)


def test_refusing_and_signing_out_lead_through_a_callback_to_another_origin(visit: Visit) -> None:
    person = visit("four-word-name")
    verifier = new_secret()
    asked = {"redirect_uri": person.shop.broker_uri, "code_challenge": challenge_of(verifier)}
    person.arrive(**asked)
    person.sign_in()
    person.page.click("button[value=refuse]")
    assert arrived(person)["error"] == "access_denied"
    person.arrive(**asked, scope="openid")
    person.page.click("button[value=agree]")
    form = {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "code": arrived(person)["code"],
        "redirect_uri": person.shop.broker_uri,
        "code_verifier": verifier,
    }
    tokens = httpx.post(f"{person.server.issuer}/token", data=form, trust_env=False).json()
    person.open(
        f"/end_session?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={person.shop.broker_uri}&state=bye"
    )
    person.page.click("#sign-out-yes")
    assert arrived(person) == {"state": "bye"}
