"""A browser that somebody enrols as their phone, and its lock."""

import json
from typing import Any

import httpx

from tests.support.authenticator import Authenticator
from tests.support.country import ISSUER, Country
from tests.support.pages import proven_twice
from tests.support.relying_party import Page, Person
from tests.support.signing_in import post_json
from tests.support.visitor import shown


class Phone:
    """A person's phone: a browser of its own, and an authenticator that its lock opens."""

    def __init__(self, land: Country, slug: str) -> None:
        self.person = Person(land, land.people[slug])
        self.lock = Authenticator(ISSUER)

    async def open(self, path: str = "/phone") -> Page:
        """A page of the app."""
        return shown(await self.person.open(path))

    async def sign_in(self) -> None:
        """Sign in at the own pages, with two proofs."""
        await self.person.sign_in(await self.person.open("/signin"))
        await proven_twice(self.person)

    async def unlock(self, page: Page, path: str, *, new: bool = False) -> httpx.Response:
        """What the script does when a button of the page is pressed that asks for the lock."""
        asked = await post_json(self.person, page, f"{path}/options", {})
        if asked.is_error:
            return asked
        given: dict[str, Any] = asked.json()
        options = json.dumps(given["options"])
        answer = self.lock.create(options) if new else self.lock.get(options)
        return await post_json(self.person, page, path, {"sealed": given["sealed"], "answer": answer})

    async def enrol(self) -> None:
        """All of it, from the sign-in on."""
        await self.sign_in()
        answer = await self.unlock(await self.open("/phone/enrol"), "/phone/enrol/new", new=True)
        assert answer.status_code == 200, answer.text
