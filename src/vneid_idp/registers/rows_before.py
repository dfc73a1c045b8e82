"""What the rows before say of a row: whether its phone number stood there, and how many numbers its holder had.

Both are counted for a whole register, which may have all numbers of the country, in memory that does not grow with it:
a bit for each phone number that there can be, and a table on disk of the operating system's, without a name, that ends
with the process. Who holds the numbers stands there as a digest under a key that nobody keeps.
"""

import hashlib
import sqlite3

from vneid_idp.kernel.secrets import random_bytes
from vneid_idp.registers.rows import DocumentType, HolderKind, RegisterRow, Service

_PREFIX = len("+84") + 2
"""Characters of a number before its last seven digits."""
_BITS = 10**7
_PAGES = 32 * 1024
"""KiB of the table that stay in memory."""


class RowsBefore:
    """Told the rows in their order; `close` it at the end."""

    def __init__(self) -> None:
        self._key = random_bytes(32)
        self._seen: dict[str, bytearray] = {}
        self._holders = sqlite3.connect("", isolation_level=None)
        self._holders.execute(f"PRAGMA cache_size = -{_PAGES}")
        self._holders.execute("PRAGMA journal_mode = OFF")
        self._holders.execute("CREATE TABLE holders (holder INTEGER PRIMARY KEY, numbers INTEGER NOT NULL) STRICT")
        self._holders.execute("BEGIN")

    def stood_before(self, phone_number: str) -> bool:
        """Whether a row before this one was about the same number. Remembers it."""
        prefix = phone_number[:_PREFIX]
        bits = self._seen.get(prefix)
        if bits is None:
            bits = self._seen[prefix] = bytearray(_BITS // 8)
        byte, bit = divmod(int(phone_number[_PREFIX:]), 8)
        seen = bits[byte] >> bit & 1
        bits[byte] |= 1 << bit
        return bool(seen)

    def place(self, row: RegisterRow) -> int:
        """Which number of its holder this one is, from 1 on. Counts it, where it is a person's to speak with people."""
        if row.document is None or row.holder_kind is not HolderKind.PERSON or row.service is Service.MACHINE:
            return 1
        # Passports of two countries may have one number; of other papers the country is none of the number.
        country = row.nationality if row.document.type is DocumentType.PASSPORT else None
        text = f"{row.document.type}\0{country or ''}\0{row.document.number}"
        digest = hashlib.blake2b(text.encode(), digest_size=8, key=self._key).digest()
        ((numbers,),) = self._holders.execute(
            "INSERT INTO holders VALUES (?, 1) ON CONFLICT DO UPDATE SET numbers = numbers + 1 RETURNING numbers",
            (int.from_bytes(digest, signed=True),),
        ).fetchall()
        return int(numbers)

    def close(self) -> None:
        """Give back memory and disk."""
        self._holders.close()
