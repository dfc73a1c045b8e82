"""The steps of a sign-in: the first page, the second factor, a passkey."""

import json
import re
from typing import Any

import httpx

from tests.support.authenticator import Authenticator
from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.protocol.levels import LEVEL_2


async def at_signin(land: Country, party: RelyingParty, slug: str = "complete", **params: str) -> tuple[Person, Page]:
    """A person on the sign-in page of a request."""
    person = Person(land, land.people[slug])
    page = await person.start(party.request(**params))
    assert isinstance(page, Page)
    assert page.path.startswith("/signin/")
    return person, page


async def at_second(land: Country, party: RelyingParty, slug: str = "complete") -> tuple[Person, Page]:
    """A person who gave the password and is asked for a second factor."""
    person = Person(land, land.people[slug])
    page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
    assert isinstance(page, Page)
    assert page.path.endswith("/second")
    return person, page


async def send(person: Person, page: Page) -> Page:
    """Ask for a code."""
    sent = await person.submit(page, send="1")
    assert isinstance(sent, Page)
    return sent


async def post_json(person: Person, page: Page, path: str, body: dict[str, str]) -> httpx.Response:
    """What the script of a page sends."""
    token = re.search(r'data-csrf="([^"]+)"', page.response.text)
    assert token is not None
    headers = {"X-CSRF-Token": token[1], "Accept": "application/json"}
    return await person.browser.post(path, json=body, headers=headers)


async def use_passkey(person: Person, page: Page, path: str, device: Authenticator) -> httpx.Response:
    """The whole ceremony of signing in with a passkey."""
    given: dict[str, Any] = (await post_json(person, page, f"{path}/options", {})).json()
    answer = device.get(json.dumps(given["options"]))
    return await post_json(person, page, path, {"sealed": given["sealed"], "answer": answer})
