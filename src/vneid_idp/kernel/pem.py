"""Keys in PEM, for signatures between servers: P-256 (NIST FIPS 186-5), and nothing else."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


class BadKey(ValueError):
    """The text holds no key of the kind that is used."""


def read_private_key(pem: bytes) -> EllipticCurvePrivateKey:
    """A private key without a password. Raises `BadKey`."""
    try:
        key = load_pem_private_key(pem, None)
    except _UNREADABLE:
        raise BadKey("cannot be read as a private key in PEM without a password") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise BadKey("must be a key on the curve P-256")
    return key


def read_public_key(pem: bytes) -> EllipticCurvePublicKey:
    """A public key. Raises `BadKey`."""
    try:
        key = load_pem_public_key(pem)
    except _UNREADABLE:
        raise BadKey("cannot be read as a public key in PEM") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise BadKey("must be a key on the curve P-256")
    return key
