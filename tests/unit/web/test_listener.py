"""Bounds of connections, held on a real socket: how many, how large a head, how long head and body may take."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
import uvicorn

from tests.support.country import settings_for
from vneid_idp.cli.serving import configuration
from vneid_idp.sandbox.run import _Provider
from vneid_idp.settings import Settings
from vneid_idp.web.listener import Listener, limit_of
from vneid_idp.web.root import Root

MOST = 6
Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = 600_000
GET_LONG = b"GET /?300000 HTTP/1.1\r\nHost: x\r\n\r\n"
GET_SHORT = b"GET /?25000 HTTP/1.1\r\nHost: x\r\n\r\n"


class Quick(Listener):
    """As the real one; in less time where a test is `impatient`."""

    def connection_made(self, transport: Any) -> None:
        """See `asyncio.Protocol`. The system takes over little, so that what is not read stays here."""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        super().connection_made(transport)


class Server:
    """A server that says how long the body was, and waits before it does where it is told to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.go = asyncio.Event()
        self.bodies: list[int | None] = []
        self.connections: set[Any] = set()

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """See ASGI."""
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.bodies.append(None)
                return
            length += len(message["body"])
            if not message["more_body"]:
                break
        self.bodies.append(length)
        if scope["path"] == "/wait":
            await self.go.wait()
        answered = b"ok" * int(scope["query_string"] or 1)
        headers = [(b"content-length", b"%d" % len(answered))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answered})

    async def talk(self, sent: bytes = b"", host: str = "127.0.0.1") -> Talk:
        """A connection on which `sent` was sent, from the loopback address `host`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(host, 0))
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async def ask(self, sent: bytes, host: str = "127.0.0.1") -> bytes:
        """All that comes back until the server closes, or the answer is there."""
        reader, writer = await self.talk(sent, host)
        try:
            return await answer(reader)
        finally:
            writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The status line of the next answer, or nothing where the connection was closed."""
    try:
        async with asyncio.timeout(30):
            return await reader.readline()
    except ConnectionError:
        return b""


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    served = Server(0)
    config = uvicorn.Config(
        served.app,
        interface="asgi3",
        port=0,
        lifespan="off",
        log_config=None,
        http=Quick,
        ws="none",
        limit_concurrency=limit_of(MOST),
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    served.port = server.servers[0].sockets[0].getsockname()[1]
    served.connections = server.server_state.connections
    try:
        yield served
    finally:
        served.go.set()
        server.should_exit = True
        server.force_exit = True
        await asyncio.wait_for(running, 30)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server that listens."""
    async with serving() as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits that a test can wait for. Whatever a test does in time otherwise, it does within the real ones."""
    for name in ("head_seconds", "body_seconds", "answer_seconds"):
        monkeypatch.setattr(Quick, name, 0.4)


def request(path: str = "/", *lines: bytes, body: bytes = b"") -> bytes:
    head = [b"POST " + path.encode() + b" HTTP/1.1", b"Host: x", b"Content-Length: %d" % len(body), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


async def test_an_ordinary_request_is_served_and_the_next_on_the_same_connection(server: Server) -> None:
    reader, writer = await server.talk()
    for length in (0, 5, 200_000):
        writer.write(request(body=b"x" * length))
        assert await reader.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
        head, _, _ = (await reader.readuntil(b"ok")).partition(b"\r\n\r\n")
        assert any(line.startswith(b"date: ") for line in head.split(b"\r\n")), "FAPI 2.0 Security Profile"
    assert server.bodies == [0, 5, 200_000]
    writer.close()


@pytest.mark.parametrize("step", [1_000_000, 1_000])
async def test_a_long_head_is_not_read_to_its_end(server: Server, step: int) -> None:
    fits = b"x: " + b"y" * 15_000
    assert b"200" in await server.ask(request("/", fits))
    for head in (
        request("/", fits, b"z: " + b"y" * 2_000),
        request("/" + "y" * 17_000),
        b"GET / HTTP/1.1\r\n" + b"x" * 70_000,
    ):
        reader, writer = await server.talk()
        for start in range(0, len(head), step):
            if not reader.at_eof():
                writer.write(head[start : start + step])
                await asyncio.sleep(0.001)
        # Who goes on sending may find the connection reset before the answer is read.
        assert b"431" in (status := await answer(reader)) or not status
        writer.close()
    assert server.bodies == [0]


async def test_headers_are_counted(server: Server) -> None:
    assert b"200" in await server.ask(request("/", *(b"x: y" for _ in range(98))))
    assert b"431" in await server.ask(request("/", *(b"x: y" for _ in range(99))))
    assert server.bodies == [0]


HALVES: dict[str, bytes] = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost:",
    "half a body": request(body=b"x" * 10)[:-5],
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("half", HALVES)
async def test_who_does_not_finish_is_not_waited_for(server: Server, half: str) -> None:
    reader, writer = await server.talk(HALVES[half])
    began = time.monotonic()
    assert b"408" in await answer(reader)
    assert time.monotonic() - began > 0.3
    assert b"200" not in await asyncio.wait_for(reader.read(), 30)
    assert server.bodies == ([None] if half == "half a body" else [])
    writer.close()


@pytest.mark.usefixtures("impatient")
async def test_a_drop_now_and_then_gains_no_time(server: Server) -> None:
    reader, writer = await server.talk(b"GET / HTTP/1.1\r\nx: ")
    began = time.monotonic()
    waiting = asyncio.create_task(answer(reader))
    while not waiting.done() and time.monotonic() - began < 30:
        writer.write(b"y")
        await asyncio.sleep(0.05)
    assert b"408" in await waiting
    assert time.monotonic() - began < 30
    writer.close()


@pytest.mark.usefixtures("impatient")
async def test_who_waits_for_an_answer_has_time(server: Server) -> None:
    reader, writer = await server.talk(request("/wait", body=b"x"))
    await asyncio.sleep(0.9)
    server.go.set()
    assert b"200" in await answer(reader)
    writer.close()


@pytest.mark.parametrize("offer", ["h2c", "websocket"])
@pytest.mark.parametrize("cut", [None, 40, -1, -3])
async def test_an_offer_of_another_protocol_is_ignored_and_the_request_served(
    server: Server, offer: str, cut: int | None
) -> None:
    """As RFC 9110 §7.8 permits. Java's client offers HTTP/2 with its first request; the body comes in any write."""
    hops = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB"
    sent = request("/", hops, b"Upgrade: " + offer.encode(), body=b"grant")
    reader, writer = await server.talk(sent[:cut])
    if cut is not None:
        await asyncio.sleep(0.05)
        writer.write(sent[cut:])
    assert (await answer(reader)).startswith(b"HTTP/1.1 200")
    async with asyncio.timeout(30):
        await reader.readuntil(b"\r\n\r\nok")
    writer.write(request("/", body=b"next one"))
    assert (await answer(reader)).startswith(b"HTTP/1.1 200")
    assert server.bodies == [5, 8]
    writer.close()


async def test_there_is_no_tunnel(server: Server) -> None:
    assert await server.ask(b"CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n") == b"HTTP/1.1 400 Bad Request\r\n"


async def test_of_many_requests_at_once_a_few_are_kept_and_answered(server: Server) -> None:
    """Each would take memory of ours for forty bytes of theirs."""
    reader, writer = await server.talk(request("/wait") + GET * 8)
    server.go.set()
    for _ in range(9):
        assert (await answer(reader)).startswith(b"HTTP/1.1 200")
        async with asyncio.timeout(30):
            await reader.readuntil(b"\r\n\r\nok")
    writer.close()
    before = len(server.bodies)
    server.go.clear()
    flooded, flood = await server.talk(request("/wait") + GET * 5000)
    async with asyncio.timeout(30):
        while not any(each._takes_no_more for each in server.connections):  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.01)
    assert [len(each.pipeline) for each in server.connections if each._takes_no_more] == [8]
    server.go.set()
    async with asyncio.timeout(30):
        everything = await flooded.read()  # to the end: the server closes
    assert everything.count(b"HTTP/1.1 200") == 9
    assert len(server.bodies) == before + 9
    flood.close()


def listening_little(server: Server, sent: bytes) -> socket.socket:
    """A connection whose system takes little ahead of who reads there."""
    ear = socket.socket()
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ear.settimeout(30)
    ear.connect(("127.0.0.1", server.port))
    ear.sendall(sent)
    return ear


# More than a transport takes before it has the writer wait, and less, at a connection that goes on or is closed.
UNREAD = {
    "long": GET_LONG,
    "short, and goes on": GET_SHORT,
    "short, and ends": GET_SHORT[:-2] + b"Connection: close\r\n\r\n",
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", UNREAD)
async def test_who_does_not_read_the_answer_is_cut_off(server: Server, name: str) -> None:
    with closing(await asyncio.to_thread(listening_little, server, UNREAD[name])) as ear:
        async with asyncio.timeout(30):
            while not server.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            while server.connections:
                # A byte now and then gains no time.
                await asyncio.to_thread(ear.recv, 1)
                await asyncio.sleep(0.05)


async def test_who_reads_slowly_and_steadily_gets_the_whole_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Quick, "answer_seconds", 2)
    began = time.monotonic()
    with closing(await asyncio.to_thread(listening_little, server, GET_LONG)) as ear:
        read = 0
        while read < LONG:
            piece = await asyncio.to_thread(ear.recv, 16_384)
            assert piece, f"cut off after {read}"
            read += len(piece)
            await asyncio.sleep(0.03)
    assert time.monotonic() - began > 2


Fill = Callable[[Server], Awaitable[Talk]]


async def idle(server: Server) -> Talk:
    """Has nothing to say."""
    return await server.talk()


async def dripping(server: Server) -> Talk:
    """Is in the middle of its head."""
    return await server.talk(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize("fill", [idle, dripping])
async def test_somebody_from_elsewhere_finds_room_among_those_who_crowd(server: Server, fill: Fill) -> None:
    crowd = [await fill(server) for _ in range(3 * MOST)]
    await asyncio.sleep(0.05)
    assert b"200" in await server.ask(GET, "127.0.0.2")
    assert b"200" in await server.ask(GET)  # of those who crowd, the oldest goes
    for _, writer in crowd:
        writer.close()


async def test_nobody_is_cut_off_whose_request_is_served(server: Server) -> None:
    crowd = [await server.talk(request("/wait")) for _ in range(MOST)]
    while len(server.bodies) < MOST:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    for host in ("127.0.0.1", "127.0.0.2"):
        refused = await server.talk(GET, host)
        text = await asyncio.wait_for(refused[0].read(), 30)
        assert text.startswith(b"HTTP/1.1 503"), text
        assert b"retry-after: 3" in text
        refused[1].close()
    server.go.set()
    assert [b"200" in await answer(reader) for reader, _ in crowd] == [True] * MOST
    for _, writer in crowd:
        writer.close()
    await asyncio.sleep(0.05)
    assert b"200" in await server.ask(GET)


def _never(_: Settings) -> Root:
    raise AssertionError("nothing is served here")


def test_the_provider_listens_within_these_bounds() -> None:
    settings = settings_for("sqlite:///x", connections=50)
    for config in (
        configuration(settings, "vneid_idp.cli.server:application"),
        _Provider(settings, _never, None, lambda: None).config,
    ):
        assert config.http is Listener
        assert config.limit_concurrency == limit_of(50)
        assert config.ws == "none"
        assert config.date_header  # which answers of protected resources must have (FAPI 2.0 Security Profile)
    assert (Listener.head_bytes, Listener.most_headers) == (16_384, 100)
    assert (Listener.head_seconds, Listener.body_seconds) == (10, 30)
    assert (Listener.answer_seconds, Listener.answer_bytes) == (30, 16_384)
