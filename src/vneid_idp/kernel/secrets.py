"""Randomness, identifiers, digests and comparison of secrets: the one place to review them."""

import binascii
import hashlib
import hmac
import secrets
import time
from typing import Any

from vneid_idp.kernel.clock import Instant


def base64url(data: bytes) -> str:
    """Unpadded base64url (RFC 7515 §2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_BASE64URL, b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url text; raises `ValueError` for anything else.

    The decoder would also take padding, the other alphabet and stray last bits: a token would have several spellings.
    """
    left = len(text) % 4
    if left and text[-1] not in _LAST[left]:
        raise ValueError("not unpadded base64url")
    return binascii.a2b_base64(text.encode("ascii").translate(_TO_BASE64) + b"=" * (-len(text) % 4), strict_mode=True)


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_BASE64URL = bytes.maketrans(b"+/", b"-_")
_TO_BASE64 = bytes.maketrans(b"-_+/=", b"+/!!!")  # what stands for nothing here is left to the decoder to refuse
_LAST = {1: "", 2: _ALPHABET[::16], 3: _ALPHABET[::4]}
"""What can stand last where so many characters are left of the last four: those without bits that nobody reads."""


def random_bytes(count: int) -> bytes:
    """`count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def new_secret(count: int = 32) -> str:
    """A bearer secret of `count` random bytes (256 bits unless told) as base64url text."""
    return secrets.token_urlsafe(count)


def new_digits(count: int) -> str:
    """A uniformly random string of `count` decimal digits, for one-time codes."""
    return f"{secrets.randbelow(10**count):0{count}d}"


def new_letters(alphabet: str, count: int) -> str:
    """A uniformly random string of `count` characters of `alphabet`, for codes that people type."""
    return "".join(secrets.choice(alphabet) for _ in range(count))


def new_chance() -> float:
    """A number drawn evenly from [0, 1), for what must not happen everywhere at the same moment."""
    return secrets.randbelow(2**53) / 2**53


def new_id(prefix: str) -> str:
    """A unique, time-ordered identifier such as `per_cob7…`: 52 bits of time, in microseconds, 76 bits of randomness.

    Time first keeps index pages warm on insert, and what one process makes in that order: the events of a unit read as
    they happened. It is an identifier and never a secret.
    """
    return _identifier(prefix, time.time_ns() // 1000, random_bytes(10))


def new_ids(prefix: str, count: int) -> list[str]:
    """As `new_id`, at most 262,144 at once, each behind the one before: they have the time and 58 random bits in
    common, behind which they are counted. A register makes millions."""
    assert count <= 1 << _COUNTED, "more than can be counted"
    common = int.from_bytes(random_bytes(8)) >> (64 - 76 + _COUNTED)
    first = id_of(prefix, (time.time_ns() // 1000) << 76 | common << _COUNTED)[:-4]
    return [first + _PAIRS[number >> 8] + _PAIRS[number << 2 & 0x3FF] for number in range(count)]


def id_from(prefix: str, at: Instant, secret: str) -> str:
    """The same of what became of `secret`, of full entropy, at an instant: whoever makes it again finds the same."""
    return _identifier(prefix, at * 1000, hashlib.sha256(secret.encode()).digest()[:10])


def _identifier(prefix: str, microseconds: int, tail: bytes) -> str:
    return id_of(prefix, microseconds << 76 | int.from_bytes(tail) >> 4)


# Two digits at a time: the standard library writes base32hex in Python, at three times the price, and each request of
# the hot path makes an identifier.
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = tuple(first + second for first in _DIGITS for second in _DIGITS)
_SHIFTS = tuple(range(120, -1, -10))
_COUNTED = 18
"""Bits: those of the last four digits, of which the last has two that say nothing."""


def id_of(prefix: str, number: int) -> str:
    """The identifier that 128 bits make: 26 digits of base32hex in small letters (RFC 4648 §7), which sort as the
    numbers do."""
    padded = number << 2
    return f"{prefix}_{''.join([_PAIRS[padded >> shift & 0x3FF] for shift in _SHIFTS])}"


def digest(text: str) -> str:
    """SHA-256 of `text` as base64url. Only for secrets of full entropy; what people choose goes through Argon2id."""
    return base64url(hashlib.sha256(text.encode()).digest())


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


class BlindIndex:
    """Keyed digests for look-ups: the database can find a value that it cannot read or enumerate."""

    def __init__(self, key: bytes) -> None:
        """With a key of at most 64 bytes."""
        block = key.ljust(_BLOCK, b"\0")
        assert len(block) == _BLOCK, "a longer one would have to be hashed first"
        self._outer = hashlib.sha256(block.translate(_OPAD))
        self._key_alone = hashlib.sha256(block.translate(_IPAD))
        self._begun: dict[str, Any] = {}

    def of(self, kind: str, text: str) -> str:
        """The digest of `text`. `kind` separates columns, so that equal values in two of them do not show as equal.

        HMAC-SHA256 of both. What follows from key and kind is worked out once (RFC 2104 §4): the same digest at half of
        the time, of which a register takes three a row.
        """
        inner, outer = (self._begun.get(kind) or self._begin(kind)).copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return base64url(outer.digest())

    def _begin(self, kind: str) -> Any:
        begun = self._begun[kind] = self._key_alone.copy()
        begun.update(f"{kind}\0".encode())
        return begun


_BLOCK = 64
"""Bytes: B of RFC 2104, for SHA-256."""
_IPAD, _OPAD = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
