"""Tests reach this machine and nothing else: a look-up or connection that leaves the loopback fails at once."""

import ipaddress
import socket
from typing import Any

import pytest

_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}


class LeftTheMachine(AssertionError):
    """A test tried to reach another machine."""


def is_here(host: Any) -> bool:
    """Whether `host` (a name, an address or None) is this machine."""
    if host is None:
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    if text in _NAMES or text == "" or text.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def close_sockets(patch: pytest.MonkeyPatch) -> None:
    """Refuse, until `patch` is undone, every connection that is neither to the loopback nor over a Unix socket."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not is_here(address[0]):
            self.close()
            raise LeftTheMachine(f"a test tried to connect to {address[0]}:{address[1]}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if not is_here(host) and not _is_address(host):
            raise LeftTheMachine(f"a test tried to look up {host}")
        return look_up(host, *rest, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)


def _is_address(host: Any) -> bool:
    # Parsing 203.0.113.7 asks nobody; only connecting to it would.
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
