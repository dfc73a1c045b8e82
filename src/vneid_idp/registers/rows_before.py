"""What the rows before say of a row: whether its phone number stood there, and how many numbers its holder had.

Both are counted for a whole register, which may have all numbers of the country, in little memory: a bit for each phone
number that there can be, and some 14 bytes for each holder, of whom a keyed hash is kept and nothing that they could be
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
_WHO = ~MOST_COUNTED & 0xFFFF_FFFF_FFFF_FFFF


class _Tally:
    """How often each of many hashes came: tables with open addressing and linear probing. A slot holds the upper 56
    bits of a hash and, in the others, the count.

    They are many, so that each grows for itself: that of the whole would stand still, and need twice its memory, while
    one table grew.
    """

    def __init__(self) -> None:
        self._parts = [array("Q", bytes(8 * _FIRST_SLOTS)) for _ in range(_PARTS)]
        self._used = [0] * _PARTS

    def add(self, hashed: int) -> int:
        """Count it; how often it came."""
        who, number = hashed & _WHO, hashed % _PARTS
        part = self._parts[number]
        at = _slot(part, who)
        if held := part[at]:
            if held & MOST_COUNTED < MOST_COUNTED:
                part[at] = held = held + 1
            return held & MOST_COUNTED
        part[at] = who + 1
        self._used[number] += 1
        if 4 * self._used[number] > 3 * len(part):
            self._parts[number] = _grown(part)
        return 1


def _slot(part: "array[int]", who: int) -> int:
    """Where this one stands, or has room."""
    slots = len(part)
    at = (who >> 18) % slots
    while (held := part[at]) and held & _WHO != who:
        at = at + 1 if at + 1 < slots else 0
    return at


def _grown(part: "array[int]") -> "array[int]":
    slots = len(part) * 5 // 4
    grown = array("Q", bytes(8 * slots))
    for held in filter(None, part):
        at = (held >> 18) % slots
        while grown[at]:  # all are different
            at = at + 1 if at + 1 < slots else 0
        grown[at] = held
    return grown
