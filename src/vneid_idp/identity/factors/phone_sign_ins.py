"""Sign-ins that begin at a browser and are answered on an enrolled phone.

The browser shows a pattern that is another one every ten seconds; whichever phone reads it first has the sign-in, and
no other. Only then the browser shows a number, which the phone's holder picks among three: who was sent a picture of
the pattern has no number to pick. What happened is kept as instants, and each step is one conditional statement.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, and_, bindparam, delete, select, update

from vneid_idp.identity.factors.devices import Device, stored
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.identity.factors.tables import phone_sign_ins as sign_ins
from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import digest, new_digits, new_secret
from vneid_idp.protocol.number_matching import among_others
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

LIFE: Instant = 5 * MINUTE
"""How long a sign-in waits for a phone, from its beginning to its end."""
RENEWED: Instant = 10 * SECOND
"""How long one pattern is shown."""
CODE_LIFE: Instant = RENEWED + 5 * SECOND
"""How long it is good: a phone takes some seconds to open what its camera read."""
USED_WITHIN: Instant = MINUTE
"""How long the browser has to go on after the phone approved."""

_WRITTEN = ("sign_in_id", "context", "client_id", "begun_from", "number", "numbers", "opened_at", "expires_at")
_ADD = Statement(insert(sign_ins).values({name: bindparam(name) for name in _WRITTEN}))
_LATEST = Statement(
    select(sign_ins)
    .where(sign_ins.c.context == bindparam("of_context"))
    .order_by(sign_ins.c.opened_at.desc(), sign_ins.c.sign_in_id.desc())
    .limit(1)
)
_is_open = and_(
    sign_ins.c.sign_in_id == bindparam("of"),
    sign_ins.c.ended_at.is_(None),
    sign_ins.c.expires_at > bindparam("now", type_=BigInteger),
)
_is_of_phone = and_(
    sign_ins.c.sign_in_id == bindparam("of"),
    sign_ins.c.person_id == bindparam("person"),
    sign_ins.c.phone_id == bindparam("phone"),
)
_FIND = Statement(select(sign_ins).where(_is_of_phone))
_SCAN = Statement(
    update(sign_ins)
    .where(_is_open, sign_ins.c.scanned_at.is_(None))
    .values(
        person_id=bindparam("person"),
        phone_id=bindparam("phone"),
        credential_id=bindparam("credential"),
        scanned_at=bindparam("now"),
    )
)
_PICK = Statement(
    update(sign_ins)
    .where(_is_open, _is_of_phone, sign_ins.c.picked_at.is_(None), sign_ins.c.number == bindparam("picked"))
    .values(picked_at=bindparam("now"))
)
_APPROVE = Statement(
    update(sign_ins)
    .where(_is_open, _is_of_phone, sign_ins.c.picked_at.is_not(None), sign_ins.c.approved_at.is_(None))
    .values(approved_at=bindparam("now"))
)
_END = Statement(
    update(sign_ins).where(_is_open, _is_of_phone, sign_ins.c.approved_at.is_(None)).values(ended_at=bindparam("now"))
)
_USE = Statement(
    update(sign_ins)
    .where(
        sign_ins.c.sign_in_id == bindparam("of"),
        sign_ins.c.context == bindparam("of_context"),
        sign_ins.c.ended_at.is_(None),
        sign_ins.c.approved_at > bindparam("since", type_=BigInteger),
    )
    .values(ended_at=bindparam("now"))
)
_of_person = sign_ins.c.person_id == bindparam("person")
_END_ALL = Statement(
    update(sign_ins).where(_of_person, sign_ins.c.ended_at.is_(None)).values(ended_at=bindparam("now"))
)
_FORGET = Statement(delete(sign_ins).where(_of_person))
_SWEEP = Statement(delete(sign_ins).where(sign_ins.c.expires_at < bindparam("before", type_=BigInteger)))


class SignInState(StrEnum):
    """Where a sign-in stands."""

    SHOWN = "shown"
    """The pattern waits for a phone."""
    SCANNED = "scanned"
    """A phone has it; its holder is to pick the number."""
    PICKED = "picked"
    """The number was right; the phone is to be unlocked."""
    APPROVED = "approved"
    """The browser may go on."""
    OVER = "over"
    """It ended without that, or was used, or nobody answered in time."""


@dataclass(frozen=True, slots=True)
class BegunFrom:
    """From where a sign-in was begun: an address, and what kind of browser."""

    address: str | None
    device: Device


@dataclass(frozen=True, slots=True)
class PhoneSignIn:
    """A sign-in that a phone may answer."""

    sign_in_id: str
    client_id: str | None
    """For which service's request; none at the provider's own pages."""
    begun_from: BegunFrom
    number: str
    """What the browser shows once a phone has read the pattern."""
    numbers: tuple[str, ...]
    """Among which the phone's holder picks it."""
    opened_at: Instant
    expires_at: Instant
    person_id: str | None
    phone_id: str | None
    credential_id: str | None
    """The passkey of the phone that read the pattern."""
    scanned_at: Instant | None
    picked_at: Instant | None
    approved_at: Instant | None
    ended_at: Instant | None

    def state(self, now: Instant) -> SignInState:
        """Where it stands. Pure."""
        if self.ended_at is not None:
            return SignInState.OVER
        if self.approved_at is not None:
            return SignInState.APPROVED if now - self.approved_at < USED_WITHIN else SignInState.OVER
        if now >= self.expires_at:
            return SignInState.OVER
        if self.picked_at is not None:
            return SignInState.PICKED
        return SignInState.SHOWN if self.scanned_at is None else SignInState.SCANNED


async def begin(
    unit: Unit, sealer: Sealer, *, context: str, client_id: str | None, begun_from: BegunFrom
) -> PhoneSignIn:
    """Have a sign-in wait for a phone. `context` is the request and the browser that it is for."""
    address, device = begun_from.address, begun_from.device
    number, numbers = among_others(lambda: new_digits(2))
    made = PhoneSignIn(
        new_secret(18),
        client_id,
        begun_from,
        number,
        numbers,
        unit.now,
        unit.now + LIFE,
        *(None,) * 7,
    )
    await unit.execute(
        _ADD,
        sign_in_id=made.sign_in_id,
        context=digest(context),
        client_id=client_id,
        begun_from=sealer.seal_json(SealPurpose.BEGUN_FROM, [address, device.browser, device.system]),
        number=number,
        numbers=" ".join(numbers),
        opened_at=made.opened_at,
        expires_at=made.expires_at,
    )
    return made


async def find_latest(unit: Reading, sealer: Sealer, context: str) -> PhoneSignIn | None:
    """The sign-in that was begun last for this request in this browser."""
    row = await unit.fetch_one(_LATEST, of_context=digest(context))
    return _read(sealer, row) if row else None


async def find_on_phone(unit: Reading, sealer: Sealer, phone: EnrolledPhone, sign_in_id: str) -> PhoneSignIn | None:
    """A sign-in that this phone read first, whatever became of it."""
    row = await unit.fetch_one(_FIND, **_named(phone, sign_in_id))
    return _read(sealer, row) if row else None


def shown_since(sign_in: PhoneSignIn, now: Instant) -> Instant:
    """Since when the pattern of this moment is shown, which is the same for ten seconds. Pure."""
    return now - (now - sign_in.opened_at) % RENEWED


def code_of(sealer: Sealer, sign_in: PhoneSignIn, shown_at: Instant) -> str:
    """What the pattern says that is shown from then on."""
    return sealer.seal_json(SealPurpose.PHONE_CODE, [sign_in.sign_in_id, shown_at])


def read_code(sealer: Sealer, code: str, now: Instant) -> str | None:
    """Which sign-in a pattern is of that was shown a moment ago; none of an older one, or a made-up one."""
    try:
        sign_in_id, shown_at = sealer.open_json(SealPurpose.PHONE_CODE, code)
    except NotSealedHere:
        return None
    return str(sign_in_id) if 0 <= now - shown_at < CODE_LIFE else None


async def scan(unit: Unit, phone: EnrolledPhone, sign_in_id: str) -> bool:
    """Give the sign-in to the phone that read its pattern; whether it was the first."""
    named = _named(phone, sign_in_id)
    return await unit.execute(_SCAN, **named, credential=phone.credential_id, now=unit.now) == 1


async def pick(unit: Unit, phone: EnrolledPhone, sign_in_id: str, number: str) -> bool:
    """Take the number that was picked on the phone; whether it was the right one, of a sign-in that waits for it."""
    return await unit.execute(_PICK, **_named(phone, sign_in_id), picked=number, now=unit.now) == 1


async def approve(unit: Unit, phone: EnrolledPhone, sign_in_id: str) -> bool:
    """Let the browser go on, once; whether the sign-in waited for that."""
    return await unit.execute(_APPROVE, **_named(phone, sign_in_id), now=unit.now) == 1


async def end(unit: Unit, phone: EnrolledPhone, sign_in_id: str) -> bool:
    """End a sign-in that was not approved; whether it waited."""
    return await unit.execute(_END, **_named(phone, sign_in_id), now=unit.now) == 1


async def use(unit: Unit, sign_in_id: str, context: str) -> bool:
    """Let the browser that began it go on, once and within a minute; whether it may."""
    since = unit.now - USED_WITHIN
    return await unit.execute(_USE, of=sign_in_id, of_context=digest(context), since=since, now=unit.now) == 1


async def end_all(unit: Unit, person_id: str) -> None:
    """End every sign-in that a phone of the person has read, approved or not, and that no browser has used yet."""
    await unit.execute(_END_ALL, person=person_id, now=unit.now)


async def forget(unit: Unit, person_id: str) -> None:
    """Delete what phones of a person have read."""
    await unit.execute(_FORGET, person=person_id)


async def sweep(unit: Unit) -> int:
    """Delete sign-ins that are long over; how many rows."""
    return await unit.execute(_SWEEP, before=unit.now - USED_WITHIN)


def _named(phone: EnrolledPhone, sign_in_id: str) -> dict[str, str]:
    return {"of": sign_in_id, "person": phone.person_id, "phone": phone.phone_id}


def _read(sealer: Sealer, row: Row) -> PhoneSignIn:
    address, browser, system = sealer.open_json(SealPurpose.BEGUN_FROM, row["begun_from"])
    return PhoneSignIn(
        row["sign_in_id"],
        row["client_id"],
        BegunFrom(address, stored(browser, system)),
        row["number"],
        tuple(row["numbers"].split()),
        row["opened_at"],
        row["expires_at"],
        row["person_id"],
        row["phone_id"],
        row["credential_id"],
        row["scanned_at"],
        row["picked_at"],
        row["approved_at"],
        row["ended_at"],
    )
