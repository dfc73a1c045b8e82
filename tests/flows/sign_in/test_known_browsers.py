"""A lock-out is soft: strangers are slowed, and who was here before, or has a passkey, gets through."""

import httpx
import pytest

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.relying_party import Person, RelyingParty
from tests.support.signing_in import add_passkey, status_of, use_passkey
from tests.support.visitor import shown
from vneid_idp.identity.factors.turns import Turns
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject

NUMBERS = range(3)


def someone(land: Country, slug: str, address: str) -> Person:
    """A person whose browser is at `address`."""
    person = Person(land, land.people[slug])
    person.browser = httpx.AsyncClient(transport=httpx.ASGITransport(land.app, client=(address, 1)), base_url=ISSUER)
    return person


async def tries(person: Person, party: RelyingParty, name: str, secret: str) -> int:
    """The status of the page that answers an attempt; 303 when it was right."""
    page = shown(await person.start(party.request()))
    answer = await person.browser.post(
        page.action, data={**page.hidden, "with": "password", "identifier": name, "secret": secret}
    )
    return await status_of(person, answer, page.path)


async def strangers(land: Country, party: RelyingParty, name: str) -> None:
    """Guesses at `name` from several addresses, until no more are taken."""
    for number in NUMBERS:
        guesser = someone(land, "plain", f"192.0.2.{number}")
        assert [await tries(guesser, party, name, "guess") for _ in range(6)] == [422] * 5 + [429]
    assert await tries(someone(land, "plain", "192.0.2.99"), party, name, "guess") == 429


async def test_one_address_locks_nobody_out_elsewhere(land: Country, party: RelyingParty) -> None:
    holder = someone(land, "complete", "198.51.100.1")
    guesser = someone(land, "plain", "192.0.2.1")
    assert [await tries(guesser, party, holder.persona.username, "guess") for _ in range(6)] == [422] * 5 + [429]
    assert await tries(holder, party, holder.persona.username, holder.persona.password) == 303


async def test_who_signed_in_here_before_gets_through_while_strangers_are_locked_out(
    land: Country, party: RelyingParty
) -> None:
    home, new = (someone(land, "complete", "198.51.100.1") for _ in range(2))
    name, password = home.persona.username, home.persona.password
    assert await tries(home, party, name, password) == 303
    del home.browser.cookies["vneid_idp_session"]
    await strangers(land, party, name)
    assert await tries(new, party, name, password) == 429
    assert await tries(home, party, name, password) == 303
    # For another name it is a browser like any other, and so it is with a cookie that is not ours.
    other = land.people["guardian"].username
    await strangers(land, party, other)
    del home.browser.cookies["vneid_idp_session"]
    assert await tries(home, party, other, land.people["guardian"].password) == 429
    new.browser.cookies.set("vneid_idp_known", "x" * 80)
    assert await tries(new, party, name, password) == 429


async def test_who_guesses_in_a_browser_that_is_known_is_stopped_there(land: Country, party: RelyingParty) -> None:
    home = someone(land, "complete", "198.51.100.1")
    name, password = home.persona.username, home.persona.password
    assert await tries(home, party, name, password) == 303
    del home.browser.cookies["vneid_idp_session"]
    assert [await tries(home, party, name, "guess") for _ in range(6)] == [422] * 5 + [429]
    assert await tries(someone(land, "complete", "198.51.100.1"), party, name, password) == 303


async def test_a_passkey_gets_through_where_passwords_are_guessed(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator(ISSUER)
    await add_passkey(land, "complete", device)
    once = {**LIMITS[Secret.SIGN_IN], Subject.ADDRESS: (Limit(1, 15 * MINUTE),)}
    monkeypatch.setattr(land.idp.limits, "_table", {**LIMITS, Secret.SIGN_IN: once})
    assert await tries(someone(land, "plain", "192.0.2.1"), party, "0951999999", "guess") == 422
    holder = someone(land, "complete", "192.0.2.1")
    assert await tries(holder, party, holder.persona.username, holder.persona.password) == 429
    page = shown(await holder.start(party.request()))
    answer = await use_passkey(holder, page, f"{page.path}/passkey", device)
    assert answer.status_code == 200, answer.text


async def test_an_attempt_that_found_no_turn_is_not_counted(
    land: Country, party: RelyingParty, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = someone(land, "complete", "198.51.100.1")
    name, password = person.persona.username, person.persona.password
    with monkeypatch.context() as crowded:
        crowded.setattr(land.idp.hasher, "_turns", Turns(0, 0))
        assert [await tries(person, party, name, password) for _ in range(7)] == [503] * 7
    assert [await tries(person, party, name, "guess") for _ in range(4)] == [422] * 4
    assert await tries(person, party, name, password) == 303
