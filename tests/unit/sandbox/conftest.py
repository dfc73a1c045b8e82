"""The network in process, in front of a provider that can be told to misbehave."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.unit.sandbox.fake_provider import CLIENT_ID, CLIENT_SECRET, ISSUER, FakeProvider
from vneid_idp.sandbox.social_network import Config, create_app

PUBLIC_URL = "http://network.test"


@dataclass
class Visitor:
    """A browser at the network, and the network behind it."""

    http: httpx.AsyncClient
    app: Any
    provider: FakeProvider

    async def page(self, path: str = "/", status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Submit a form of ours, with the CSRF token of the page that the visitor sees."""
        found = re.search(r'name="csrf" value="([^"]+)"', await self.page("/privacy"))
        assert found
        return await self.http.post(path, data={"csrf": found[1], **fields})

    async def register(self, handle: str = "ngoc.anh") -> None:
        assert (await self.send("/register", handle=handle)).headers["location"] == "/"

    async def leave(self, path: str, **fields: str) -> tuple[str, dict[str, str]]:
        """Press a button that leads to the provider: the address and its parameters."""
        url = (await self.send(path, **fields)).headers["location"]
        assert url.startswith(f"{ISSUER}/"), url
        return url, {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    async def verify(self, path: str = "/verify", *fields: str, **changes: str | None) -> str:
        """Go to the provider, agree there, come back: the page on which it ends."""
        url, _ = await self.leave(path, **dict.fromkeys(fields, "1"))
        return await self.come_back(self.provider.answer(url, **changes))

    async def come_back(self, url: str) -> str:
        answer = await self.http.get(url)
        assert answer.status_code == 303
        return await self.page(answer.headers["location"])

    def account(self) -> Any:
        """The only account that a test opened, as the network keeps it."""
        connection = self.app.state.accounts._connection
        row = connection.execute("select account_id from accounts where resident = 0").fetchone()
        return self.app.state.accounts.find(row["account_id"])


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
async def visitor(provider: FakeProvider) -> AsyncIterator[Visitor]:
    config = Config(ISSUER, CLIENT_ID, CLIENT_SECRET, public_url=PUBLIC_URL, status_seconds=60)
    app = create_app(config, httpx.ASGITransport(provider.app))
    headers = {"accept-language": "en"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as http:
        yield Visitor(http, app, provider)
