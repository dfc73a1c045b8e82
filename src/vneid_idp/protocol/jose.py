"""Signed tokens of others: read the header, choose the key, verify. The rules that libraries leave to the caller.

Keys are prepared once and kept; the algorithm comes from the registration, never from the token (RFC 8725 §3.1).
"""

import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from vneid_idp.kernel.foreign_json import read_foreign_json
from vneid_idp.kernel.languages import mark
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.kernel.wording import Wording

_KINDS: dict[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
SIGNING_ALGORITHMS = tuple(_KINDS)
"""What we sign with and what clients may sign with; a profile of `checks/profiles.py` may narrow it."""
STRONG_ALGORITHMS = tuple(alg for alg in SIGNING_ALGORITHMS if alg != "RS256")
"""Without the padding of PKCS #1 v1.5 (FAPI 2.0 §5.4, FAPI-CIBA §6)."""
KEY_ENCRYPTION_ALGORITHMS = ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
"""What relying parties may have us encrypt with. RSA1_5 is left out: its padding is an oracle (RFC 8725 §3.2)."""
DEFAULT_CONTENT_ENCRYPTION = "A128CBC-HS256"
"""What an `…_encrypted_response_alg` without `…_enc` means (OpenID Connect Registration §2)."""
CONTENT_ENCRYPTION_ALGORITHMS = ("A128GCM", "A256GCM", DEFAULT_CONTENT_ENCRYPTION, "A256CBC-HS512")
OUR_KEY_ENCRYPTION_ALGORITHMS = ("RSA-OAEP", "RSA-OAEP-256")
"""What relying parties may encrypt with towards us, in request objects."""
OUR_CONTENT_ENCRYPTION_ALGORITHMS = ("A256GCM",)

_LONGEST = 32_768
_LARGEST_EXPONENT = 2**32
# A verification takes the longer the larger it is, up to some hundred times as long: work that strangers could order.
_ENCRYPTING = {"encrypt", "wrapKey", "deriveKey", "deriveBits"}
_CURVES = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("Ed25519", "X25519")}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class BadToken(ValueError):
    """The text is no token that may be believed; the message says why, for the client's developer."""


class UnknownKey(BadToken):
    """No known key could have made this signature: the owner may have rotated the keys since they were fetched."""


class BadKeys(ValueError):
    """The key set is not one that a relying party may register; the text is marked for translation."""

    def __init__(self, text: str, **values: object) -> None:
        self.wording = Wording(text, values)
        super().__init__(str(self.wording))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A prepared public key and what its owner says it is for."""

    kid: str | None
    kty: str
    crv: str | None
    use: str | None
    alg: str | None
    key: RSAKey | ECKey | OKPKey
    jwk: dict[str, Any]
    """The key as its owner wrote it."""

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The DER of the certificate that its owner wrote beside it, the first of `x5c` (RFC 7517 §4.7)."""
        chain = self.jwk.get("x5c")
        first = chain[0] if isinstance(chain, list) and chain else None
        try:
            return (binascii.a2b_base64(first, strict_mode=True),) if isinstance(first, str) and first else ()
        except ValueError:
            return ()

    def verifies(self, alg: str) -> bool:
        """Whether the key is of the kind for `alg` and not set apart for something else."""
        kty, curve = _KINDS[alg]
        return (
            self.kty == kty
            and (curve is None or self.crv == curve)
            and self.use in (None, "sig")
            and self.alg in (None, alg)
        )

    def encrypts(self, alg: str) -> bool:
        """Whether content keys may be encrypted to it with `alg`."""
        kinds = {"RSA"} if alg.startswith("RSA") else {"EC", "OKP"}
        operations = self.jwk.get("key_ops")
        if isinstance(operations, list) and not any(each in _ENCRYPTING for each in operations):
            return False  # RFC 7517 §4.3
        return self.kty in kinds and self.crv != "Ed25519" and self.use in (None, "enc") and self.alg in (None, alg)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A compact JWS as its text says, believed by nobody yet."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


def read_keys(jwks: object) -> tuple[PublicKey, ...]:
    """Prepare the keys of a JWK Set; raises `BadKeys` for anything but public keys of sufficient size (RFC 7517 §5).

    A key of an unknown kind is passed over, as §5 asks; a private or symmetric one is refused, since its owner has
    just published a secret.
    """
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise BadKeys(mark('must be a JWK Set: {"keys": [...]}'))
    if len(jwks["keys"]) > 50:
        raise BadKeys(mark("holds more than 50 keys"))
    return tuple(key for key in (read_key(jwk) for jwk in jwks["keys"]) if key is not None)


def read_key(jwk: object) -> PublicKey | None:
    """Prepare one key; nothing of a kind that is not known here. Raises `BadKeys`."""
    if not isinstance(jwk, dict):
        raise BadKeys(mark("holds something that is not a key"))
    if jwk.get("kty") == "oct" or _PRIVATE & jwk.keys():
        raise BadKeys(mark("holds a private or symmetric key: take it out of use, it is no secret any more"))
    kty, curve = jwk.get("kty"), jwk.get("crv")
    if kty not in ("RSA", "EC", "OKP") or (kty in _CURVES and curve not in _CURVES[kty]):
        return None
    try:
        kind: Any = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}[kty]
        # Only what makes the key: the members about its use are read here, not by the library.
        key = kind.import_key({name: jwk[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in jwk})
        size = key.public_key.key_size if kty == "RSA" else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise BadKeys(mark("holds a key that cannot be read")) from None
    if size is not None and not 2048 <= size <= 8192:
        raise BadKeys(mark("holds an RSA key of fewer than 2048 or more than 8192 bits"))
    if kty == "RSA" and key.public_key.public_numbers().e > _LARGEST_EXPONENT:
        raise BadKeys(mark("holds an RSA key with a public exponent above 2^32"))
    for name in ("kid", "use", "alg"):
        if not isinstance(jwk.get(name), str | None):
            raise BadKeys(mark("holds a key whose %(member)s is not a text"), member=name)
    return PublicKey(jwk.get("kid"), kty, curve, jwk.get("use"), jwk.get("alg"), key, jwk)


def read_unverified(text: str) -> Unverified:
    """The parts of a compact JWS whose payload is a JSON object; raises `BadToken`.

    Any `crit` is refused: no extension is understood here (RFC 7515 §4.1.11).
    """
    if len(text) > _LONGEST:
        raise BadToken("is too long")
    parts = text.split(".")
    if len(parts) != 3:
        raise BadToken("is not a compact JWS")
    header, claims = read_segment(parts[0], "header"), read_segment(parts[1], "payload")
    if not isinstance(header.get("alg"), str):
        raise BadToken("has no alg in its header")
    if "crit" in header:
        raise BadToken("has a crit header, and no extension is understood here (RFC 7515 section 4.1.11)")
    if not isinstance(header.get("kid"), str | None):
        raise BadToken("has a kid that is not a text")
    return Unverified(text, header, claims)


def read_segment(segment: str, name: str) -> dict[str, Any]:
    """The JSON object of one part of a token, whose `name` a refusal tells; raises `BadToken`."""
    try:
        value = read_foreign_json(from_base64url(segment))
    except ValueError:
        raise BadToken(f"has a {name} that is not base64url of JSON") from None
    if not isinstance(value, dict):
        raise BadToken(f"has a {name} that is not a JSON object")
    return value


def check_signature(token: Unverified, keys: Iterable[PublicKey], alg: str) -> None:
    """Verify `token` with the one algorithm `alg`; raises `UnknownKey` when no key fits it, `BadToken` otherwise.

    `keys` whose `kid` is another one are passed over. A key embedded in or referred to by the header is never used.
    """
    if token.header["alg"] != alg or alg not in _KINDS:
        raise BadToken(f"must be signed with {alg}")
    kid = token.header.get("kid")
    fitting = [key for key in keys if key.verifies(alg) and (kid is None or key.kid is None or key.kid == kid)]
    signed, _, encoded = token.text.rpartition(".")
    try:
        signature = from_base64url(encoded)
    except ValueError:
        raise BadToken("has a signature that is not base64url") from None
    # The algorithm without joserfc's registry, which would judge the header anew: here it is judged already. Without
    # kid every key is tried; a bound keeps that from becoming work for an attacker's benefit.
    algorithm = JWSRegistry.algorithms[alg]
    if any(algorithm.verify(signed.encode(), signature, candidate.key) for candidate in fitting[:8]):
        return
    raise UnknownKey("has a signature that none of the registered keys made")
