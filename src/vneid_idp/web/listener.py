"""Connections around the requests of ours: how many, how large a head, how long head and body may take, and how slowly
an answer may be read.

uvicorn bounds heads where h11 reads them and not where httptools does, closes a connection that idles between two
requests and not one that never finishes the first nor one that never reads its answer, keeps as many requests as were
sent at once, and turns everybody away once there are too many. So these bounds stand here, behind a proxy and without
one.
"""

import ssl
from asyncio import BaseTransport, TimerHandle, Transport
from collections.abc import MutableMapping
from enum import Enum, auto
from typing import Any, cast
from weakref import WeakKeyDictionary

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from vneid_idp.web.address import believed_address

HEAD_BYTES = 16 * 1024
"""Of a request line and its headers: twice the longest request that a query may hold."""
MOST_HEADERS = 100
HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
ANSWER_SECONDS = 30.0
ANSWER_BYTES = 16 * 1024
"""In so many seconds so much of an answer is read, or all of it; who reads less is cut off. What the system has taken
over does not count: it is no memory of ours, and ends with the connection."""
MOST_WAITING = 8
"""Requests that were sent before the answer to an earlier one was read. Of more the connection takes none, and
ends with the last answer: the others are to be sent again (RFC 9112 §9.3.2)."""

_UVICORN = 2
# It counts also those that are being closed, and turns everybody away at its limit, so that stands out of the way.


def limit_of(connections: int) -> int:
    """What uvicorn is told, so that there may be so many connections in this process."""
    return connections * _UVICORN


def server_options(host: str, port: int, connections: int) -> dict[str, Any]:
    """What uvicorn is told wherever this provider listens, with so many connections at most in a process."""
    return {
        "host": host,
        "port": port,
        "http": Listener,
        "ws": "none",
        "limit_concurrency": limit_of(connections),
        "log_config": None,
        # A request line holds codes, hints and states; what a log may know is written by the program itself.
        "access_log": False,
        "server_header": False,
        # web/address.py reads X-Forwarded-For, from trusted_proxies only.
        "proxy_headers": False,
    }


_OFFERS = {b"upgrade", b"http2-settings"}


class _Phase(Enum):
    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class _TooMuch(Exception):
    """Raised towards the parser, which stops."""


_REASONS = {
    408: b"408 Request Timeout",
    431: b"431 Request Header Fields Too Large",
    503: b"503 Service Unavailable",
}


class Listener(HttpToolsProtocol):
    """One connection. Of how many there may be, `server_options` tells uvicorn."""

    head_bytes = HEAD_BYTES
    most_headers = MOST_HEADERS
    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    answer_seconds = ANSWER_SECONDS
    answer_bytes = ANSWER_BYTES
    most_waiting = MOST_WAITING

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._phase = _Phase.BETWEEN
        self._head = 0
        self._ended_one = False
        self._too_much = False
        self._takes_no_more = False
        self._is_offer = False
        self._method = b""
        self._timer: TimerHandle | None = None
        self._timed: _Phase | None = None
        self._unread: TimerHandle | None = None
        self._group = ""
        self._tls: dict[str, Any] | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        super().connection_made(cast(Transport, transport))
        self._group = believed_address(self.client[0] if self.client else None, (), ()) or ""
        if not _neighbours(self).admit(self):
            self._refuse(503)
            return
        self._tls = _tls_of(transport)
        self._await(_Phase.HEAD, self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        _neighbours(self).forget(self)
        self._stop_waiting()
        self._stop_watching()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`. A head is read in pieces of what it may still have, and no further."""
        while data and not self.transport.is_closing() and not self._takes_no_more:
            room = len(data) if self._phase is _Phase.BODY else self.head_bytes - self._head
            self._ended_one = False
            piece, data = data[:room], data[room:]
            data = self._parse(piece) + data
            if self._phase is not _Phase.HEAD:
                continue
            self._head += 0 if self._ended_one else len(piece)
            if self._head >= self.head_bytes:
                self._refuse(431)
                return
        if self._phase is _Phase.BETWEEN or self._takes_no_more:
            self._stop_waiting()
        elif self._timed is not self._phase and not self.transport.is_closing():
            seconds = self.head_seconds if self._phase is _Phase.HEAD else self.body_seconds
            self._await(self._phase, seconds)

    def _parse(self, piece: bytes) -> bytes:
        """Have the parser take `piece`; what it left, where somebody offers another protocol."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offer:
            if self.parser.get_method() == b"CONNECT":
                self.send_400_response("There is no tunnel here.")
                return b""
            return self._unoffered_head() + piece[offer.args[0] :]
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        return b""

    def _unoffered_head(self) -> bytes:
        """The head once more for a new parser, without the offer, which a server may ignore (RFC 9110 §7.8).

        The old one stops at it and takes no body. Clients of Java offer HTTP/2 with each first request.
        """
        self.parser, self._is_offer = httptools.HttpRequestParser(self), False
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        hops = [token.strip() for name, value in self.headers if name == b"connection" for token in value.split(b",")]
        kept = b", ".join(token for token in hops if token.lower() not in _OFFERS)
        lines = [b"%b %b HTTP/1.1" % (self._method, self.url), *([b"connection: " + kept] if kept else [])]
        left_out = {b"connection", *_OFFERS}
        lines += [name + b": " + value for name, value in self.headers if name not in left_out]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    @property
    def is_served(self) -> bool:
        """Whether a whole request is here that has no answer yet."""
        return self._phase is _Phase.BETWEEN and self.cycle is not None and not self.cycle.response_complete

    def make_room(self) -> None:
        """Give the connection up, for somebody who comes from where there are fewer."""
        self._close()

    # What is written. A transport that is closed stays open until everything in its buffer was read.

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`: what answers waits until more was read."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        super().resume_writing()
        self._stop_watching()

    def on_response_complete(self) -> None:
        """The answer is written, and perhaps the last one on this connection."""
        is_last = not self.pipeline
        super().on_response_complete()
        if self._takes_no_more and is_last:
            self._close()
        elif self._takes_no_more:
            self.flow.pause_reading()  # which each answer sets free
        elif self.transport.is_closing():
            self._watch_reader()

    def timeout_keep_alive_handler(self) -> None:
        """No request followed."""
        super().timeout_keep_alive_handler()
        self._watch_reader()

    def _close(self) -> None:
        self.transport.close()
        self._watch_reader()

    def _watch_reader(self) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread and self._unread is None:
            self._unread = self.loop.call_later(self.answer_seconds, self._check_reader, unread)

    def _check_reader(self, before: int) -> None:
        self._unread = None
        if before - self.transport.get_write_buffer_size() < min(before, self.answer_bytes):
            self.transport.abort()
        else:
            self._watch_reader()

    def _stop_watching(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    # What the parser calls.

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._phase, self._head = _Phase.HEAD, 0
        super().on_message_begin()
        if self._tls is not None:
            extensions: dict[str, Any] = {"tls": self._tls}
            self.scope["extensions"] = extensions

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if len(self.headers) > self.most_headers:
            self._too_much = True
            raise _TooMuch
        if len(self.pipeline) >= self.most_waiting:
            self._takes_no_more = True
            raise _TooMuch
        if self.parser.should_upgrade():
            self._is_offer, self._method = True, self.parser.get_method()
            return
        self._phase = _Phase.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole, or the head of an offer."""
        if self._is_offer:
            return
        self._phase, self._head, self._ended_one = _Phase.BETWEEN, 0, True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser refused; too many headers have a status of their own, too many requests have no answer."""
        if self._takes_no_more:
            self.flow.pause_reading()
        elif self._too_much:
            self._refuse(431)
        else:
            super().send_400_response(msg)

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        lines = [b"HTTP/1.1 " + _REASONS[status], b"content-length: 0", b"connection: close"]
        if status == 503:
            lines.append(b"retry-after: 3")
        if self._is_due:
            self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n")
        self._close()

    @property
    def _is_due(self) -> bool:
        """Whether an answer is what the other side reads next: not in the middle of one, nor after the one it had."""
        return self.cycle is None or (
            not self.cycle.response_started if self._phase is _Phase.BODY else self.cycle.response_complete
        )

    def _await(self, phase: _Phase, seconds: float) -> None:
        self._stop_waiting()
        self._timed = phase
        self._timer = self.loop.call_later(seconds, self._refuse, 408)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._timed = None


def _tls_of(transport: BaseTransport) -> dict[str, Any] | None:
    """What the application is told of TLS that ends here (ASGI TLS extension 0.2): whose certificate the other end
    has. Of the chain only what it has is told, since what issued it is known here."""
    ends = transport.get_extra_info("ssl_object")
    if ends is None:
        return None
    shown = ends.getpeercert(binary_form=True)
    return {"client_cert_chain": [] if shown is None else [ssl.DER_cert_to_PEM_cert(shown)]}


class _Neighbours:
    """The connections of one server, by where they come from."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[Listener, None]] = {}
        self._count = 0

    def admit(self, newcomer: Listener) -> bool:
        """Whether there is room, or some is made: by those who have most connections, and of these the oldest that
        no request is served on."""
        most = newcomer.limit_concurrency
        if most is not None and self._count >= most // _UVICORN and not self._make_room(newcomer):
            return False
        self._groups.setdefault(newcomer._group, {})[newcomer] = None
        self._count += 1
        return True

    def forget(self, gone: Listener) -> None:
        """A connection has ended."""
        group = self._groups.get(gone._group)
        if group is not None and gone in group:
            del group[gone]
            self._count -= 1
            if not group:
                del self._groups[gone._group]

    def _make_room(self, newcomer: Listener) -> bool:
        crowd = max(self._groups.values(), key=len)
        own = self._groups.get(newcomer._group, {})
        if crowd is not own and len(crowd) <= len(own) + 1:
            return False
        given_up = next((each for each in crowd if not each.is_served), None)
        if given_up is None:
            return False
        self.forget(given_up)
        given_up.make_room()
        return True


_SERVERS: MutableMapping[object, _Neighbours] = WeakKeyDictionary()


def _neighbours(listener: Listener) -> _Neighbours:
    return _SERVERS.setdefault(listener.server_state, _Neighbours())
