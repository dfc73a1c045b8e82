"""Passwords and passcodes of accounts: set and changed. They are verified with `SecretHasher` against a `Candidate`."""

from enum import StrEnum

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import account_store, rules
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Unit


class SecretKind(StrEnum):
    """What a person may know."""

    PASSWORD = "password"
    PASSCODE = "passcode"


class WeakSecret(DomainError):
    """The chosen secret is too easy to guess."""

    code = "weak_secret"
    status = 422
    title = "A password has 8 to 128 characters; a passcode has six digits that are no simple run."


def check_new(kind: SecretKind, secret: str) -> None:
    """Raise `WeakSecret` unless `secret` may be chosen. Call it before hashing."""
    good = rules.good_password(secret) if kind is SecretKind.PASSWORD else rules.good_passcode(secret)
    if not good:
        raise WeakSecret


async def set_hash(unit: Unit, person_id: str, kind: SecretKind, hashed: str) -> None:
    """Set a person's secret to one that `SecretHasher.hash` made."""
    await account_store.put_secret(unit, person_id, kind.value, hashed, unit.now)
    await record(unit, Event(EventKind.SECRET_SET, person_id=person_id, data={"kind": kind.value}))


async def renew_hash(unit: Unit, person_id: str, kind: SecretKind, old: str, new: str) -> None:
    """Replace the hash `old` by another of the same secret; nothing happens when another secret was set meanwhile."""
    await account_store.renew_secret(unit, person_id, kind.value, old, new)
