"""How push services know who sends (RFC 8292, *Voluntary Application Server Identification*)."""

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from vneid_idp.kernel.clock import HOUR, SECOND, Instant
from vneid_idp.kernel.secrets import base64url

LIFE: Instant = 12 * HOUR
"""How long a token is good; RFC 8292 §2 allows a day."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5)."""


class Vapid:
    """A key pair made of 32 random bytes, and what it signs."""

    def __init__(self, secret: bytes) -> None:
        private = derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, SECP256R1())
        self._signer = Vapid02(private)
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64url(point)
        """What a browser subscribes with (Push API `applicationServerKey`)."""

    def authorization(self, origin: str, contact: str, now: Instant) -> str:
        """The `Authorization` header for the push service at `origin`; `contact` is the https or mailto address of who
        sends (§2.1), a host without port or path. Raises `VapidException` where either is of another form."""
        claims = {"aud": origin, "exp": (now + LIFE) // SECOND, "sub": contact}
        return str(self._signer.sign(claims)["Authorization"])
