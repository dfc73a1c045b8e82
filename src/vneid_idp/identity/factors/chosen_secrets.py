"""Passwords and passcodes of accounts: set and changed. They are verified with `SecretHasher` against a `Candidate`."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from math import prod

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Unit

PASSWORD_LENGTHS = range(8, 129)
PASSCODE_LENGTH = 6
_LONGEST_GUESSED = 40
"""Characters that are looked at: more make no easy password hard, and looking at them slow."""
_LONGEST_OWN = 200
"""The same of each word that strangers may know of the person: it may be what a stranger typed."""
_MOST_READINGS = 8
"""Ways to read the signs of a secret as letters that are looked at. Each costs as much as the secret itself, and 23
signs have 576."""
_COMMON_HERE = (
    "matkhau",
    "anhyeuem",
    "emyeuanh",
    "yeuem",
    "yeuanh",
    "vietnam",
    "saigon",
    "hanoi",
    "khongbiet",
    "vneid",
)
"""Common in Viet Nam, and in none of the library's lists."""


class SecretKind(StrEnum):
    """What a person may know."""

    PASSWORD = "password"
    PASSCODE = "passcode"


_LEAST_GUESSES = {SecretKind.PASSWORD: 10**6, SecretKind.PASSCODE: 10**5}
"""Fewer than these, counted as zxcvbn does, are too few: of all passcodes four in five are left."""


class WeakSecret(DomainError):
    """The chosen secret is too easy to guess."""

    code = "weak_secret"
    status = 422
    title = "A password has 8 to 128 characters, a passcode six digits, and neither is easy to guess."

    def __init__(self, *, guessed: bool = False) -> None:
        super().__init__()
        self.guessed = guessed
        """Whether it has the form, and is only too easy to guess."""


def check_form(kind: SecretKind, secret: str) -> None:
    """Raise `WeakSecret` unless `secret` has the form of one: 8–128 characters and no rule about which (NIST SP
    800-63B-4 §3.1.1), or six ASCII digits."""
    if kind is SecretKind.PASSWORD:
        good = len(secret) in PASSWORD_LENGTHS
    else:
        good = len(secret) == PASSCODE_LENGTH and secret.isascii() and secret.isdigit()
    if not good:
        raise WeakSecret


def check_guesses(kind: SecretKind, secret: str, own: Iterable[str] = ()) -> None:
    """Raise `WeakSecret` for what is guessed early: common passwords, rows, repetitions, dates, and words of `own`,
    what strangers may know of the person. Takes some 50 ms of a core."""
    # Here, since its lists take a quarter of a second to load, and most processes never need them.
    from zxcvbn import matching, zxcvbn

    looked_at = _few_readings(secret[:_LONGEST_GUESSED], matching.L33T_TABLE)
    guesses = zxcvbn(looked_at, user_inputs=[*_COMMON_HERE, *_spellings(own)])["guesses"]
    if guesses < _LEAST_GUESSES[kind]:
        raise WeakSecret(guessed=True)


def _few_readings(secret: str, signs_of: Mapping[str, Sequence[str]]) -> str:
    """The secret itself, or where its signs stand for letters in too many ways, with one sign for each letter.

    That loses no word that can be read in it, and only rows of signs of which there is more than one a letter.
    """
    present = [[sign for sign in signs if sign in secret] for signs in signs_of.values()]
    if prod(len(signs) or 1 for signs in present) <= _MOST_READINGS:
        return secret
    for signs in present:
        for other in signs[1:]:
            secret = secret.replace(other, signs[0])
    return secret


def own_words(record: RegistryRecord) -> tuple[str, ...]:
    """What strangers may know of somebody, and try first."""
    born = record.birth_date
    dates = (born.strftime(form) for form in ("%d%m%Y", "%d%m%y", "%Y%m%d", "%y%m%d"))
    return (record.personal_number, record.full_name, *(record.phone or "",), *dates)


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """Each as it is, without marks and spaces, its parts; of a number its ends, and a phone as it is dialled."""
    for word in (each[:_LONGEST_OWN] for each in words if each):
        plain = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
        plain = plain.replace("đ", "d")
        yield from (word.casefold(), plain.replace(" ", ""), *plain.split())
        if digits := plain.removeprefix("+84") if plain.removeprefix("+").isdigit() else "":
            yield from (f"0{digits}", digits[:PASSCODE_LENGTH], digits[-PASSCODE_LENGTH:])


async def set_hash(
    unit: Unit, vault: Vault, person_id: str, kind: SecretKind, hashed: str, *, code_at: Instant
) -> None:
    """Set a person's secret to one that `SecretHasher.hash` made, on the strength of the code by message of `code_at`,
    or of none (`passkeys.NO_CODE`)."""
    await secret_hashes.put(unit, vault, person_id, kind.value, hashed, code_at)
    await record(unit, Event(EventKind.SECRET_SET, person_id=person_id, data={"kind": kind.value}))


async def renew_hash(unit: Unit, vault: Vault, person_id: str, kind: SecretKind, old: str, new: str) -> None:
    """Replace the hash `old` by another of the same secret; nothing happens when another secret was set meanwhile."""
    await secret_hashes.replace(unit, vault, person_id, kind.value, old, new)
