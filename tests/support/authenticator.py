"""An authenticator in software: makes and uses passkeys as a phone would, on the other side of WebAuthn."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey. Fields may be spoiled by a test: `origin`, `verified`, `count`, `attachment`."""

    def __init__(self, origin: str, *, synced: bool = False, verified: bool = True) -> None:
        self.origin = origin
        self.synced = synced
        self.verified = verified
        self.count = 0
        self.attachment = "platform"
        self.credential_id = os.urandom(32)
        self.user_handle: bytes | None = None
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str) -> str:
        """The answer to `navigator.credentials.create()`."""
        wanted = json.loads(options)
        self.user_handle = _unb64(wanted["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        public_key = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        data = self._data(wanted["rp"]["id"], _ATTESTED) + attested
        response = {
            "clientDataJSON": _b64(self._client_data("webauthn.create", wanted["challenge"])),
            "attestationObject": _b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "hybrid"],
        }
        return self._answer(response)

    def get(self, options: str) -> str:
        """The answer to `navigator.credentials.get()`."""
        wanted = json.loads(options)
        if not self.synced:
            self.count += 1
        data = self._data(wanted["rpId"], 0)
        client_data = self._client_data("webauthn.get", wanted["challenge"])
        signature = self._key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": _b64(client_data),
            "authenticatorData": _b64(data),
            "signature": _b64(signature),
            "userHandle": _b64(self.user_handle or b""),
        }
        return self._answer(response)

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= _PRESENT
        flags |= _VERIFIED if self.verified else 0
        flags |= _BACKUP_ELIGIBLE | _BACKED_UP if self.synced else 0
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        identifier = _b64(self.credential_id)
        answer = {"id": identifier, "rawId": identifier, "type": "public-key", "response": response}
        return json.dumps(answer | {"authenticatorAttachment": self.attachment})
