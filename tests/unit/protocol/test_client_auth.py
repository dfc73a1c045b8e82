"""What a client presents and whether it holds: start from what succeeds, spoil one thing, require refusal."""

import base64
import hmac
import json
import warnings
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from vneid_idp.kernel.clock import HOUR, SECOND
from vneid_idp.kernel.secrets import base64url, digest
from vneid_idp.protocol import jose
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.client_auth import (
    JWT_BEARER,
    PresentedCredentials,
    algorithm_for,
    check_assertion,
    is_secret_right,
    read_presented,
)
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest
from vneid_idp.protocol.jose import BadKeys, BadToken, PublicKey, UnknownKey, read_keys

ISSUER = "https://id.example"
TOKEN = f"{ISSUER}/token"
NOW = 1_900_000_000 * SECOND
SECONDS = NOW // SECOND
RSA = RSAKey.generate_key(2048, private=True)
EC = ECKey.generate_key("P-256", private=True)
ED = OKPKey.generate_key("Ed25519", private=True)
CLIENT = Client("cli_a", "A", token_endpoint_auth_method="private_key_jwt", token_endpoint_auth_signing_alg="ES256")
GOOD: dict[str, Any] = {
    "iss": "cli_a", "sub": "cli_a", "aud": ISSUER, "jti": "one", "iat": SECONDS, "exp": SECONDS + 60,
}  # fmt: skip


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def signed(claims: dict[str, Any], key: Any = EC, alg: str = "ES256", **header: Any) -> str:
    start = f"{base64url(json.dumps({'alg': alg, **header}).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{start}.{base64url(JWSRegistry.algorithms[alg].sign(start.encode(), key))}"


def keys(*members: Any, **changes: Any) -> tuple[PublicKey, ...]:
    return read_keys({"keys": [{**key.as_dict(private=False), **changes} for key in members]})


def raw(header: dict[str, Any], claims: Any, signature: bytes = b"x" * 64) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64url(part) for part in parts)


# Presenting


def test_basic_is_form_decoded_on_both_sides() -> None:
    found = read_presented(basic(quote_plus("a b:c"), quote_plus("s%+ é:")), {})
    assert (found.method, found.client_id, found.secret) == ("client_secret_basic", "a b:c", "s%+ é:")


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_the_name_of_the_scheme_is_case_insensitive(scheme: str) -> None:
    assert read_presented(basic("a", "s").replace("Basic", scheme), {}).secret == "s"


@pytest.mark.parametrize(
    "header",
    ["Bearer abc", "Basic", "Basic ???", "Basic " + base64.b64encode(b"no colon").decode(), "Basic " + "/" * 8,
     basic("%ff", "x"), "Basic é"],
)  # fmt: skip
def test_an_unreadable_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidClient):
        read_presented(header, {"client_id": "cli_a"})


def test_post_and_none() -> None:
    assert read_presented(None, {"client_id": "a", "client_secret": "s"}).method == "client_secret_post"
    for authorization in (None, basic("a", "")):
        assert read_presented(authorization, {"client_id": "a"}) == PresentedCredentials("none", "a")
    with pytest.raises(InvalidRequest):
        read_presented(None, {})


ASSERTED = {"client_assertion": raw({"alg": "ES256"}, {"sub": "a"}), "client_assertion_type": JWT_BEARER}
POSTED = {"client_id": "a", "client_secret": "t"}


@pytest.mark.parametrize(
    ("authorization", "params", "said"),
    [
        (basic("a", "s"), POSTED, "client_secret_basic and client_secret_post at once, with two secrets"),
        (basic("a", "t"), {**POSTED, "client_id": "b"}, "client_id"),
        (basic("a", ""), POSTED, "Basic without a secret and client_secret_post"),
        (basic("a", "s"), ASSERTED, "client_secret_basic and private_key_jwt"),
        (None, {**POSTED, **ASSERTED}, "client_secret_post and private_key_jwt"),
        (basic("a", "s"), {"client_id": "b"}, "client_id"),
        (None, {"client_id": "b", **ASSERTED}, "client_id"),
    ],
)
def test_two_ways_two_secrets_or_two_clients_at_once_are_refused_by_name(
    authorization: str | None, params: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        read_presented(authorization, params)


@pytest.mark.parametrize(
    "params",
    [
        {"client_assertion": raw({"alg": "ES256"}, {"sub": "a"})},
        {"client_assertion": raw({"alg": "ES256"}, {"sub": "a"}), "client_assertion_type": "jwt"},
        {"client_assertion_type": JWT_BEARER},
        # Either half alone is an attempt, and no public client that names itself.
        {"client_id": "a", "client_assertion_type": JWT_BEARER},
        {"client_id": "a", "client_assertion": raw({"alg": "ES256"}, {"sub": "a"})},
        {"client_assertion_type": JWT_BEARER, "client_assertion": "a.b"},
        {"client_assertion_type": JWT_BEARER, "client_assertion": "a.b.c"},
        {"client_assertion_type": JWT_BEARER, "client_assertion": raw({"alg": "ES256"}, {})},
        {"client_assertion_type": JWT_BEARER, "client_assertion": raw({}, {"sub": "a"})},
        {"client_assertion_type": JWT_BEARER, "client_assertion": raw({"alg": 1}, {"sub": "a"})},
        {"client_assertion_type": JWT_BEARER, "client_assertion": raw({"alg": "ES256", "kid": 1}, {"sub": "a"})},
        {"client_assertion_type": JWT_BEARER, "client_assertion": f"{base64url(b'[]')}.{base64url(b'{}')}.x"},
        {"client_assertion_type": JWT_BEARER, "client_assertion": raw({"alg": "ES256"}, [{"sub": "a"}])},
        {"client_assertion_type": JWT_BEARER, "client_assertion": "x" * 40_000},
    ],
)
def test_an_unreadable_assertion_is_refused(params: dict[str, str]) -> None:
    with pytest.raises(InvalidClient):
        read_presented(None, params)


@pytest.mark.parametrize("crit", [["exp"], ["alg"], ["b64"], [], ["x", "x"], "b64", None])
def test_any_crit_is_refused(crit: Any) -> None:
    with pytest.raises(BadToken, match="crit"):
        jose.read_unverified(raw({"alg": "ES256", "crit": crit, "x": 1}, GOOD))


def test_secrets() -> None:
    client = replace(CLIENT, secret_digest=digest("right"))
    assert is_secret_right(client, "right", NOW)
    assert not is_secret_right(client, "wrong", NOW)
    assert not is_secret_right(client, "", NOW)
    assert not is_secret_right(CLIENT, "right", NOW)
    assert not is_secret_right(None, "no client has this secret", NOW)


# Signatures


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS256"), (ED, "EdDSA")])
def test_every_supported_algorithm_verifies(key: Any, alg: str) -> None:
    jose.check_signature(jose.read_unverified(signed(GOOD, key, alg)), keys(RSA, EC, ED), alg)


@pytest.mark.parametrize("alg", ["HS256", "HS512", "none", "RS1", "ES384", "PS512", "es256", "EdDSA", "RS256"])
def test_another_algorithm_than_the_registered_one_is_refused(alg: str) -> None:
    token = jose.read_unverified(raw({"alg": alg}, GOOD))
    with pytest.raises(InvalidClient):
        algorithm_for(CLIENT, token)
    with pytest.raises(BadToken):
        jose.check_signature(token, keys(EC), "ES256")


@pytest.mark.parametrize("alg", ["HS256", "none", "", "ES256K"])
def test_without_a_registered_algorithm_only_asymmetric_ones_are_accepted(alg: str) -> None:
    client = replace(CLIENT, token_endpoint_auth_signing_alg=None)
    assert algorithm_for(client, jose.read_unverified(raw({"alg": "PS256"}, GOOD))) == "PS256"
    with pytest.raises(InvalidClient):
        algorithm_for(client, jose.read_unverified(raw({"alg": alg}, GOOD)))


def test_the_header_names_the_algorithm_that_was_used() -> None:
    parts = ({"alg": "RS256"}, GOOD)
    start = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    signature = JWSRegistry.algorithms["ES256"].sign(start.encode(), EC)
    with pytest.raises(BadToken, match="must be signed with ES256"):
        jose.check_signature(jose.read_unverified(f"{start}.{base64url(signature)}"), keys(EC), "ES256")


def test_a_mac_with_the_public_key_as_its_secret_is_refused() -> None:
    start = raw({"alg": "HS256"}, GOOD).rpartition(".")[0]
    mac = hmac.digest(RSA.as_pem(private=False), start.encode(), "sha256")
    token = jose.read_unverified(f"{start}.{base64url(mac)}")
    with pytest.raises(BadToken):
        jose.check_signature(token, keys(RSA), "RS256")
    with pytest.raises(BadToken):
        jose.check_signature(token, keys(RSA), "HS256")


def test_a_key_that_the_token_brings_along_is_not_used() -> None:
    own = ECKey.generate_key("P-256", private=True)
    token = jose.read_unverified(
        signed(GOOD, own, "ES256", jwk=own.as_dict(private=False), jku="https://evil.example/jwks")
    )
    with pytest.raises(UnknownKey):
        jose.check_signature(token, keys(EC), "ES256")


@pytest.mark.parametrize("changes", [{"use": "enc"}, {"alg": "ES384"}, {"kid": "other"}])
def test_a_key_for_something_else_is_not_used(changes: dict[str, str]) -> None:
    token = jose.read_unverified(signed(GOOD, kid="mine"))
    jose.check_signature(token, keys(EC, kid="mine", use="sig", alg="ES256"), "ES256")
    with pytest.raises(UnknownKey):
        jose.check_signature(token, keys(EC, **{"kid": "mine", **changes}), "ES256")


@pytest.mark.parametrize("signature", ["", "=", "é", "a b"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    start = signed(GOOD).rpartition(".")[0]
    with pytest.raises(BadToken):
        jose.check_signature(jose.read_unverified(f"{start}.{signature}"), keys(EC), "ES256")


def test_without_a_kid_eight_keys_are_tried_and_no_more() -> None:
    token, others = jose.read_unverified(signed(GOOD)), [ECKey.generate_key("P-256") for _ in range(8)]
    jose.check_signature(token, keys(*others[1:], EC), "ES256")
    with pytest.raises(UnknownKey):
        jose.check_signature(token, keys(*others, EC), "ES256")


def test_a_token_has_a_length() -> None:
    short = raw({"alg": "ES256"}, GOOD)
    head, payload, signature = short.split(".")
    longest = f"{head}.{payload}.{signature.ljust(32_768 - len(head) - len(payload) - 2, 'A')}"
    assert jose.read_unverified(longest).claims == GOOD
    with pytest.raises(BadToken, match="too long"):
        jose.read_unverified(longest + "A")


X25519 = OKPKey.generate_key("X25519", private=True)


@pytest.mark.parametrize(
    ("key", "alg", "changes", "fits"),
    [
        (RSA, "RSA-OAEP", {}, True),
        (RSA, "RSA-OAEP-256", {"use": "enc", "alg": "RSA-OAEP-256"}, True),
        (EC, "ECDH-ES", {"use": "enc"}, True),
        (X25519, "ECDH-ES+A128KW", {"alg": "ECDH-ES+A128KW"}, True),
        (RSA, "ECDH-ES", {}, False),
        (EC, "RSA-OAEP", {}, False),
        (ED, "ECDH-ES", {}, False),
        (EC, "ECDH-ES", {"use": "sig"}, False),
        (RSA, "RSA-OAEP", {"use": "sig"}, False),
        (RSA, "RSA-OAEP", {"alg": "RSA-OAEP-256"}, False),
        (RSA, "RSA-OAEP", {"alg": "PS256"}, False),
    ],
)
def test_a_key_is_encrypted_to_where_it_is_of_the_kind_and_for_nothing_else(
    key: Any, alg: str, changes: dict[str, str], fits: bool
) -> None:
    (found,) = keys(key, **changes)
    assert found.encrypts(alg) is fits


def test_a_changed_payload_is_refused() -> None:
    head, _, signature = signed(GOOD).split(".")
    token = jose.read_unverified(f"{head}.{base64url(json.dumps({**GOOD, 'sub': 'cli_b'}).encode())}.{signature}")
    with pytest.raises(UnknownKey):
        jose.check_signature(token, keys(EC), "ES256")


@pytest.mark.parametrize(
    "jwks",
    [
        None,
        [],
        {},
        {"keys": {}},
        {"keys": ["x"]},
        {"keys": [OctKey.generate_key(256).as_dict()]},
        {"keys": [EC.as_dict(private=True)]},
        {"keys": [RSA.as_dict(private=True)]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256"}]},
        {"keys": [{**EC.as_dict(private=False), "kid": 7}]},
        {"keys": [EC.as_dict(private=False)] * 51},
    ],
)
def test_a_set_that_is_no_set_of_public_keys_is_refused(jwks: Any) -> None:
    with pytest.raises(BadKeys):
        read_keys(jwks)


@pytest.mark.parametrize("bits", [512, 1024, 2047, 8193])
def test_rsa_keys_are_of_a_sensible_size(bits: int) -> None:
    modulus = base64url((2 ** (bits - 1) + 1).to_bytes((bits + 7) // 8))
    with warnings.catch_warnings(action="ignore"), pytest.raises(BadKeys):
        read_keys({"keys": [{"kty": "RSA", "n": modulus, "e": "AQAB"}]})


@pytest.mark.parametrize(
    ("exponent", "read"), [(65_537, True), (2**32 - 1, True), (2**32 + 1, False), (2**2047 + 1, False)]
)
def test_a_public_exponent_that_makes_much_work_is_refused(exponent: int, read: bool) -> None:
    jwk = RSA.as_dict(private=False) | {"e": base64url(exponent.to_bytes((exponent.bit_length() + 7) // 8))}
    if read:
        assert len(read_keys({"keys": [jwk]})) == 1
    else:
        with pytest.raises(BadKeys):
            read_keys({"keys": [jwk]})


def test_fifty_keys_are_read() -> None:
    assert len(read_keys({"keys": [EC.as_dict(private=False)] * 50})) == 50


def test_keys_of_unknown_kinds_are_passed_over() -> None:
    assert keys(EC) == read_keys({"keys": [{"kty": "AKP", "alg": "ML-DSA-44"}, EC.as_dict(private=False)]})


# Claims of an assertion


def checked(client: Client = CLIENT, typ: Any = None, **changes: Any) -> Any:
    claims = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    header = {"alg": "ES256"} | ({} if typ is None else {"typ": typ})
    return check_assertion(client, jose.read_unverified(raw(header, claims)), ISSUER, (TOKEN,), NOW)


def test_a_good_assertion() -> None:
    assert checked().jti == "one"
    assert checked().expires_at == NOW + 60 * SECOND
    assert not checked().loosely_addressed


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "cli_b"},
        {"iss": ...},
        {"sub": "cli_b"},
        {"sub": ...},
        {"aud": [ISSUER]},
        {"aud": [ISSUER, "https://evil.example"]},
        {"aud": TOKEN},
        {"aud": f"{ISSUER}/"},
        {"aud": "https://other.example"},
        {"aud": ...},
        {"aud": {ISSUER: 1}},
        {"jti": ...},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 1025},
        {"exp": ...},
        {"exp": SECONDS - 10},
        {"exp": SECONDS + HOUR // SECOND + 11},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": SECONDS + 11},
        {"nbf": SECONDS + 11},
        {"nbf": "now"},
        {"typ": "logout+jwt"},
        {"typ": "oauth-authz-req+jwt"},
        {"typ": "at+jwt"},
        {"typ": 7},
    ],
)
def test_one_thing_wrong_with_an_assertion_is_enough(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidClient):
        checked(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": SECONDS + 10, "nbf": SECONDS + 10},
        {"iat": ...},
        {"exp": SECONDS - 9},
        {"exp": SECONDS + 60.5},
        {"exp": SECONDS + HOUR // SECOND + 10},
        {"jti": "x" * 1024},
        {"typ": "JWT"},
        {"typ": "client-authentication+jwt"},
        {"typ": "application/client-authentication+jwt"},
    ],
)
def test_what_clocks_and_libraries_differ_in_is_forgiven(changes: dict[str, Any]) -> None:
    checked(**changes)


@pytest.mark.parametrize("aud", [TOKEN, [ISSUER], [TOKEN, ISSUER], ["https://x.example", TOKEN]])
def test_the_looser_audience_is_an_exception_of_a_client(aud: Any) -> None:
    loose = replace(CLIENT, assertion_audience="endpoint")
    assert checked(loose, aud=aud).loosely_addressed
    assert not checked(loose).loosely_addressed
    with pytest.raises(InvalidClient):
        checked(loose, aud="https://other.example/token")
    with pytest.raises(InvalidClient):
        checked(aud=aud)
