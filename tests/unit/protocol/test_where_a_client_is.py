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


@pytest.mark.parametrize(
    ("uri", "domain"),
    [
        ("https://shop.example/cb", "shop.example"),
        ("https://www.shop.example/cb", "shop.example"),
        ("https://pay.shop.example/cb", "pay.shop.example"),
        ("https://api.pay.shop.example:8443/cb", "pay.shop.example"),
        ("https://workshop.example/cb", None),
        ("https://shop.example.evil.example/cb", None),
        ("https://example/cb", None),
        ("vn.example.app:/callback", None),
    ],
)
def test_an_address_is_at_the_nearest_domain_that_was_verified(uri: str, domain: str | None) -> None:
    verified = ("shop.example", "pay.shop.example", "other.example")
    assert Client(client_id="cli_a", client_name="A", verified_domains=verified).verified_domain_of(uri) == domain
    assert Client(client_id="cli_a", client_name="A").verified_domain_of(uri) is None
