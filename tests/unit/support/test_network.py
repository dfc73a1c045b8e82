"""The fence around the tests holds."""

import socket

import pytest
from tests.support.network import LeftTheMachine


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_another_machine_is_out_of_reach(host: str) -> None:
    with pytest.raises(LeftTheMachine):
        socket.create_connection((host, 80), timeout=30)


def test_the_loopback_is_within_reach() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=30) as client,
    ):
        assert client.getpeername() == server.getsockname()
