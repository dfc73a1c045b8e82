"""How push services know who sends (RFC 8292, *Voluntary Application Server Identification*)."""

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

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
        self._key = ECKey.import_key(private)
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64url(point)
        """What a browser subscribes with (Push API `applicationServerKey`)."""

    def authorization(self, origin: str, contact: str | None, now: Instant) -> str:
        """The `Authorization` header for the push service at `origin`; `contact` is an https or mailto address."""
        claims = {"aud": origin, "exp": (now + LIFE) // SECOND} | ({"sub": contact} if contact else {})
        header = {"typ": "JWT", "alg": "ES256"}
        signed = f"{base64url(orjson.dumps(header))}.{base64url(orjson.dumps(claims))}"
        signature = JWSRegistry.algorithms["ES256"].sign(signed.encode(), self._key)
        return f"vapid t={signed}.{base64url(signature)}, k={self.public_key}"
