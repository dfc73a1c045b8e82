"""Where people are told that a service is."""

import pytest

from vneid_idp.protocol.client import Client


@pytest.mark.parametrize(
    ("redirect_uris", "home"),
    [
        (("https://shop.example/cb", "https://other.example/cb"), "shop.example"),
        (("http://localhost:3000/callback",), "localhost:3000"),
        (("vn.example.app:/callback",), "vn.example.app:"),
        ((), None),
    ],
)
def test_it_is_where_its_first_answer_goes(redirect_uris: tuple[str, ...], home: str | None) -> None:
    assert Client(client_id="cli_a", client_name="A", redirect_uris=redirect_uris).home == home
