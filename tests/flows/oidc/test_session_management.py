"""Relying parties in the browser learn that a sign-in changed (OpenID Connect Session Management 1.0)."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import pytest

from tests.support.back_channel import OUT, signed_in
from tests.support.country import ISSUER, Country, country
from tests.support.relying_party import Person, RelyingParty, query_of
from tests.support.shortcuts import agreed
from tests.support.visitor import shown
from tests.support.watch import Watch
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.use_cases.end_session import end_sessions

COOKIE = "vneid_idp_browser_state"


def fits(answer: dict[str, str], party: RelyingParty, person: Person, origin: str = "http://localhost:9999") -> bool:
    """Whether a script in this browser would find the state unchanged."""
    hashed, salt = answer["session_state"].split(".")
    text = f"{party.client_id} {origin} {person.browser.cookies[COOKIE]} {salt}"
    return hashed == urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


async def silent(person: Person, party: RelyingParty, **params: Any) -> dict[str, str]:
    """The answer to a request that may show no page."""
    answer = await person.browser.get("/authorize", params=party.request(prompt="none", **params).params)
    return query_of(answer.headers["location"])


async def test_every_answer_tells_the_state_of_the_sign_in(land: Country, party: RelyingParty) -> None:
    stranger, someone = Person(land, land.people["plain"]), (await agreed(land, party)).person
    for person, params, kind in (
        (stranger, {}, "login_required"),
        (someone, {"scope": "x"}, "invalid_scope"),
        (someone, {}, None),
    ):
        answers = [await silent(person, party, **params) for _ in range(2)]
        for answer in answers:
            assert answer.get("error") == kind
            assert re.fullmatch(r"[\w-]{43}\.[\w-]{22}", answer["session_state"])
            assert fits(answer, party, person)
            assert not fits(answer, party, person, "https://other.example")
        # Each has a salt of its own, so that nobody can put two together.
        assert answers[0]["session_state"] != answers[1]["session_state"]
    posted = await someone.browser.get("/authorize", params=party.request(response_mode="form_post").params)
    state = re.search(r'name="session_state" value="([^"]+)"', posted.text)
    assert state
    assert fits({"session_state": state[1]}, party, someone)


async def test_the_state_changes_with_sign_in_second_proof_and_sign_out(land: Country) -> None:
    party = RelyingParty(land, await land.register(post_logout_redirect_uris=[OUT]))
    person = Person(land, land.people["complete"])
    before = await silent(person, party)
    hint = (await signed_in(person, party))["id_token"]
    once = await silent(person, party)
    assert (fits(before, party, person), fits(once, party, person)) == (False, True)
    assert fits(await silent(person, party), party, person)
    request = party.request(acr_values=LEVEL_2)
    told = shown(await person.second(shown(await person.start(request))))
    assert isinstance(await person.submit(told, answer="agree"), str)
    twice = await silent(person, party)
    assert (fits(once, party, person), fits(twice, party, person)) == (False, True)
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": OUT}
    assert await person.submit(shown(await person.open("/end_session", **asked))) == OUT
    after = await silent(person, party)
    assert after["error"] == "login_required"
    assert (fits(twice, party, person), fits(after, party, person)) == (False, True)


async def test_a_session_that_ended_elsewhere_changes_the_state_once(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    before = await silent(someone.person, party)
    await land.idp.db.transact(lambda unit: end_sessions(unit, someone.person_id))
    after = await silent(someone.person, party)
    assert after["error"] == "login_required"
    assert not fits(before, party, someone.person)
    # Two relying parties that ask again at each change would otherwise keep each other asking for ever.
    await silent(someone.person, party)
    assert fits(after, party, someone.person)


async def test_a_state_of_the_browsers_own_making_is_not_taken(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    for planted in ("short", "x" * 23, "a b" + "x" * 19):
        person.browser.cookies.set(COOKIE, planted)
        answer = await silent(person, party)
        person.browser.cookies.delete(COOKIE, domain="")
        assert fits(answer, party, person)


@pytest.mark.parametrize("issuer", [ISSUER, "https://id.example"])
async def test_frames_of_any_page_may_read_the_state_and_nothing_else(
    sqlite_url: str, watch: Watch, issuer: str
) -> None:
    async with country(sqlite_url, watch, issuer=issuer) as land, land.browser() as browser:
        party = RelyingParty(land, await land.register())
        request = party.request(prompt="none")
        cookies = (await browser.get("/authorize", params=request.params)).headers.get_list("set-cookie")
        state = next(cookie for cookie in cookies if COOKIE in cookie)
        over_tls = issuer.startswith("https")
        assert ("HttpOnly" in state, "SameSite=None" in state, "Secure" in state) == (False, over_tls, over_tls)
        assert all("HttpOnly" in cookie for cookie in cookies if cookie is not state)
        address = (await browser.get("/.well-known/openid-configuration")).json()["check_session_iframe"]
        assert address == f"{issuer}/check_session"
        page = await browser.get("/check_session")
        policy = page.headers["content-security-policy"]
        assert "x-frame-options" not in page.headers
        assert "frame-ancestors" not in policy
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert page.headers["cross-origin-resource-policy"] == "cross-origin"
        assert page.headers["cache-control"] == "public, max-age=600"
        assert state.partition("=")[0] in page.text
        for other in ("/signin", "/end_session"):
            assert (await browser.get(other)).headers["x-frame-options"] == "DENY"


async def test_what_an_application_on_a_phone_gets_names_no_origin(land: Country) -> None:
    uri = "vn.example.app:/callback"
    party = RelyingParty(land, await land.register(application_type="native", redirect_uris=[uri]))
    person = Person(land, land.people["complete"])
    answer = await silent(person, party, redirect_uri=uri)
    assert fits(answer, party, person, "null")
