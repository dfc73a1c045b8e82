"""A redirect URI is matched byte for byte, but for the port of the loopback: whatever else differs, however equal it
looks, gets an error page."""

import pytest

from vneid_idp.protocol.checks.redirect_uri import return_address
from vneid_idp.protocol.client import Client, sector_host
from vneid_idp.protocol.errors import InvalidRequest

WEB = "https://rp.example/cb"
WITH_QUERY = "https://rp.example/cb?tenant=1&x=a%20b"
LOOPBACK = "http://127.0.0.1:8080/cb"
LOCALHOST = "http://localhost:3000/cb"
APP = "com.example.app:/cb"
REGISTERED = (WEB, WITH_QUERY, LOOPBACK, LOCALHOST, APP)
CLIENT = Client("cli_a", "A", redirect_uris=REGISTERED)

MUTANTS = [
    # letter case
    "HTTPS://rp.example/cb",
    "https://RP.example/cb",
    "https://rp.example/CB",
    "https://rp.example/cb?TENANT=1&x=a%20b",
    "com.Example.app:/cb",
    # path
    "https://rp.example/cb/",
    "https://rp.example//cb",
    "https://rp.example/cb/..",
    "https://rp.example/cb/../cb",
    "https://rp.example/./cb",
    "https://rp.example/x/../cb",
    "https://rp.example/cb;x",
    "https://rp.example/cbx",
    "https://rp.example/c",
    "https://rp.example/",
    "https://rp.example",
    "https://rp.example\\cb",
    "https://rp.example/cb/../../evil",
    # query
    "https://rp.example/cb?",
    "https://rp.example/cb?x=1",
    "https://rp.example/cb?tenant=1",
    "https://rp.example/cb?x=a%20b&tenant=1",
    "https://rp.example/cb?tenant=1&x=a+b",
    "https://rp.example/cb?tenant=1&x=a b",
    "https://rp.example/cb?tenant=2&x=a%20b",
    "https://rp.example/cb?tenant=1&tenant=1&x=a%20b",
    "https://rp.example/cb?tenant=1&x=a%20b&",
    # fragment
    "https://rp.example/cb#",
    "https://rp.example/cb#fragment",
    "https://rp.example/cb%23fragment",
    # encoding
    "https://rp.example/%63b",
    "https://rp.example/c%62",
    "https://rp%2Eexample/cb",
    "https://rp.example/cb%2F",
    "https://rp.example/cb%00",
    "https://rp.example/cb%0d%0aSet-Cookie:x",
    "https://rp.example/cb\0",
    "https://rp.example/cb\n",
    " https://rp.example/cb",
    "https://rp.example/cb ",
    "https://rp.example/\u200bcb",
    "https://rp.example/cｂ",
    # host
    "https://rp.example.evil.example/cb",
    "https://evil.example/cb",
    "https://rp.example./cb",
    "https://sub.rp.example/cb",
    "https://rp.example:443/cb",
    "https://rp.example:8443/cb",
    "https://rp.example@evil.example/cb",
    "https://user@rp.example/cb",
    "https://evil.example#@rp.example/cb",
    "https://evil.example\\@rp.example/cb",
    "https://evil.example?https://rp.example/cb",
    "https://rр.example/cb",
    # scheme
    "http://rp.example/cb",
    "//rp.example/cb",
    "rp.example/cb",
    "javascript://rp.example/cb",
    "data:text/html,https://rp.example/cb",
    # loopback: its port is loose and nothing else, and of `localhost` only for an application that says it is one
    "http://127.0.0.1:8081/cb/",
    "http://127.0.0.1:8081/cb?x=1",
    "http://127.0.0.1:8081",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:/cb",
    "http://127.0.0.1:+80/cb",
    "http://127.0.0.1:80:81/cb",
    "http://127.0.0.1:8081@evil.example/cb",
    "http://127.0.0.1:8081\\@evil.example/cb",
    "http://127.0.0.1:8081/cb\n",
    "http://127.0.0.2:8081/cb",
    "http://user@127.0.0.1:8081/cb",
    "https://127.0.0.1:8081/cb",
    "HTTP://127.0.0.1:8081/cb",
    "http://localhost:8080/cb",
    "http://[::1]:8080/cb",
    "http://127.1:8080/cb",
    "http://2130706433:8080/cb",
    "http://localhost.evil.example:3000/cb",
    "http://localhost:3000@evil.example/cb",
    "https://localhost:3000/cb",
    # own schemes
    "com.example.app://cb",
    "com.example.app:/cb/",
    "com.example.app2:/cb",
    # several, patterns, nothing
    f"{WEB} {LOOPBACK}",
    f"{WEB},https://evil.example/cb",
    "https://*.example/cb",
    "https://rp.example/*",
    "",
]


@pytest.mark.parametrize("redirect_uri", REGISTERED)
def test_a_registered_one_is_proven(redirect_uri: str) -> None:
    assert return_address(CLIENT, {"redirect_uri": redirect_uri}).redirect_uri == redirect_uri


@pytest.mark.parametrize(
    ("registered", "redirect_uri", "application_type"),
    [
        (LOOPBACK, "http://127.0.0.1:51004/cb", "web"),
        (LOOPBACK, "http://127.0.0.1/cb", "native"),
        ("http://127.0.0.1/cb?x=a%20b", "http://127.0.0.1:1/cb?x=a%20b", "native"),
        ("http://[::1]:8080/cb", "http://[::1]:65535/cb", "native"),
        ("http://127.9.9.9", "http://127.9.9.9:3000", "native"),
        (LOCALHOST, "http://localhost:8080/cb", "native"),
    ],
)
def test_an_application_on_the_loopback_listens_at_any_port(
    registered: str, redirect_uri: str, application_type: str
) -> None:
    client = Client("cli_c", "C", redirect_uris=(registered,), metadata={"application_type": application_type})
    assert return_address(client, {"redirect_uri": redirect_uri}).redirect_uri == redirect_uri
    with pytest.raises(InvalidRequest):
        return_address(client, {"redirect_uri": f"{redirect_uri}x"})


@pytest.mark.parametrize(
    "registered", ["https://127.0.0.1:8443/cb", "http://10.0.0.1/cb", "http://localhost.example/cb"]
)
def test_the_port_of_anything_but_the_loopback_stays_as_registered(registered: str) -> None:
    client = Client("cli_d", "D", redirect_uris=(registered,), metadata={"application_type": "native"})
    other = registered.replace(":8443", "").replace("/cb", ":9000/cb")
    with pytest.raises(InvalidRequest):
        return_address(client, {"redirect_uri": other})


@pytest.mark.parametrize("redirect_uri", MUTANTS, ids=ascii)
def test_one_that_looks_like_it_is_not(redirect_uri: str) -> None:
    with pytest.raises(InvalidRequest):
        return_address(CLIENT, {"redirect_uri": redirect_uri})


def test_a_missing_one_is_not_guessed() -> None:
    with pytest.raises(InvalidRequest):
        return_address(Client("cli_b", "B", redirect_uris=(WEB,)), {})


def test_the_mutants_are_sixty_or_more_and_all_different() -> None:
    assert len(MUTANTS) >= 60
    assert len(set(MUTANTS)) == len(MUTANTS)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://a.example/cb", "a.example"), ("http://localhost/cb", None), ("http://127.0.0.1/cb", None),
        ("http://127.0.0.2/cb", None), ("http://[::1]/cb", None),
    ],
)  # fmt: skip
def test_no_loopback_host_makes_a_sector(uri: str, host: str | None) -> None:
    assert sector_host(None, [uri]) == host
