"""DPoP proofs as values (RFC 9449 §4.2, §4.3): what holds for one request, and what does not."""

from typing import Any

import pytest
from joserfc.jwk import OKPKey, RSAKey

from tests.support.carrier import new_key, proof_of, public
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.dpop import Proof, read_proof
from vneid_idp.protocol.errors import InvalidDpopProof

ISSUER = "http://localhost:8000"
URL = f"{ISSUER}/token"
KEY = new_key()
RSA = RSAKey.generate_key(2048, private=True)
SECRET = new_key()
WRONG: dict[str, dict[str, Any]] = {
    "no typ": {"header": {"typ": None}, "without": ("typ",)},
    "another typ": {"header": {"typ": "JWT"}},
    "RS256": {"header": {"alg": "RS256"}, "key": RSA},
    "no alg": {"header": {"alg": "none"}},
    "no key": {"without": ("jwk",)},
    "another's key": {"header": {"jwk": public(new_key())}},
    "a private key": {"header": {"jwk": SECRET.as_dict(private=True)}, "key": SECRET},
    "a symmetric key": {"header": {"jwk": {"kty": "oct", "k": base64url(b"k" * 32)}}},
    "crit": {"header": {"crit": ["exp"], "exp": 1}},
    "no jti": {"without": ("jti",)},
    "an empty jti": {"jti": ""},
    "a long jti": {"jti": "j" * 1025},
    "no htm": {"without": ("htm",)},
    "another method": {"htm": "PUT"},
    "a method in lower case": {"htm": "post"},
    "no htu": {"without": ("htu",)},
    "another path": {"htu": f"{ISSUER}/other"},
    "another host": {"htu": "http://evil.example/token"},
    "another scheme": {"htu": "https://localhost:8000/token"},
    "no address": {"htu": "http://[/token"},
    "no text": {"htu": 7},
    "no iat": {"without": ("iat",)},
    "iat in words": {"iat": "now"},
    "null as iat": {"iat": None},
    "null as jti": {"jti": None},
    "a user in the address": {"htu": "http://user@localhost:8000/token"},
    "an empty user in the address": {"htu": "http://@localhost:8000/token"},
    "a space before the address": {"htu": f" {URL}"},
    "a tab in the address": {"htu": "http://local\thost:8000/token"},
    "nonce": {"nonce": 7},
}
GOOD: dict[str, dict[str, Any]] = {
    "extra claims": {"exp": 1, "nbf": 2**33, "more": {}},
    "query and fragment": {"htu": f"{ISSUER}/token?x=1#y"},
    "case of scheme and host": {"htu": "HTTP://LOCALHOST:8000/token"},
    "typ with its whole name": {"header": {"typ": "application/dpop+jwt"}},
    "kid": {"header": {"kid": "anything"}},
    "PS256": {"header": {"alg": "PS256"}, "key": RSA},
    "EdDSA": {"header": {"alg": "EdDSA"}, "key": OKPKey.generate_key("Ed25519", private=True)},
}


def read(of: str | None = None, url: str = URL, **how: Any) -> Proof:
    known: dict[str, Any] = {"key": KEY, "method": "POST", "url": URL, "at": 7}
    return read_proof([proof_of(**(known | how))], "POST", (url,), of)


def test_a_proof_tells_its_key_and_what_is_remembered_of_it() -> None:
    assert read(jti="j", nonce="n") == Proof(Confirmation("jkt", KEY.thumbprint()), "j", 7 * SECOND, "n")


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_proof_that_does_not_hold_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidDpopProof):
        read(**wrong)


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_what_a_proof_may_say_beside_it_is_taken(good: dict[str, Any]) -> None:
    assert read(**good).key.method == "jkt"


@pytest.mark.parametrize("proofs", [[], ["junk"], ["a.b.c"], ["", ""]])
def test_junk_two_and_none_are_refused(proofs: list[str]) -> None:
    with pytest.raises(InvalidDpopProof):
        read_proof(proofs, "POST", (URL,))


def test_with_a_token_it_must_be_of_that_token() -> None:
    assert read("token", token="token").jti
    wrongs: list[dict[str, Any]] = [{}, {"token": "other"}, {"ath": "token"}, {"ath": 7}]
    for wrong in wrongs:
        with pytest.raises(InvalidDpopProof):
            read("token", **wrong)


@pytest.mark.parametrize(
    ("sent", "ours", "same"),
    [
        ("https://id.example/token", "https://id.example:443/token", True),
        ("https://ID.example:443/token", "https://id.example/token", True),
        ("https://id.example:8443/token", "https://id.example/token", False),
        ("https://id.example", "https://id.example/", True),
        ("https://\u212aey.example/token", "https://key.example/token", False),
        ("https://id.example/token/", "https://id.example/token", False),
        ("https://id.example/TOKEN", "https://id.example/token", False),
    ],
)
def test_addresses_are_compared_in_their_normal_form(sent: str, ours: str, same: bool) -> None:
    if same:
        read(url=ours, htu=sent)
    else:
        with pytest.raises(InvalidDpopProof):
            read(url=ours, htu=sent)
