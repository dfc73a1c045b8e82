"""DPoP: a JWT of one request, signed with the key that a token is bound to (RFC 9449 §4).

Pure: that a proof comes once only, and that a nonce is ours, is asked by who calls (`web/possession.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.secrets import digest, same
from vneid_idp.protocol import jose
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.errors import InvalidDpopProof
from vneid_idp.protocol.jose import BadKeys, BadToken, PublicKey, Unverified
from vneid_idp.protocol.times import read_numeric_date

SIGNING_ALGORITHMS = ("ES256", "PS256", "EdDSA")
"""What a proof may be signed with: what FAPI 2.0 §5.4 allows, whatever the client's profile."""
PROOF_LIFE: Instant = MINUTE
"""How far the `iat` of a proof may lie behind or ahead, where no nonce of ours tells its age."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LONGEST_KEPT = 1024
"""Of headers, in characters: a key of P-256 takes 200, one of RSA with 4096 bits 800."""
_NAMES = ("jti", "htm", "htu", "iat")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of possession that holds for the request it came with, but for what others remember of it."""

    key: Confirmation
    jti: str
    issued_at: Instant
    nonce: str | None


def read_proof(proofs: Sequence[str], method: str, urls: Sequence[str], access_token: str | None = None) -> Proof:
    """The proof of a request to one of these `urls` of ours, from its `DPoP` headers; with the token that comes with
    it at a resource. Raises `InvalidDpopProof`.
    """
    if len(proofs) != 1:
        raise InvalidDpopProof(f"There are {len(proofs)} DPoP headers, and one is needed (RFC 9449 §4.3).")
    try:
        proof = jose.read_unverified(proofs[0])
        key, thumbprint = _key(proof.text.partition(".")[0])
        jose.check_signature(proof, (key,), _algorithm(proof))
    except (BadToken, BadKeys) as error:
        raise InvalidDpopProof(f"The DPoP proof {error}.") from None
    for name in _NAMES:
        if proof.claims.get(name) is None:
            raise InvalidDpopProof(f"The DPoP proof has no {name} (RFC 9449 §4.2).", about=name)
    if proof.claims["htm"] != method:
        raise InvalidDpopProof("The DPoP proof has an htm that is not the method of this request.", about="htm")
    if not any(_is_same_address(proof.claims["htu"], url) for url in urls):
        raise InvalidDpopProof("The DPoP proof has an htu that is not the address of this request.", about="htu")
    if access_token is not None:
        _check_token(proof, access_token)
    return Proof(Confirmation("jkt", thumbprint), *_rest(proof))


def check_age(proof: Proof, now: Instant) -> None:
    """A proof without a nonce is as old as its `iat` says. Raises `InvalidDpopProof`."""
    if abs(proof.issued_at - now) > PROOF_LIFE:
        raise InvalidDpopProof("The DPoP proof has an iat that is not of this minute; compare the clocks.", about="iat")


def _algorithm(proof: Unverified) -> str:
    alg = str(proof.header["alg"])
    if alg not in SIGNING_ALGORITHMS:
        raise BadToken(f"must be signed with {' or '.join(SIGNING_ALGORITHMS)}")
    return alg


def _key(segment: str) -> tuple[PublicKey, str]:
    """The key in the header of a proof, with its thumbprint (RFC 7638)."""
    return _prepared(segment) if len(segment) <= _LONGEST_KEPT else _read(segment)


def _read(segment: str) -> tuple[PublicKey, str]:
    header = jose.read_segment(segment, "header")
    typ = header.get("typ")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != "dpop+jwt":
        raise BadToken("has a typ that is not dpop+jwt")
    key = jose.read_key(header.get("jwk"))
    if key is None:
        raise BadToken("has a jwk of a kind that is not known here")
    return key, key.key.thumbprint()


# A client's proofs begin alike, for as long as it keeps its key; preparing that costs half as much as verifying.
_prepared = lru_cache(maxsize=4096)(_read)


def _check_token(proof: Unverified, access_token: str) -> None:
    ath = proof.claims.get("ath")
    if not isinstance(ath, str) or not same(ath, digest(access_token)):
        raise InvalidDpopProof("The DPoP proof has no ath of this access token (RFC 9449 §4.2).", about="ath")


def _rest(proof: Unverified) -> tuple[str, Instant, str | None]:
    jti, nonce = proof.claims["jti"], proof.claims.get("nonce")
    if not isinstance(jti, str) or not 0 < len(jti) <= 1024:
        raise InvalidDpopProof("The DPoP proof has a jti that is no text of at most 1024 characters.", about="jti")
    if not isinstance(nonce, str | None):
        raise InvalidDpopProof("The DPoP proof has a nonce that is not a text.", about="nonce")
    issued_at = read_numeric_date(proof.claims, "iat", "The DPoP proof", InvalidDpopProof)
    assert issued_at is not None, "looked for before"
    return jti, issued_at, nonce


def _is_same_address(htu: object, url: str) -> bool:
    """Without query and fragment, in the normal form of scheme, host and port (RFC 9449 §4.3, RFC 3986 §6.2)."""
    if htu == url:
        return True
    # `urlsplit` passes over spaces, tabs and line breaks, and `_normal` over who is named before the host.
    if not isinstance(htu, str) or not htu.isascii() or not htu.isprintable() or " " in htu:
        return False
    try:
        sent = urlsplit(htu)
        return "@" not in sent.netloc and _normal(sent) == _normal(urlsplit(url))
    except ValueError:  # no port, or no address
        return False


def _normal(address: SplitResult) -> tuple[str, str | None, int | None, str]:
    return address.scheme, address.hostname, address.port or _DEFAULT_PORTS.get(address.scheme), address.path or "/"
