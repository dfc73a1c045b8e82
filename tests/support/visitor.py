"""Somebody at a browser: opens pages, fills in forms, follows redirects within the provider and no further."""

import html
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx

from vneid_idp.sandbox.country.personas import Persona

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_CHOICE = re.compile(r'name="([^"]+)" value="full"')
_ACTION = re.compile(r'<form class="form" action="([^"]+)" method="post"')


@dataclass
class Page:
    """A page as a person meets it: its address, its words, its form."""

    response: httpx.Response

    @property
    def path(self) -> str:
        """Where it is."""
        return self.response.request.url.path

    @property
    def text(self) -> str:
        """What it says."""
        return html.unescape(re.sub(r"<[^>]+>", " ", self.response.text))

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its form."""
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(self.response.text)}

    @property
    def choices(self) -> dict[str, str]:
        """What a consent page lets the person share, and the value that shares it in full."""
        return dict.fromkeys(_CHOICE.findall(self.response.text), "full")

    @property
    def asks_for_code(self) -> bool:
        """Whether a one-time code was sent and can be typed here."""
        return 'name="code"' in self.response.text

    @property
    def action(self) -> str:
        """Where its form goes."""
        here = str(self.response.request.url)
        found = _ACTION.search(self.response.text)
        return urljoin(here, html.unescape(found[1])) if found else here


def shown(found: Page | str) -> Page:
    """A page that stands here, and does not lead away."""
    assert isinstance(found, Page), found
    return found


class Visitor(ABC):
    """A persona with a browser of their own, at the provider that calls itself `issuer`."""

    def __init__(self, issuer: str, browser: httpx.AsyncClient, persona: Persona) -> None:
        self.issuer = issuer
        self.browser = browser
        self.persona = persona

    async def open(self, path: str, **params: str) -> Page | str:
        """Open an address and follow redirects within the provider; a `str` is where it leads away to."""
        return await self._follow(await self.browser.get(path, params=params or None))

    async def submit(self, page: Page, **values: str | list[str]) -> Page | str:
        """Send the form of a page with `values` over its hidden fields."""
        form: dict[str, Any] = {**page.hidden, **values}
        return await self._follow(await self.browser.post(page.action, data=form))

    async def sign_in(self, page: Page | str, secret: str | None = None) -> Page | str:
        """Give number and password on the sign-in page."""
        assert isinstance(page, Page), page
        return await self.submit(page, identifier=self.persona.username, secret=secret or self.persona.password)

    @abstractmethod
    async def one_time_code(self) -> str:
        """The latest code that was sent to this person."""

    async def prove(self, address: str) -> str:
        """Do at `address` whatever the pages ask: sign in, second proof, share everything. Where it leads to."""
        page = await self.open(address)
        for _ in range(5):
            if isinstance(page, str):
                return page
            if page.path.endswith("/second"):
                page = await self.second(page)
            elif page.path.startswith("/signin"):
                page = await self.sign_in(page)
            elif page.path.startswith("/consent/"):
                page = await self.submit(page, answer="agree", **page.choices)
            elif page.path.startswith("/level/"):
                page = await self.submit(page, leave="1")
            elif page.path == "/end_session":
                page = await self.submit(page)
            else:
                break
        raise AssertionError(f"stuck at {page if isinstance(page, str) else page.path + page.text}")

    async def confirm_link(self, page: Page | str) -> Page | str:
        """Confirm the link of an account, where that alone is asked."""
        if isinstance(page, str):
            return page
        assert page.path.startswith("/consent/"), page.text
        assert not page.choices, page.text
        return await self.submit(page, answer="agree")

    async def second(self, page: Page) -> Page | str:
        """Type the code that was sent; who has a passkey as well chooses to have one sent."""
        if not page.asks_for_code:
            page = shown(await self.submit(page, send="1"))
        return await self.submit(page, code=await self.one_time_code())

    async def _follow(self, response: httpx.Response) -> Page | str:
        while response.is_redirect:
            location = response.headers["location"]
            if location.startswith("http") and not location.startswith(f"{self.issuer}/"):
                return str(location)
            response = await self.browser.get(location)
        return Page(response)
