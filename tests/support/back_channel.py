"""Signing out from both sides: a service that listens on its back channel, and a person who is asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.delivery.service import Queued, list_deliveries

OUT = "http://localhost:9999/signed-out"


@dataclass
class Service:
    """The relying party's own server: what it hears on its back channel, and what it answers."""

    port: int = 0
    status: int = 200
    answers: asyncio.Event | None = None
    """Until it is set, nothing is answered."""
    heard: list[dict[str, str]] = field(default_factory=list)
    raw: list[tuple[str, str]] = field(default_factory=list)
    """Head and body of each request as they came."""
    redirects_to: str | None = None

    @property
    def uri(self) -> str:
        """Its `backchannel_logout_uri`."""
        return f"http://localhost:{self.port}/back"


@asynccontextmanager
async def listening() -> AsyncIterator[Service]:
    """A service for as long as the block lasts."""
    service = Service()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        found = re.search(r"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(found[1]) if found else 0)
        service.heard.append(dict(parse_qsl(body.decode())) | {"_line": head.partition("\r\n")[0]})
        service.raw.append((head, body.decode()))
        if service.answers is not None:
            await service.answers.wait()
        elsewhere = f"Location: {service.redirects_to}\r\n" if service.redirects_to else ""
        head = f"HTTP/1.1 {service.status} X\r\n{elsewhere}Content-Length: 2\r\nConnection: close\r\n\r\n"
        writer.write(f"{head}{{}}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()


async def signed_in(person: Person, party: RelyingParty) -> dict[str, Any]:
    """Sign the person in at the relying party; its tokens."""
    request = party.request()
    arrived = await person.start(request)
    if isinstance(arrived, Page) and arrived.path.startswith("/signin"):
        arrived = await person.sign_in(arrived)
    if isinstance(arrived, Page):
        arrived = await person.submit(arrived, answer="agree")
    assert isinstance(arrived, str), arrived.text
    tokens: dict[str, Any] = (await party.redeem(request, request.read_answer(arrived)["code"])).json()
    return tokens


async def queue(land: Country) -> list[Queued]:
    """What waits, and what was given up."""
    async with land.idp.db.reading() as unit:
        return await list_deliveries(unit)


async def confirmed(person: Person, page: Page | str, **values: str) -> Page | str:
    """Send the form of the confirmation page to where it leads."""
    assert isinstance(page, Page), page
    found = re.search(r'<form class="form" action="([^"]+)" method="post"', page.response.text)
    assert found is not None
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.response.text))
    answer = await person.browser.post(found[1], data=form | values)
    location = answer.headers.get("location", "")
    return location if location.startswith("http") else Page(answer)


async def is_signed_in(person: Person, party: RelyingParty) -> bool:
    """What `prompt=none` finds."""
    request = party.request(prompt="none")
    away = await person.start(request)
    assert isinstance(away, str)
    return "code" in request.read_answer(away)
