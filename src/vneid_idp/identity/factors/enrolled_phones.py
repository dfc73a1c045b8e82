"""Phones that answer requests which begin elsewhere: a browser that its holder enrolled, and a passkey.

OpenID CIBA Core §3 calls one the *authentication device*. It counts while its holder has not removed it and its passkey
stands; what it answers is proved by that passkey alone, with user verification, and by no other of the person's.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, and_, bindparam, delete, null, select, update

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.factors.devices import Device, stored
from vneid_idp.identity.factors.tables import enrolled_phones as phones
from vneid_idp.identity.factors.tables import passkeys
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

MOST = 10
_SEEN_EVERY: Instant = HOUR
_PUSH = "enrolled_phones.push"

_WRITTEN = ("person_id", "phone_id", "credential_id", "browser", "system", "enrolled_at", "last_seen_at")
_ADD = Statement(insert(phones).values({name: bindparam(name) for name in _WRITTEN}))
_stands = and_(phones.c.person_id == bindparam("of_person"), phones.c.removed_at.is_(None))
_one = and_(_stands, phones.c.phone_id == bindparam("of_phone"))
_with_passkey = phones.join(
    passkeys,
    and_(
        passkeys.c.person_id == phones.c.person_id,
        passkeys.c.credential_id == phones.c.credential_id,
        passkeys.c.removed_at.is_(None),
    ),
)
_columns = (*phones.c, passkeys.c.name.label("passkey"), passkeys.c.rests_since)
_FIND = Statement(select(*_columns).select_from(_with_passkey).where(_one))
_LIST = Statement(select(*_columns).select_from(_with_passkey).where(_stands).order_by(phones.c.enrolled_at))
_SEE = Statement(
    update(phones)
    .where(_one, phones.c.last_seen_at < bindparam("before", type_=BigInteger))
    .values(last_seen_at=bindparam("now"))
)
_SUBSCRIBE = Statement(update(phones).where(_one).values(push=bindparam("push")))
_UNSUBSCRIBE = Statement(update(phones).where(_one).values(push=null()))
_REMOVE = Statement(update(phones).where(_one).values(removed_at=bindparam("now"), push=null()))
_REPLACE = Statement(
    update(phones)
    .where(_stands, phones.c.credential_id == bindparam("of_credential"))
    .values(removed_at=bindparam("now"), push=null())
)
_FORGET = Statement(delete(phones).where(phones.c.person_id == bindparam("of_person")))


@dataclass(frozen=True, slots=True)
class EnrolledPhone:
    """A phone that answers for a person."""

    person_id: str
    phone_id: str
    credential_id: str
    """The passkey that it proves its answers with."""
    passkey: str
    """What the holder calls that passkey."""
    device: Device
    enrolled_at: Instant
    last_seen_at: Instant
    """To the hour."""
    push: str | None
    """Where its browser takes notices, sealed: see `subscription_of`."""
    rests_since: Instant | None
    """Since when it answers nothing, if it does not: its passkey counts for nothing (`codes_behind`)."""


async def enrol(unit: Unit, person_id: str, credential_id: str, device: Device) -> EnrolledPhone | None:
    """Enrol a phone whose passkey was just proved; nothing where the person has as many as they may. The same passkey
    proved once more is the same phone, whose browser has forgotten that it was enrolled."""
    await unit.execute(_REPLACE, of_person=person_id, of_credential=credential_id, now=unit.now)
    if len(await list_phones(unit, person_id)) >= MOST:
        return None
    phone_id = new_id("pho")
    await unit.execute(
        _ADD,
        person_id=person_id,
        phone_id=phone_id,
        credential_id=credential_id,
        browser=device.browser,
        system=device.system,
        enrolled_at=unit.now,
        last_seen_at=unit.now,
    )
    await record(unit, Event(EventKind.PHONE_ENROLLED, person_id, subject_id=phone_id))
    return await find_phone(unit, person_id, phone_id)


async def find_phone(unit: Reading, person_id: str, phone_id: str) -> EnrolledPhone | None:
    """The phone, unless it was removed."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_phone=phone_id)
    return _phone(row) if row else None


async def list_phones(unit: Reading, person_id: str) -> tuple[EnrolledPhone, ...]:
    """The phones that answer for a person, or would, oldest first."""
    return tuple(_phone(row) for row in await unit.fetch(_LIST, of_person=person_id))


async def see(unit: Unit, phone: EnrolledPhone) -> None:
    """Note that the phone was in use, to the hour."""
    before = unit.now - _SEEN_EVERY
    await unit.execute(_SEE, of_person=phone.person_id, of_phone=phone.phone_id, before=before, now=unit.now)


def is_seen_lately(phone: EnrolledPhone, now: Instant) -> bool:
    """Whether `see` would write nothing. Pure."""
    return phone.last_seen_at >= now - _SEEN_EVERY


async def remove(unit: Unit, person_id: str, phone_id: str) -> bool:
    """Have the phone answer no more; whether it did. Its passkey stays."""
    removed = await unit.execute(_REMOVE, of_person=person_id, of_phone=phone_id, now=unit.now) == 1
    if removed:
        await record(unit, Event(EventKind.PHONE_REMOVED, person_id, subject_id=phone_id))
    return removed


async def subscribe(unit: Unit, vault: Vault, phone: EnrolledPhone, endpoint: str | None) -> None:
    """Keep where the browser takes notices (`PushSubscription.endpoint` of the Push API), or that it takes none."""
    if endpoint is None:
        await unit.execute(_UNSUBSCRIBE, of_person=phone.person_id, of_phone=phone.phone_id)
        return
    key = await vault.ensure_key(unit, phone.person_id)
    push = key.seal(_PUSH, endpoint.encode())
    await unit.execute(_SUBSCRIBE, of_person=phone.person_id, of_phone=phone.phone_id, push=push)


async def subscription_of(unit: Reading, vault: Vault, phone: EnrolledPhone) -> str | None:
    """Where the phone's browser takes notices, if it takes any."""
    key = None if phone.push is None else await vault.find_key(unit, phone.person_id)
    return None if key is None or phone.push is None else key.open(_PUSH, phone.push).decode()


async def forget(unit: Unit, person_id: str) -> None:
    """Delete every phone of a person whose key is destroyed, removed ones too."""
    await unit.execute(_FORGET, of_person=person_id)


def _phone(row: Row) -> EnrolledPhone:
    return EnrolledPhone(
        row["person_id"],
        row["phone_id"],
        row["credential_id"],
        row["passkey"],
        stored(row["browser"], row["system"]),
        row["enrolled_at"],
        row["last_seen_at"],
        row["push"],
        row["rests_since"],
    )
