"""Passwords and passcodes of accounts: set and changed. They are verified with `SecretHasher` against a `Candidate`."""

from enum import StrEnum
from itertools import pairwise

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Unit

PASSWORD_LENGTHS = range(8, 129)
PASSCODE_LENGTH = 6


class SecretKind(StrEnum):
    """What a person may know."""

    PASSWORD = "password"
    PASSCODE = "passcode"


class WeakSecret(DomainError):
    """The chosen secret is too easy to guess."""

    code = "weak_secret"
    status = 422
    title = "A password has 8 to 128 characters; a passcode has six digits that are no simple run."


def good_password(text: str) -> bool:
    """Whether `text` may be a password: 8–128 characters, nothing else demanded (NIST SP 800-63B-4 §3.1.1)."""
    return len(text) in PASSWORD_LENGTHS


def good_passcode(text: str) -> bool:
    """Whether `text` may be a passcode: six ASCII digits, neither all the same nor a run such as 123456 or 654321."""
    if len(text) != PASSCODE_LENGTH or not (text.isascii() and text.isdigit()):
        return False
    steps = {int(right) - int(left) for left, right in pairwise(text)}
    return steps not in ({0}, {1}, {-1})


def check_new(kind: SecretKind, secret: str) -> None:
    """Raise `WeakSecret` unless `secret` may be chosen. Call it before hashing."""
    good = good_password(secret) if kind is SecretKind.PASSWORD else good_passcode(secret)
    if not good:
        raise WeakSecret


async def set_hash(unit: Unit, vault: Vault, person_id: str, kind: SecretKind, hashed: str) -> None:
    """Set a person's secret to one that `SecretHasher.hash` made."""
    await secret_hashes.put(unit, vault, person_id, kind.value, hashed)
    await record(unit, Event(EventKind.SECRET_SET, person_id=person_id, data={"kind": kind.value}))


async def renew_hash(unit: Unit, vault: Vault, person_id: str, kind: SecretKind, old: str, new: str) -> None:
    """Replace the hash `old` by another of the same secret; nothing happens when another secret was set meanwhile."""
    await secret_hashes.replace(unit, vault, person_id, kind.value, old, new)
