"""What the rows before say of a row: whether its phone number stood there, and how many numbers its holder had.

Both are counted for a whole register, which may have all numbers of the country, in little memory: a bit for each phone
number that there can be, and some 9 bytes for each holder, of whom a keyed hash is kept and nothing that they could be
found by.
"""

from array import array

from vneid_idp.registers.rows import DocumentType, HolderKind, RegisterRow, Service

_PREFIX = len("+84") + 2
"""Characters of a number before its last seven digits."""
_BITS = 10**7


class RowsBefore:
    """Told the rows in their order."""

    def __init__(self) -> None:
        self._seen = _Numbers()
        self._mentioned = _Numbers()
        self._holders = _Tally()

    def stood_before(self, phone_number: str) -> bool:
        """Whether a row before this one was about the same number. Remembers it."""
        return self._seen.add(phone_number)

    def mention(self, phone_number: str) -> None:
        """Remember the number of a row in which something else cannot be read."""
        self._mentioned.add(phone_number)

    def knows(self, phone_number: str) -> bool:
        """Whether any row was about the number, one that cannot be read among them."""
        return phone_number in self._seen or phone_number in self._mentioned

    def place(self, row: RegisterRow) -> int:
        """Which number of its holder this one is, from 1 on, and no further than `MOST_COUNTED`. Counts it, where it is
        a person's to speak with people."""
        document = row.document
        if document is None or row.holder_kind is not HolderKind.PERSON or row.service is Service.MACHINE:
            return 1
        # Passports of two countries may have one number; of other papers the country is none of the number.
        country = row.nationality if document.type is DocumentType.PASSPORT else None
        # Python keys it anew for each process.
        return self._holders.add(hash((document.type.value, country, document.number)))


class _Numbers:
    """Some of all phone numbers: a bit for each, in a part for each prefix."""

    def __init__(self) -> None:
        self._parts: dict[str, bytearray] = {}

    def add(self, phone_number: str) -> bool:
        """Add a number; whether it was there."""
        prefix = phone_number[:_PREFIX]
        bits = self._parts.get(prefix)
        if bits is None:
            bits = self._parts[prefix] = bytearray(_BITS // 8)
        serial = int(phone_number[_PREFIX:])
        byte, bit = serial >> 3, 1 << (serial & 7)
        seen = bits[byte]
        bits[byte] = seen | bit
        return bool(seen & bit)

    def __contains__(self, phone_number: str) -> bool:
        bits = self._parts.get(phone_number[:_PREFIX])
        serial = int(phone_number[_PREFIX:])
        return bits is not None and bool(bits[serial >> 3] >> (serial & 7) & 1)


_PARTS = 1024
_FIRST_SLOTS = 16
MOST_COUNTED = 0xFF


class _Tally:
    """How often each of many hashes came: tables with open addressing and linear probing, six bytes a slot. 50 bits of
    a hash tell it from others: of fifty million holders, as many as there are, one may be taken for another.

    They are many, so that each grows for itself: that of the whole would stand still, and need twice its memory, while
    one table grew.
    """

    def __init__(self) -> None:
        self._parts = [_Slots(_FIRST_SLOTS) for _ in range(_PARTS)]

    def add(self, hashed: int) -> int:
        """Count it; how often it came."""
        part = self._parts[hashed % _PARTS]
        who, rest = hashed >> 10 & 0xFFFF_FFFF or 1, hashed >> 34 & 0xFF00
        names, counts = part.names, part.counts
        at, slots = who % len(names), len(names)
        while held := names[at]:
            if held == who and counts[at] & 0xFF00 == rest:
                count = counts[at] & MOST_COUNTED
                if count < MOST_COUNTED:
                    counts[at] += 1
                    count += 1
                return count
            at = at + 1 if at + 1 < slots else 0
        names[at], counts[at] = who, rest | 1
        part.used += 1
        if 4 * part.used > 3 * slots:
            self._parts[hashed % _PARTS] = part.grown()
        return 1


class _Slots:
    """One table: 32 bits of a hash, of which none is 0, and beside them 8 more and the count."""

    __slots__ = ("counts", "names", "used")

    def __init__(self, slots: int) -> None:
        self.names, self.counts = array("I", bytes(4 * slots)), array("H", bytes(2 * slots))
        self.used = 0

    def grown(self) -> "_Slots":
        """The same with more room."""
        larger = _Slots(len(self.names) * 5 // 4)
        names, counts, slots = larger.names, larger.counts, len(larger.names)
        for who, count in zip(self.names, self.counts, strict=True):
            if who:
                at = who % slots
                while names[at]:  # all are different
                    at = at + 1 if at + 1 < slots else 0
                names[at], counts[at] = who, count
        larger.used = self.used
        return larger
