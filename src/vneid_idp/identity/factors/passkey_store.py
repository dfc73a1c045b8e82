"""Queries about passkeys."""

from dataclasses import dataclass

import orjson
from sqlalchemy import and_, bindparam, delete, or_, select, update

from vneid_idp.audit.events import EventKind
from vneid_idp.audit.statements import data_of_event
from vneid_idp.identity.factors.tables import passkeys
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_WRITTEN = (
    "person_id",
    "credential_id",
    "public_key",
    "sign_count",
    "transports",
    "synced",
    "name",
    "registered_at",
    "code_at",
)
_ADD = Statement(
    insert(passkeys)
    .values({name: bindparam(name) for name in _WRITTEN})
    .on_conflict_do_nothing(index_elements=["person_id", "credential_id"])
)
_of_person = and_(passkeys.c.person_id == bindparam("of_person"), passkeys.c.removed_at.is_(None))
_one = and_(_of_person, passkeys.c.credential_id == bindparam("of_credential"))
_FIND = Statement(select(passkeys).where(_one))
_LIST = Statement(select(passkeys).where(_of_person).order_by(passkeys.c.registered_at))
_NAMES = Statement(
    select(passkeys.c.credential_id, passkeys.c.name).where(passkeys.c.person_id == bindparam("of_person"))
)
_said = data_of_event(EventKind.PASSKEY_ADDED, passkeys.c.person_id, passkeys.c.credential_id)
_LIST_WITH_EVENTS = Statement(
    select(passkeys, _said.label("said")).where(_of_person).order_by(passkeys.c.registered_at.desc())
)
_USE = Statement(
    update(passkeys)
    .where(
        _one,
        # A counter that stands still or runs back betrays a copy (WebAuthn §6.1.1); synced passkeys keep it at zero.
        or_(passkeys.c.sign_count < bindparam("count"), and_(passkeys.c.sign_count == 0, bindparam("count") == 0)),
        or_(passkeys.c.last_challenge_at.is_(None), passkeys.c.last_challenge_at < bindparam("issued_at")),
    )
    .values(sign_count=bindparam("count"), last_used_at=bindparam("now"), last_challenge_at=bindparam("issued_at"))
)
_RENAME = Statement(update(passkeys).where(_one).values(name=bindparam("new_name")))
_REMOVE = Statement(update(passkeys).where(_one).values(removed_at=bindparam("now")))
_FORGET = Statement(delete(passkeys).where(passkeys.c.person_id == bindparam("of_person")))


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey. `credential_id` is base64url text; `synced` ones are copied between a person's devices."""

    person_id: str
    credential_id: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    synced: bool
    name: str
    registered_at: Instant
    last_used_at: Instant | None
    code_at: Instant | None = None
    """Of the code by text message on which it rests (`codes_behind`)."""
    rests_since: Instant | None = None
    """Since when it counts for nothing, if it does."""


@dataclass(frozen=True, slots=True)
class AddedByOther:
    """A passkey that somebody else added to an account, and who: a person id, or a name of the house."""

    passkey: Passkey
    by: str


def _passkey(row: Row) -> Passkey:
    return Passkey(
        row["person_id"],
        row["credential_id"],
        row["public_key"],
        row["sign_count"],
        tuple(orjson.loads(row["transports"])),
        bool(row["synced"]),
        row["name"],
        row["registered_at"],
        row["last_used_at"],
        row["code_at"],
        row["rests_since"],
    )


async def add_passkey(unit: Unit, passkey: Passkey) -> bool:
    """Write a passkey; whether it was new to this person."""
    values = {name: getattr(passkey, name) for name in _WRITTEN}
    values["transports"] = orjson.dumps(passkey.transports).decode()
    return await unit.execute(_ADD, **values) == 1


async def find_passkey(unit: Reading, person_id: str, credential_id: str) -> Passkey | None:
    """A passkey that has not been removed, also one that rests."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_credential=credential_id)
    return _passkey(row) if row else None


async def list_passkeys(unit: Reading, person_id: str) -> tuple[Passkey, ...]:
    """A person's passkeys, oldest first."""
    return tuple(_passkey(row) for row in await unit.fetch(_LIST, of_person=person_id))


async def names_of_passkeys(unit: Reading, person_id: str) -> dict[str, str]:
    """What a person called each of their passkeys, removed ones too, by its id."""
    return {row["credential_id"]: row["name"] for row in await unit.fetch(_NAMES, of_person=person_id)}


async def list_added_by_others(unit: Reading, person_id: str) -> tuple[AddedByOther, ...]:
    """Those of a person's passkeys that somebody else added, the latest first."""
    rows = await unit.fetch(_LIST_WITH_EVENTS, of_person=person_id)
    found = ((row, orjson.loads(row["said"] or "{}").get("by")) for row in rows)
    return tuple(AddedByOther(_passkey(row), by) for row, by in found if by is not None)


async def use_passkey(unit: Unit, passkey: Passkey, sign_count: int, issued_at: Instant) -> bool:
    """Note that a passkey answered a challenge; false if it answered this one or a later one before, or its counter did
    not go on."""
    used = await unit.execute(
        _USE,
        of_person=passkey.person_id,
        of_credential=passkey.credential_id,
        count=sign_count,
        issued_at=issued_at,
        now=unit.now,
    )
    return used == 1


async def rename_passkey(unit: Unit, person_id: str, credential_id: str, name: str) -> bool:
    """Give a passkey another name; whether it is in use."""
    return await unit.execute(_RENAME, of_person=person_id, of_credential=credential_id, new_name=name) == 1


async def remove_passkey(unit: Unit, person_id: str, credential_id: str) -> bool:
    """Take a passkey out of use; whether it was in use."""
    return await unit.execute(_REMOVE, of_person=person_id, of_credential=credential_id, now=unit.now) == 1


async def forget_passkeys(unit: Unit, person_id: str) -> None:
    """Delete the rows of all passkeys that a person has or had."""
    await unit.execute(_FORGET, of_person=person_id)
