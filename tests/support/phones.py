"""A browser that somebody enrols as their phone, and its lock."""

import json
import re
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
        self.person.country.watch.advance(1)  # of two answers at one moment one counts
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


class Elsewhere:
    """A browser that asks to be signed in by a phone, at `path`: the page of a request, or of the own pages."""

    def __init__(self, person: Person, path: str) -> None:
        self.person = person
        self.path = path

    async def begin(self) -> Page:
        """Ask for a pattern."""
        return shown(await self._send(shown(await self.person.open(self.path))))

    async def look(self) -> Page:
        """The page as it is now."""
        return shown(await self.person.open(f"{self.path}/phone"))

    async def state(self) -> dict[str, str]:
        """What the script of the page is told."""
        found: dict[str, str] = (await self.person.browser.get(f"{self.path}/phone/state")).json()
        return found

    async def code(self) -> str:
        """What the pattern says now."""
        return (await self.state())["address"].partition("#")[2]

    async def number(self) -> str:
        """The number that the page shows."""
        found = re.search(r'class="match"[^>]*>(\d\d)<', (await self.look()).response.text)
        assert found is not None
        return found[1]

    async def go_on(self) -> Page | str:
        """Press the button that is there once the phone has approved, or would be."""
        return await self._send(await self.look(), go_on="1")

    async def _send(self, page: Page, **form: str) -> Page | str:
        data = {"csrf_token": page.hidden["csrf_token"], **form}
        return await self.person._follow(await self.person.browser.post(f"{self.path}/phone", data=data))


async def scan(phone: Phone, code: str) -> httpx.Response:
    """What the script of the page does to which a camera led."""
    return await post_json(phone.person, await phone.open("/phone/scan"), "/phone/scan/code", {"code": code})


async def scanned(phone: Phone, elsewhere: Elsewhere) -> Page:
    """The page on which the phone asks for the number."""
    answer = await scan(phone, await elsewhere.code())
    assert answer.status_code == 200, answer.text
    return await phone.open(answer.json()["next"])


async def picked(phone: Phone, elsewhere: Elsewhere) -> Page:
    """The page on which the phone asks to be unlocked."""
    asked = await scanned(phone, elsewhere)
    return shown(await phone.person.submit(asked, number=await elsewhere.number()))


async def approved(phone: Phone, elsewhere: Elsewhere) -> None:
    """The phone let the browser go on."""
    asked = await picked(phone, elsewhere)
    answer = await phone.unlock(asked, f"{asked.path}/unlock")
    assert answer.status_code == 200, answer.text
