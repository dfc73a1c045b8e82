"""Where each bound lies: the last value that is taken, and the first that is not."""

from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.support.registration import CALLBACK, OPERATOR, PURPOSE, read
from vneid_idp.bindings.labels import BadLabel, read_label
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol import jose, uris
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.lengths import check_lengths
from vneid_idp.protocol.checks.max_age import check_max_age
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest, OAuthError
from vneid_idp.protocol.logout import read_address
from vneid_idp.protocol.params import parse_urlencoded, printable
from vneid_idp.protocol.purposes import read_purposes
from vneid_idp.protocol.times import read_numeric_date
from vneid_idp.protocol.uris import BadMember

EC = ECKey.generate_key("P-256", private=False).as_dict()
OUT = "https://rp.example/out"
CLIENT = Client("cli_a", "A", post_logout_redirect_uris=(OUT,))


def draft(**params: str) -> RequestDraft:
    return RequestDraft(CLIENT, params)


def a_length(name: str) -> Callable[[int], object]:
    return lambda length: check_lengths(draft(**{name: "x" * length}))


def a_whole_request(length: int) -> None:
    check_lengths(draft(state="s" * 4096, id_token_hint="i" * (length - 4096)))


def left_by(state: int) -> object:
    return read_address(CLIENT, {"post_logout_redirect_uri": OUT, "state": "s" * state})


def a_signed_text(length: int) -> object:
    head, payload = (base64url(text) for text in (b'{"alg":"ES256"}', b"{}"))
    return jose.read_unverified(f"{head}.{payload}.".ljust(length, "A"))


BOUNDS: list[tuple[str, int, Callable[[int], object]]] = [
    ("parameters", 64, lambda count: parse_urlencoded(b"&".join(b"a=1" for _ in range(count)))),
    ("bytes of a request", 8192, lambda count: parse_urlencoded(b"a=" + b"x" * (count - 2))),
    *((name, most, a_length(name)) for name, most in (
        ("state", 4096), ("nonce", 1024), ("claims", 4096), ("login_hint", 512), ("ui_locales", 256),
        ("id_token_hint", 8192), ("client_assertion", 8192), ("anything", 2048),
    )),
    ("characters of a request", 8192, a_whole_request),
    ("digits of max_age", 10, lambda count: check_max_age(draft(max_age="1" * count))),
    ("state at log-out", 4096, left_by),
    ("keys of a set", 50, lambda count: jose.read_keys({"keys": [EC] * count})),
    ("a label", 40, lambda length: read_label("x" * length)),
    ("a JWS", 32_768, a_signed_text),
    ("a URI", 2048, lambda length: uris.read_uri(CALLBACK.ljust(length, "x"))),
    ("purposes", 20, lambda count: read_purposes([PURPOSE | {"id": f"p{number}"} for number in range(count)])),
    ("a version", 2**31 - 1, lambda version: read_purposes([PURPOSE | {"version": version}])),
    ("a number of seconds", 2**31 - 1, lambda number: read(OPERATOR, default_max_age=number)),
    ("a date", 2**40 - 1, lambda at: read_numeric_date({"exp": at}, "exp", "It", InvalidClient)),
    ("a port", 65_535, lambda port: _same("http://127.0.0.1/cb", f"http://127.0.0.1:{port}/cb")),
    ("a name that is repeated", 39, lambda length: _repeated("n" * length)),
]  # fmt: skip


def _same(registered: str, uri: str) -> None:
    if not uris.same_but_port(registered, uri, localhost=False):
        raise ValueError(uri)


def _repeated(name: str) -> None:
    if printable(name) != name:
        raise ValueError(name)


@pytest.mark.parametrize(("name", "most", "read_of"), BOUNDS, ids=[bound[0] for bound in BOUNDS])
def test_so_much_is_taken_and_no_more(name: str, most: int, read_of: Callable[[int], object]) -> None:
    read_of(most)
    with pytest.raises((OAuthError, ValueError, BadMember, BadLabel)):
        read_of(most + 1)


def test_what_is_nothing_is_no_version_and_no_port() -> None:
    for least in (lambda number: read_purposes([PURPOSE | {"version": number}]), _at_port):
        least(1)
        with pytest.raises((ValueError, BadMember)):
            least(0)


def _at_port(port: int) -> None:
    _same("http://127.0.0.1/cb", f"http://127.0.0.1:{port}/cb")


def test_of_keys_without_a_name_eight_are_tried() -> None:
    signing, others = ECKey.generate_key("P-256", private=True), [EC] * 8
    token = jose.read_unverified(_signed(signing))
    own = signing.as_dict(private=False)
    jose.check_signature(token, jose.read_keys({"keys": [*others[:7], own]}), "ES256")
    with pytest.raises(jose.UnknownKey):
        jose.check_signature(token, jose.read_keys({"keys": [*others, own]}), "ES256")


def _signed(key: ECKey) -> str:
    from joserfc import jws

    return jws.serialize_compact({"alg": "ES256"}, b"{}", key)


def test_a_key_verifies_with_the_algorithm_of_its_kind_and_curve_alone() -> None:
    rsa, other = RSAKey.generate_key(2048, private=False), ECKey.generate_key("P-384", private=False)
    made: dict[str, Any] = {"RSA": rsa.as_dict(), "P-256": EC, "P-384": other.as_dict()}
    keys = {name: jose.read_keys({"keys": [key]})[0] for name, key in made.items()}
    found = {name: [alg for alg in jose.SIGNING_ALGORITHMS if key.verifies(alg)] for name, key in keys.items()}
    assert found == {"RSA": ["RS256", "PS256"], "P-256": ["ES256"], "P-384": []}


@pytest.mark.parametrize(
    ("operations", "encrypts"),
    [(["encrypt"], True), (["wrapKey"], True), (["sign", "encrypt"], True), (["verify"], False), ([], False)],
)
def test_a_key_is_encrypted_to_where_it_is_for_that(operations: list[str], encrypts: bool) -> None:
    (key,) = jose.read_keys({"keys": [RSAKey.generate_key(2048, private=False).as_dict() | {"key_ops": operations}]})
    assert key.encrypts("RSA-OAEP") is encrypts


def test_a_number_of_a_date_is_not_below_zero() -> None:
    assert read_numeric_date({"exp": 0}, "exp", "It", InvalidRequest) == 0
    with pytest.raises(InvalidRequest):
        read_numeric_date({"exp": -1}, "exp", "It", InvalidRequest)
