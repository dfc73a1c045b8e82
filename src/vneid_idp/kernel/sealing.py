"""Sealed values: short authenticated ciphertexts that only this provider can open.

Codes, tokens and cookies are sealed, not stored (README, idea 6). The purpose is bound into both the key and the
associated data, so that a code can never be read as a token, nor a cookie as a code.

Format, before base64url: key id (1 byte) · nonce (12 bytes) · ciphertext and tag. A key id is never used again.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes

_NONCE = 12


class SealPurpose(StrEnum):
    """What a sealed value is good for. Renaming a member invalidates every value sealed for it."""

    # Their second form, which holds an authorisation: one of the first, minutes old at most, is not opened any more.
    CODE = "code.2"
    ACCESS_TOKEN = "access_token.2"
    # Not opened by a version that would not look for whom it is.
    NARROW_TOKEN = "access_token.audience"
    SIGNED_TOKEN = "access_token.signed"
    REFRESH_TOKEN = "refresh_token"
    SESSION = "session"
    SHOWN = "shown"
    INTERACTION = "interaction"
    CONFIRMED = "confirmed"
    CSRF = "csrf"
    CURSOR = "cursor"
    DRAFT = "draft"
    REQUEST = "request"
    POLLED_REQUEST = "polled_request"
    POLLED_ANSWER = "polled_answer"
    LOG_OUT = "log_out"
    DELIVERY = "delivery"
    DPOP_NONCE = "dpop_nonce"
    KNOWN_BROWSER = "known_browser"
    OFFICE_FILE = "office_file"
    CLOSED_FILES = "closed_files"
    PASSKEY_CHALLENGE = "passkey_challenge"
    PHONE = "phone"
    PHONE_CODE = "phone_code"
    UNLOCKED = "unlocked"
    BEGUN_FROM = "begun_from"
    PERSON_KEY = "person_key"
    CARRIER_KEY = "carrier_key"
    OPERATOR_TOKEN = "operator_token"
    PERSONAL_DATA = "personal_data"
    PRIVATE_KEY = "private_key"


class NotSealedHere(Exception):
    """The text was not sealed by this provider for this purpose, or its key is gone."""


class Sealer:
    """Seals with the current root key and opens with any root key that is still kept."""

    def __init__(self, roots: Mapping[int, bytes], current: int) -> None:
        self._roots = dict(roots)
        self._current = current
        self._ciphers: dict[tuple[int, SealPurpose], AESGCM] = {}
        self.sealed = 0
        """How many values were sealed with the current root, since somebody last took note."""

    def seal(self, purpose: SealPurpose, plaintext: bytes) -> str:
        """Encrypt and authenticate `plaintext` for `purpose`; the result is base64url text."""
        nonce = random_bytes(_NONCE)
        self.sealed += 1
        ciphertext = self._cipher(self._current, purpose).encrypt(nonce, plaintext, purpose.encode())
        return base64url(bytes([self._current]) + nonce + ciphertext)

    def open(self, purpose: SealPurpose, text: str) -> bytes:
        """The plaintext of a value sealed for `purpose`; raises `NotSealedHere` for everything else."""
        try:
            raw = from_base64url(text)
            cipher = self._cipher(raw[0], purpose)
            return cipher.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], purpose.encode())
        except (ValueError, IndexError, KeyError, InvalidTag) as error:
            raise NotSealedHere(purpose) from error

    def seal_json(self, purpose: SealPurpose, value: Any) -> str:
        """Seal a JSON value."""
        return self.seal(purpose, orjson.dumps(value))

    def open_json(self, purpose: SealPurpose, text: str) -> Any:
        """Open a sealed JSON value; raises `NotSealedHere`."""
        return orjson.loads(self.open(purpose, text))

    def _cipher(self, key_id: int, purpose: SealPurpose) -> AESGCM:
        cipher = self._ciphers.get((key_id, purpose))
        if cipher is None:
            key = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._roots[key_id])
            cipher = self._ciphers[key_id, purpose] = AESGCM(key)
        return cipher
