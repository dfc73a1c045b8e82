"""Material is wrapped so that neither another master nor another row unwraps it."""

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

from vneid_idp.keys.jwe import CannotEncrypt, encrypt_to
from vneid_idp.keys.material import Wrapping, WrongMaster, new_material
from vneid_idp.keys.rules import LASTING, KeyKind

MASTER = b"m" * 32


def test_wrapped_material_opens_only_under_its_master_and_name() -> None:
    wrapping = Wrapping(MASTER)
    text = wrapping.wrap(KeyKind.SEALING, 2, b"material")
    assert wrapping.unwrap(KeyKind.SEALING, 2, text) == b"material"
    for kind, generation in [(KeyKind.SEALING, 1), (KeyKind.SEALING, 22), (KeyKind.BLIND_INDEX, 2)]:
        with pytest.raises(WrongMaster):
            wrapping.unwrap(kind, generation, text)
    with pytest.raises(WrongMaster):
        Wrapping(b"n" * 32).unwrap(KeyKind.SEALING, 2, text)


def test_a_short_master_is_refused() -> None:
    Wrapping(b"s" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        Wrapping(b"s" * 31)


def test_keys_are_as_long_as_their_algorithms_need() -> None:
    sizes = {kind: len(new_material(kind)[1]) for kind in (KeyKind.SEALING, *LASTING)}
    assert set(sizes.values()) == {32}
    key = RSAKey.import_key(new_material(KeyKind.RS256)[1])
    assert key.raw_value.key_size == 2048


@pytest.mark.parametrize(
    ("jwk", "alg", "enc"),
    [
        ({"kty": "oct", "k": "c2VjcmV0"}, "dir", "A256GCM"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "RSA1_5", "A256GCM"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, "RSA-OAEP", "A256GCM"),
        ({"kty": "RSA"}, "RSA-OAEP", "A256GCM"),
    ],
)
def test_only_fitting_keys_are_encrypted_to(jwk: dict[str, str], alg: str, enc: str) -> None:
    with pytest.raises(CannotEncrypt):
        encrypt_to(jwk, "text", alg=alg, enc=enc)


@pytest.mark.parametrize(
    ("key", "alg", "enc"),
    [
        (RSAKey.generate_key(2048), "RSA-OAEP", "A256GCM"),
        (RSAKey.generate_key(2048), "RSA-OAEP-256", "A128CBC-HS256"),
        (ECKey.generate_key("P-256"), "ECDH-ES", "A256GCM"),
        (ECKey.generate_key("P-256"), "ECDH-ES+A256KW", "A128GCM"),
    ],
)
def test_relying_parties_decrypt_what_is_encrypted_to_them(key: RSAKey | ECKey, alg: str, enc: str) -> None:
    jwk = {**key.as_dict(private=False), "kid": "theirs", "use": "enc"}
    text = encrypt_to(jwk, "a.b.c", alg=alg, enc=enc)
    found = jwe.decrypt_compact(text, key, algorithms=[alg, enc])
    assert found.plaintext == b"a.b.c"
    assert found.protected["cty"] == "JWT"
    assert found.protected["kid"] == "theirs"
