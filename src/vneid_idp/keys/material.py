"""Key material: made, wrapped for storage, and unwrapped into prepared objects."""

from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import new_id, random_bytes
from vneid_idp.keys.rules import KeyKind

PrivateKey = ECKey | RSAKey | OKPKey

_SHORTEST_MASTER = 32
_SECRET = 32


class WrongMaster(Exception):
    """The keys in the database were wrapped under another master secret than the one in the settings."""


class Wrapping:
    """Wraps key material under the master secret. The key's name is wrapped too, so that rows cannot be exchanged."""

    __slots__ = ("_sealer",)

    def __init__(self, master: bytes) -> None:
        if len(master) < _SHORTEST_MASTER:
            raise ValueError(f"the master secret must have at least {_SHORTEST_MASTER} bytes")
        self._sealer = Sealer({0: master}, 0)

    def wrap(self, kind: KeyKind, generation: int, material: bytes) -> str:
        """Text that only this master secret unwraps, and only as this key."""
        return self._sealer.seal(SealPurpose.PRIVATE_KEY, _name(kind, generation) + material)

    def unwrap(self, kind: KeyKind, generation: int, wrapped: str) -> bytes:
        """The material of this key; raises `WrongMaster`, also for another key's text."""
        try:
            plaintext = self._sealer.open(SealPurpose.PRIVATE_KEY, wrapped)
        except NotSealedHere as error:
            raise WrongMaster(kind) from error
        name = _name(kind, generation)
        if not plaintext.startswith(name):
            raise WrongMaster(kind)
        return plaintext[len(name) :]


def _name(kind: KeyKind, generation: int) -> bytes:
    return f"{kind}\0{generation}\0".encode()


def new_material(kind: KeyKind) -> tuple[str, bytes]:
    """A new key: its `kid` and its material (PKCS #8 DER of a key pair, or 32 random bytes). RSA takes about 0.1 s."""
    if kind is KeyKind.ES256:
        return _serialized(ECKey.generate_key("P-256"))
    if kind in (KeyKind.RS256, KeyKind.PS256, KeyKind.RSA_OAEP):
        return _serialized(RSAKey.generate_key(2048))
    if kind is KeyKind.EDDSA:
        return _serialized(OKPKey.generate_key("Ed25519"))
    return new_id("key"), random_bytes(_SECRET)


def _serialized(key: PrivateKey) -> tuple[str, bytes]:
    # RFC 7638: the thumbprint is distinct for distinct keys, also after a sandbox started over.
    return key.thumbprint(), key.as_der(private=True)


def prepared(kind: KeyKind, material: bytes) -> PrivateKey:
    """The key object of a key pair, parsed once and kept.

    `material` was made here and unwrapped just now, so it is authentic: testing the primes of an RSA key again would
    take 80 ms of every start.
    """
    if kind is KeyKind.ES256:
        return ECKey.import_key(material)
    if kind is KeyKind.EDDSA:
        return OKPKey.import_key(material)
    native = load_der_private_key(material, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(native, RSAPrivateKey)
    return RSAKey.import_key(native)


def public_jwk(kind: KeyKind, kid: str, key: PrivateKey) -> dict[str, Any]:
    """The public half as it stands in the JWKS (RFC 7517 §4)."""
    use = "enc" if kind is KeyKind.RSA_OAEP else "sig"
    return {**key.as_dict(private=False), "kid": kid, "use": use, "alg": kind.value}


def public_half(kind: KeyKind, kid: str, material: bytes) -> str:
    """The same as JSON, of material that is not prepared."""
    return orjson.dumps(public_jwk(kind, kid, prepared(kind, material))).decode()
