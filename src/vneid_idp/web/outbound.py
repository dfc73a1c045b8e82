"""Calls to URLs that relying parties chose: key sets, sector documents, request objects, log-out notices.

Whoever chooses a URL chooses what we connect to. So the host is resolved here, every address of it is judged, and the
connection goes to an address that was judged, never to the name again: a name cannot change its answer in between (DNS
rebinding). No redirects, no proxies from the environment, five seconds, one mebibyte.
"""

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from vneid_idp.clients.keys import Unreachable
from vneid_idp.kernel.clock import SECOND, Clock, Instant, SystemClock
from vneid_idp.log import Log
from vneid_idp.protocol.swap_events import CLOUD_EVENT
from vneid_idp.protocol.uris import BadUri, check_server_url, check_web_url
from vneid_idp.web.address import Network

_log = Log(__name__)

SECONDS = 5.0
MOST_BYTES = 1024 * 1024

Resolve = Callable[[str, int], Awaitable[list[str]]]
_NAT64 = ip_network("64:ff9b::/96")


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, as text."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(text: str, *, loopback: bool, networks: tuple[Network, ...] = ()) -> bool:
    """Whether we may connect to the address `text`: global, or with `loopback` this machine, or in one of `networks`.

    IPv6 can carry an IPv4 address in several ways, and each of them leads to the IPv4 host: what is carried is judged.
    """
    address = ip_address(text.partition("%")[0])
    carried = _carried(address)
    if carried is not None:
        address = carried
    if (loopback and address.is_loopback) or any(address in network for network in networks):
        return True
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


@cache
def trusting(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 or newer, towards servers that these authorities know; without them those of this machine, which take 40
    ms to read."""
    context = ssl.create_default_context(cafile=ca_bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Errand:
    """How much may be called for one purpose, so that a server which hangs, or is made to, holds up no other."""

    connections: int = 20
    of_host: int = 5
    """At once; who is one too many waits, within the time that a call has."""
    host_a_minute: int = 600
    client_a_minute: int = 600
    failures_kept: Instant = 0
    """For so long a URL that failed is not called again, and the answer is the one that it had."""


class _TooOften(Unreachable):
    """Nothing is known of the server: it was not called."""


@dataclass(slots=True)
class _Host:
    turn: asyncio.Semaphore
    calls: int = 0


_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Body:
    """What is posted, and the headers that go with it."""

    content: bytes
    headers: Mapping[str, str]


class Outbound:
    """The outbound HTTP client for one errand. `close` it at the end."""

    def __init__(
        self,
        *,
        ca_bundle: Path | None = None,
        loopback: bool = False,
        networks: tuple[Network, ...] = (),
        resolve: Resolve = resolve,
        errand: Errand | None = None,
        clock: Clock | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._errand = errand or Errand()
        self._clock = clock or SystemClock()
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._hosts: dict[str, _Host] = {}
        self._failed: OrderedDict[str, tuple[Instant, str]] = OrderedDict()
        self._loopback = loopback
        self._networks = networks
        self._resolve = resolve
        # The bare transport: no redirects, no cookies, no proxies of the environment. Connections are named by address
        # here, so none is kept: one that was verified for a host could serve another.
        self._transport = httpx.AsyncHTTPTransport(
            verify=context or trusting(ca_bundle),
            trust_env=False,
            limits=httpx.Limits(max_connections=self._errand.connections, max_keepalive_connections=0),
        )

    async def fetch(self, url: str, client_id: str | None = None) -> bytes:
        """The content at `url`, for a client; raises `Unreachable` unless it is answered with 200."""
        async with self._remembering(url):
            content = await self._find(url, client_id)
            if content is None:
                raise Unreachable("was answered with status 404 or 410")
            return content

    async def find(self, url: str) -> bytes | None:
        """As `fetch`; `None` when the server says that there is nothing (404, 410)."""
        async with self._remembering(url):
            return await self._find(url)

    async def _find(self, url: str, client_id: str | None = None) -> bytes | None:
        status, content = await self._call("GET", url, client_id=client_id)
        if status in (404, 410):
            return None
        if status != 200:
            raise Unreachable(f"was answered with status {status}")
        return content

    async def post_form(self, url: str, fields: Mapping[str, str], client_id: str) -> int:
        """Post a form, for a client; the status of the answer, whose body is ignored. Raises `Unreachable`."""
        async with self._remembering(url):
            body = _Body(urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"})
            status, _ = await self._call("POST", url, body, client_id)
            return status

    async def post_nothing(self, url: str, headers: Mapping[str, str]) -> int:
        """Post an empty body with `headers`, for nobody's client; the status of the answer. Raises `Unreachable`."""
        async with self._remembering(url):
            status, _ = await self._call("POST", url, _Body(b"", headers))
            return status

    async def post_json(self, url: str, value: Mapping[str, str], token: str, client_id: str) -> int:
        """As `post_form`, for a JSON object and with a bearer token that the client gave."""
        async with self._remembering(url):
            known = {"content-type": "application/json", "authorization": f"Bearer {token}"}
            status, _ = await self._call("POST", url, _Body(orjson.dumps(value), known), client_id)
            return status

    async def post_event(self, url: str, token: str, client_id: str) -> tuple[int, bytes]:
        """As `post_form`, for a Security Event Token (RFC 8935 §2.1); the status of the answer, and its body."""
        async with self._remembering(url):
            known = {"content-type": "application/secevent+jwt", "accept": "application/json"}
            return await self._call("POST", url, _Body(token.encode(), known), client_id)

    async def post_cloud_event(self, url: str, event: Mapping[str, Any], token: str | None, client_id: str) -> int:
        """As `post_json`, for an event in the form of CloudEvents; `token` where the client gave one."""
        async with self._remembering(url):
            known = {"content-type": CLOUD_EVENT} | ({} if token is None else {"authorization": f"Bearer {token}"})
            status, _ = await self._call("POST", url, _Body(orjson.dumps(event), known), client_id)
            return status

    async def close(self) -> None:
        """Give up all connections."""
        await self._transport.aclose()

    @asynccontextmanager
    async def _remembering(self, url: str) -> AsyncIterator[None]:
        """Raise at once what `url` failed with a moment ago."""
        now = self._clock.now()
        if url in self._failed:
            failed_at, problem = self._failed[url]
            if 0 <= now - failed_at < self._errand.failures_kept:
                raise Unreachable(problem)
            del self._failed[url]
        try:
            yield
        except Unreachable as error:
            if self._errand.failures_kept and not isinstance(error, _TooOften):
                self._failed[url] = now, str(error)
                while len(self._failed) > _MOST_REMEMBERED:
                    self._failed.popitem(last=False)
            raise

    @asynccontextmanager
    async def _within_budget(self, host: str, client_id: str | None) -> AsyncIterator[None]:
        for name, amount in ((host, self._errand.host_a_minute), (client_id, self._errand.client_a_minute)):
            kind = "host" if name is host else "client"
            if name is not None and not await self._counter.hit(RateLimitItemPerMinute(amount), kind, name):
                raise _TooOften("was called too often in the last minute")
        here = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._errand.of_host)))
        here.calls += 1
        try:
            async with here.turn:
                yield
        finally:
            here.calls -= 1
            if not here.calls:
                del self._hosts[host]

    async def _call(
        self, method: str, url: str, body: _Body | None = None, client_id: str | None = None
    ) -> tuple[int, bytes]:
        try:
            if self._networks:
                check_server_url(url, sandbox=True)
            else:
                check_web_url(url, loopback=self._loopback)
            async with asyncio.timeout(SECONDS):  # for the whole of it: a body can drip for ever within read timeouts
                target = httpx.URL(url)
                async with self._within_budget(target.host, client_id):
                    return await self._send(method, target, body)
        except BadUri as error:
            raise Unreachable(str(error)) from None
        except TimeoutError:
            raise Unreachable(f"did not answer within {SECONDS:.0f} seconds") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise Unreachable("could not be reached") from error

    async def _send(self, method: str, url: httpx.URL, body: _Body | None) -> tuple[int, bytes]:
        addresses = await self._resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        # All of them: a name with one public and one private address is playing with us.
        if not addresses or not all(self._is_open(address) for address in addresses):
            # Said apart, it would tell whoever registers an URL which names and addresses there are inside.
            _log.info("outbound.not_public", detail=f"{url.host} leads to an address that is not public")
            raise Unreachable("could not be reached")
        for address in addresses[:-1]:
            try:
                return await self._send_to(address, method, url, body)
            except httpx.ConnectError:  # nothing was sent yet
                continue
        return await self._send_to(addresses[-1], method, url, body)

    def _is_open(self, address: str) -> bool:
        return is_public(address, loopback=self._loopback, networks=self._networks)

    async def _send_to(self, address: str, method: str, url: httpx.URL, body: _Body | None) -> tuple[int, bytes]:
        headers = {"host": url.netloc.decode("ascii"), "accept-encoding": "identity", "user-agent": "vneid-idp"}
        if body is not None:
            headers |= body.headers
        request = httpx.Request(
            method,
            url.copy_with(host=address),
            headers=headers,
            content=None if body is None else body.content,
            # The certificate is verified for the name although the connection goes to the address.
            extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(SECONDS).as_dict()},
        )
        response = await self._transport.handle_async_request(request)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Unreachable("was answered in a compressed form that was not asked for")
            content = bytearray()
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise Unreachable("was answered with more than a mebibyte")
            return response.status_code, bytes(content)
        finally:
            await response.aclose()


KEYS = Errand(host_a_minute=120, client_a_minute=10)
REQUEST_OBJECTS = Errand(connections=40, of_host=10, host_a_minute=1_200, failures_kept=10 * SECOND)
"""Anybody may have these called, by a link."""
LOGOUT = Errand(connections=40, of_host=10, host_a_minute=6_000, client_a_minute=3_000, failures_kept=10 * SECOND)
NOTICES = Errand(connections=40, of_host=20, host_a_minute=6_000)
"""To the push services of browsers, of which there are few. Tried again within seconds, so no failure is remembered."""
ANSWERS = Errand(connections=40, of_host=10, host_a_minute=6_000, client_a_minute=3_000)
"""Notices that somebody answered. Tried again within seconds, so no failure is remembered."""
EVENTS = Errand(connections=40, of_host=16, host_a_minute=60_000, client_a_minute=60_000)
"""What carriers are told of numbers, a call each: a whole register may be due on one day."""
SWAPS = Errand(connections=40, of_host=10, host_a_minute=6_000, client_a_minute=3_000)
"""That a number is in another SIM. Tried again within seconds, so no failure is remembered."""
LOGOS = Errand(connections=5, of_host=2, host_a_minute=60, client_a_minute=10)
REGISTRATIONS = Errand(connections=10, of_host=2, host_a_minute=60, client_a_minute=10)
"""Sector documents, and proofs of domains. Whoever mends one tries again at once. Who is no client yet spends the
budget of registrations of its address; domains are the operator's to look at."""


class Pools:
    """An outbound client for each errand."""

    def __init__(self, open_pool: Callable[[Errand], Outbound]) -> None:
        self.keys = open_pool(KEYS)
        self.request_objects = open_pool(REQUEST_OBJECTS)
        self.logout = open_pool(LOGOUT)
        self.notices = open_pool(NOTICES)
        self.answers = open_pool(ANSWERS)
        self.events = open_pool(EVENTS)
        self.swaps = open_pool(SWAPS)
        self.logos = open_pool(LOGOS)
        self.registrations = open_pool(REGISTRATIONS)

    async def close(self) -> None:
        """Give up all connections."""
        for each in (
            self.keys,
            self.request_objects,
            self.logout,
            self.notices,
            self.answers,
            self.events,
            self.swaps,
            self.logos,
            self.registrations,
        ):
            await each.close()
