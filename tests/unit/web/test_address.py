"""An address is believed only as far as the operator's own proxies vouch for it."""

from ipaddress import ip_network

import pytest

from vneid_idp.web.address import believed_address, wider_networks

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("peer", "hops", "believed"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        # A stranger may write what he likes.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("203.0.113.9", ["10.0.0.1"], "203.0.113.9"),
        # A proxy of ours tells who came, and what the visitor wrote before that counts for nothing.
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        # Some proxies write the port as well.
        ("10.0.0.1", ["198.51.100.1:4321"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4321", "10.0.0.2:80"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8:2:3::7]:4321"], "2001:db8:2:3::"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense:4321"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense", "198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1::5", ["2001:db8:2:3:4:5:6:7"], "2001:db8:2:3::"),
        # A household's 2^64 addresses are one.
        ("2001:db8:2:3:ffff::1", [], "2001:db8:2:3::"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], None),
        ("testclient", [], None),
    ],
)
def test_believed_address(peer: str | None, hops: list[str], believed: str | None) -> None:
    assert believed_address(peer, hops, PROXIES) == believed


def test_without_proxies_the_header_counts_for_nothing() -> None:
    assert believed_address("203.0.113.9", ["198.51.100.1"], ()) == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "wider"),
    [
        ("2001:db8:2:345::", ("2001:db8:2:300::/56", "2001:db8:2::/48")),
        ("203.0.113.9", ()),
    ],
)
def test_who_has_many_networks_is_known_by_the_wider_one(address: str, wider: tuple[str, ...]) -> None:
    assert wider_networks(address) == wider
