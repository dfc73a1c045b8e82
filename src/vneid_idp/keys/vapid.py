"""How push services know who sends (RFC 8292, *Voluntary Application Server Identification*)."""

from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from vneid_idp.kernel.clock import HOUR, SECOND, Instant
from vneid_idp.kernel.secrets import base64url

LIFE: Instant = 12 * HOUR
"""How long a token is good; RFC 8292 §2 allows a day."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5)."""


class NoPushService(ValueError):
    """The address is of no push service: no token can be made for it."""


class Vapid:
    """A key pair made of 32 random bytes, and what it signs."""

    def __init__(self, secret: bytes) -> None:
        private = derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, SECP256R1())
        self._signer = Vapid02(private)
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64url(point)
        """What a browser subscribes with (Push API `applicationServerKey`)."""

    def authorization(self, endpoint: str, issuer: str, now: Instant) -> str:
        """The `Authorization` header for the push service that takes notices at `endpoint`, whose origin the token
        names (§2), and in it the host of `issuer` as whom the service may ask (§2.1). Raises `NoPushService` for an
        origin that cannot stand there: a literal address, a port without digits."""
        address = urlsplit(endpoint)
        origin, contact = f"{address.scheme}://{address.netloc}", f"https://{urlsplit(issuer).hostname}"
        try:
            return str(
                self._signer.sign({"aud": origin, "exp": (now + LIFE) // SECOND, "sub": contact})["Authorization"]
            )
        except VapidException as error:
            raise NoPushService from error
