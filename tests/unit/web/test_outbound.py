"""URLs that relying parties chose lead nowhere that they should not."""

import asyncio
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.support.watch import Watch
from vneid_idp.clients.keys import Unreachable
from vneid_idp.kernel.clock import SECOND
from vneid_idp.web import outbound
from vneid_idp.web.outbound import MOST_BYTES, Errand, Outbound, Pools, is_public

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["9.9.9.9", "203.119.8.106", "2001:dc8::1", "::ffff:9.9.9.9", "64:ff9b::909:909"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_known_in_every_spelling(address: str) -> None:
    assert not is_public(address, loopback=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address, loopback=False)


def test_the_sandbox_reaches_this_machine_and_nothing_else_that_is_private() -> None:
    reached = [address for address in PRIVATE if is_public(address, loopback=True)]
    assert reached == [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ]


def answering(*addresses: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["9.9.9.9", "10.0.0.1"], ["::ffff:127.0.0.1"], []])
async def test_a_name_that_leads_inside_is_not_called(addresses: list[str]) -> None:
    client = Outbound(resolve=answering(*addresses))
    with pytest.raises(Unreachable) as inside:
        await client.fetch("https://rp.example/jwks")
    await client.close()
    # Nor does the answer tell that there is something: it is that of a server which is away.
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    away = Outbound(loopback=True)
    with pytest.raises(Unreachable) as unreachable:
        await away.fetch(url)
    await away.close()
    assert str(inside.value) == str(unreachable.value)


@pytest.mark.parametrize(
    "url",
    ["http://rp.example/", "ftp://rp.example/", "https://user@rp.example/", "file:///etc/passwd", "https:///x", ""],
)
async def test_only_https_urls_are_called(url: str) -> None:
    client = Outbound(resolve=answering("9.9.9.9"))
    with pytest.raises(Unreachable):
        await client.fetch(url)
    await client.close()


async def test_a_host_and_a_client_are_called_so_often_and_no_more() -> None:
    async with server(response("200 OK", b"x")) as (port, heard):
        client = Outbound(loopback=True, errand=Errand(host_a_minute=3, client_a_minute=2))
        url = f"http://localhost:{port}/"
        for _ in range(2):
            assert await client.fetch(url, "cli_a") == b"x"
        with pytest.raises(Unreachable, match="too often"):
            await client.fetch(url, "cli_a")
        with pytest.raises(Unreachable, match="too often"):  # of the host the third was asked for before
            await client.fetch(url, "cli_b")
        assert await client.fetch(f"http://127.0.0.1:{port}/", "cli_b") == b"x"
        with pytest.raises(Unreachable, match="too often"):
            await client.post_form(f"http://127.0.0.1:{port}/", {"a": "b"}, "cli_a")
        assert len(heard) == 3
        await client.close()


async def test_what_failed_is_not_called_again_for_a_moment(watch: Watch) -> None:
    async with server(response("500 Oh no")) as (port, heard):
        client = Outbound(loopback=True, errand=Errand(failures_kept=10 * SECOND), clock=watch)
        url = f"http://localhost:{port}/"
        for passed, asked in ((0, 1), (10 * SECOND - 1, 1), (1, 2)):
            watch.advance(passed)
            with pytest.raises(Unreachable, match="500"):
                await client.fetch(url)
            assert len(heard) == asked
        with pytest.raises(Unreachable, match="500"):
            await client.fetch(f"{url}other")
        assert len(heard) == 3
        await client.close()


async def test_a_server_that_hangs_keeps_a_few_connections_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 1.0)
    async with server(b"", then_wait=True) as (hanging, heard), server(response("200 OK", b"x")) as (port, _):
        client = Outbound(loopback=True, errand=Errand(connections=4, of_host=2))
        waiting = [asyncio.create_task(client.fetch(f"http://localhost:{hanging}/")) for _ in range(9)]
        while len(heard) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(heard) == 2
        assert await client.fetch(f"http://127.0.0.1:{port}/") == b"x"
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(answer, Unreachable) for answer in answers)
        assert not client._hosts
        await client.close()


async def test_each_errand_has_connections_of_its_own() -> None:
    pools = Pools(lambda errand: Outbound(errand=errand))
    each = (pools.keys, pools.request_objects, pools.logout, pools.logos, pools.registrations)
    assert len({id(one._transport) for one in each}) == 5
    await pools.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "localhost"])
async def test_address_literals_are_resolved_and_judged_too(host: str) -> None:
    client = Outbound()
    with pytest.raises(Unreachable):
        await client.fetch(f"https://{host}/jwks")
    await client.close()


@asynccontextmanager
async def server(
    answer: bytes, *, then_wait: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            found = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            heard.append(head + await reader.readexactly(int(found[1]) if found else 0))
            writer.write(answer)
            await writer.drain()
            if then_wait:
                await reader.read()
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1], heard
    finally:
        listening.close()
        for _ in range(10):
            await asyncio.sleep(0)  # A connection that was just taken on begins to be served, and so is closed.
        await asyncio.gather(*serving)


def response(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    return head.encode() + body


async def test_containers_are_called_where_the_settings_name_their_network_and_nothing_beside_it() -> None:
    async with server(response("200 OK", b"keys")) as (port, _):
        url = f"http://app:{port}/jwks"
        opened = Outbound(networks=(ip_network("127.0.0.0/8"),), resolve=answering("127.0.0.1"))
        assert await opened.fetch(url) == b"keys"
        for wrong in (f"http://rp.example:{port}/", f"http://9.9.9.9:{port}/"):
            with pytest.raises(Unreachable):
                await opened.fetch(wrong)
        elsewhere = Outbound(networks=(ip_network("172.16.0.0/12"),), resolve=answering("127.0.0.1"))
        closed = Outbound(resolve=answering("127.0.0.1"))
        for client in (elsewhere, closed):
            with pytest.raises(Unreachable):
                await client.fetch(url)
        for client in (opened, elsewhere, closed):
            await client.close()


async def test_the_name_is_resolved_once_and_stays_the_host() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with server(response("200 OK", b"{}")) as (port, heard):
        client = Outbound(loopback=True, resolve=rebinding)
        assert await client.fetch(f"http://localhost:{port}/jwks") == b"{}"
        await client.close()
    assert asked == ["localhost"]
    assert f"host: localhost:{port}".encode() in heard[0].lower()


async def test_another_address_of_the_name_is_tried() -> None:
    async with server(response("200 OK", b"[]")) as (port, _):
        client = Outbound(loopback=True, resolve=answering("::1", "127.0.0.1"))
        assert await client.fetch(f"http://localhost:{port}/") == b"[]"
        await client.close()


async def test_redirects_are_not_followed() -> None:
    async with server(response("302 Found", b"", "Location: http://169.254.169.254/")) as (port, heard):
        client = Outbound(loopback=True)
        with pytest.raises(Unreachable, match="302"):
            await client.fetch(f"http://127.0.0.1:{port}/")
        await client.close()
    assert len(heard) == 1


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_that_there_is_nothing_is_no_failure_where_that_is_asked(status: str) -> None:
    client = Outbound(loopback=True)
    async with server(response(status, b"a page about it")) as (port, _):
        assert await client.find(f"http://127.0.0.1:{port}/") is None
        with pytest.raises(Unreachable):
            await client.fetch(f"http://127.0.0.1:{port}/")
    await client.close()


@pytest.mark.parametrize("status", ["204 No Content", "401 Unauthorized", "403 Forbidden", "500 Oops", "503 Later"])
async def test_what_a_server_will_not_say_is_not_that_there_is_nothing(status: str) -> None:
    client = Outbound(loopback=True)
    async with server(response(status)) as (port, _):
        with pytest.raises(Unreachable, match=status[:3]):
            await client.find(f"http://127.0.0.1:{port}/")
    await client.close()


async def test_a_large_or_compressed_answer_is_given_up() -> None:
    client = Outbound(loopback=True)
    async with server(response("200 OK", b"x" * (MOST_BYTES + 1))) as (port, _):
        with pytest.raises(Unreachable, match="mebibyte"):
            await client.fetch(f"http://127.0.0.1:{port}/")
    async with server(response("200 OK", b"x" * 20, "Content-Encoding: gzip")) as (port, _):
        with pytest.raises(Unreachable, match="compressed"):
            await client.fetch(f"http://127.0.0.1:{port}/")
    await client.close()


async def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.2)
    client = Outbound(loopback=True)
    async with server(b"HTTP/1.1 200 OK\r\n\r\nx", then_wait=True) as (port, _):
        with pytest.raises(Unreachable, match="within"):
            await client.fetch(f"http://127.0.0.1:{port}/")
    await client.close()


async def test_a_form_is_posted() -> None:
    async with server(response("204 No Content")) as (port, heard):
        client = Outbound(loopback=True)
        assert await client.post_form(f"http://127.0.0.1:{port}/logout", {"logout_token": "a.b.c"}, "cli_a") == 204
        await client.close()
    assert heard[0].startswith(b"POST /logout HTTP/1.1")
    assert heard[0].endswith(b"\r\n\r\nlogout_token=a.b.c")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for rp.example, its own authority, and its key."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=rp.example", "-addext", "subjectAltName=DNS:rp.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


async def test_certificates_are_verified_for_the_name(certificate: tuple[Path, Path]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    client = Outbound(ca_bundle=certificate[0], loopback=True, resolve=answering("127.0.0.1"))
    stranger = Outbound(loopback=True, resolve=answering("127.0.0.1"))
    async with server(response("200 OK", b"{}"), tls=context) as (port, heard):
        assert await client.fetch(f"https://rp.example:{port}/jwks") == b"{}"
        with pytest.raises(Unreachable):
            await client.fetch(f"https://other.example:{port}/jwks")
        with pytest.raises(Unreachable):
            await stranger.fetch(f"https://rp.example:{port}/jwks")
        await client.close()
        await stranger.close()
    assert len(heard) == 1
