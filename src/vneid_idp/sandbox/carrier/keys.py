"""The two keys of a client: one says who it is (`private_key_jwt`, RFC 7523), to the other its tokens are bound (DPoP,
RFC 9449)."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

ALG = "ES256"
ASSERTION_SECONDS = 60
"""How long an assertion is good."""


def s256(text: str) -> str:
    """SHA-256 in unpadded base64url: of a code verifier (RFC 7636 §4.2), of an access token (RFC 9449 §4.2)."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """One client of the carrier's, as it was registered."""

    client_id: str
    signing: ECKey
    proving: ECKey

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "ClientKeys":
        """Out of the JSON in which they are kept, both keys as private JWKs."""
        return cls(kept["client_id"], ECKey.import_key(kept["signing"]), ECKey.import_key(kept["proving"]))

    def signed(self, audience: str, **claims: object) -> str:
        """What the client says to the issuer alone, good for a minute and once."""
        now = int(time.time())
        known = {"iss": self.client_id, "aud": audience, "iat": now, "nbf": now, "exp": now + ASSERTION_SECONDS}
        known |= {"jti": secrets.token_urlsafe(16)}
        return jwt.encode({"alg": ALG, "kid": self.signing.kid}, known | claims, self.signing)

    def assertion(self, issuer: str) -> dict[str, str]:
        """Who the client is, as members of a form (RFC 7523 §2.2)."""
        return {
            "client_id": self.client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.signed(issuer, sub=self.client_id),
        }

    def proof(self, method: str, address: str, token: str | None, nonce: str | None) -> str:
        """That the client holds the key, for this request, and at an API for this token (RFC 9449 §4.2)."""
        claims: dict[str, object] = {"htm": method, "htu": address, "iat": int(time.time())}
        claims |= {"jti": secrets.token_urlsafe(16)}
        claims |= {} if nonce is None else {"nonce": nonce}
        claims |= {} if token is None else {"ath": s256(token)}
        header = {"alg": ALG, "typ": "dpop+jwt", "jwk": self.proving.as_dict(private=False)}
        return jwt.encode(header, claims, self.proving)
