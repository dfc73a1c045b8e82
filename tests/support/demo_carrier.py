"""A browser at the demo carrier, which runs in process against the whole provider."""

import base64
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import vneid_idp.sandbox.carrier as carrier
from tests.support.country import ISSUER, Country
from tests.support.shortcuts import Known
from tests.support.visitor import Page, shown
from vneid_idp.sandbox.carrier.keys import ClientKeys
from vneid_idp.sandbox.demo_carrier import bring_in_step, new_credentials
from vneid_idp.sandbox.faces import captures

PUBLIC_URL = "http://localhost:8005"
FIRST = "/numbers/958112233"


class Customer:
    """A browser at the carrier, and somebody who holds it."""

    def __init__(self, http: httpx.AsyncClient, app: FastAPI) -> None:
        self.http = http
        self.app = app

    @property
    def browser(self) -> str:
        """The name that the carrier gave this browser."""
        session = self.http.cookies["song"].partition(".")[0]
        return str(json.loads(base64.b64decode(session + "=="))["browser"])

    async def page(self, path: str) -> str:
        """What a page says, redirects followed."""
        answer = await self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    async def send(self, path: str, **fields: str) -> str:
        """Submit a form; where it leads."""
        return (await self._post(path, fields)).headers["location"]

    async def csrf(self) -> str:
        """What every form of this browser's carries."""
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page("/terms"))
        assert token
        return token[1]

    async def _post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return await self.http.post(path, data={"csrf": await self.csrf(), **fields})

    async def refused(self, path: str, **fields: str) -> None:
        """Submit a form that is shown again, with what is wrong."""
        answer = await self._post(path, fields)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text

    async def leave(self, someone: Known, path: str, **fields: str) -> Page | str:
        """Press a button that leads to the provider; the page there, or where it leads back to."""
        url = await self.send(path, **fields)
        assert url.startswith(f"{ISSUER}/authorize?client_id=song&request_uri="), url
        assert not re.search("958|9500000", url), "what the person is asked passes through no browser"
        return await someone.person.open(url)

    async def confirm(self, someone: Known, path: str = FIRST, answer: str = "agree") -> str:
        """Choose a number and answer for it at the provider; the address at the carrier where that ends."""
        return await self.answered(someone, shown(await self.leave(someone, path, contract="prepaid")), answer)

    async def answered(self, someone: Known, page: Page, answer: str = "agree") -> str:
        """Answer on the provider's page; the address at the carrier where that ends."""
        away = await someone.person.submit(page, answer=answer)
        assert isinstance(away, str), away.text
        return str((await self.http.get(away)).headers["location"])

    async def photographed(self, order: str, shows: str = "genuine") -> str:
        """Stand before the camera; the page that tells how it ended."""
        return await self.page(await self.send(order, shows=shows))


@asynccontextmanager
async def at_the_carrier(land: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    """Somebody at the carrier. Its clock is the provider's, and the camera's dice fall the same way each time."""
    monkeypatch.setattr(time, "time", lambda: land.watch.now() / 1000)
    monkeypatch.setattr(captures, "new_secret", lambda: "a steady hand")
    kept: dict[str, Any] = new_credentials()
    for _ in range(2):  # a sandbox that starts again registers nothing twice
        await land.idp.db.transact(lambda unit: bring_in_step(unit, kept, PUBLIC_URL))
    app_keys, back_end_keys, point_keys = (ClientKeys.read(kept[name]) for name in ("app", "back_end", "point"))
    config = carrier.Config(ISSUER, app_keys, back_end_keys, point_keys, kept["session_secret"], PUBLIC_URL)
    app = carrier.create_app(config, httpx.ASGITransport(land.app))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url=PUBLIC_URL, headers={"accept-language": "en"}
    ) as browser:
        yield Customer(browser, app)
