"""The steps of a sign-in: the first page, the second factor, a passkey."""

import json
import re
from typing import Any

import httpx

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.storage.unit import Unit


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
    """Ask for another code, or for the first one where there is a choice."""
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


async def add_passkey(land: Country, slug: str, device: Authenticator) -> None:
    """Give the persona this passkey."""
    idp, person_id = land.idp, land.people[slug].record.person_id
    site = Site("localhost", "x", ISSUER)
    async with idp.db.reading() as reading:
        made = await passkeys.registration_options(
            reading, idp.keys.sealer, site, person_id=person_id, user_name="x", context="x"
        )
    answer = device.create(json.dumps(json.loads(made.options)))

    async def work(unit: Unit) -> Any:
        return await passkeys.register(
            unit,
            idp.keys.sealer,
            site,
            person_id=person_id,
            context="x",
            sealed=made.sealed,
            answer=answer,
            name="x",
            code_at=0,
        )

    await idp.db.transact(work)


async def status_of(person: Person, answer: httpx.Response, path: str) -> int:
    """Of an answer to the form of the page at `path`: the status with which that page tells what is wrong, or its own
    (303) where it leads on."""
    if answer.headers.get("location") != path:
        return answer.status_code
    return (await person.browser.get(path)).status_code
