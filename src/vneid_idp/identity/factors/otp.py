"""One-time codes by SMS: six digits, known to the database only as a keyed digest, good once and not for long.

A code belongs to a context (an interaction, or a session that steps up).
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, null, select, update

from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors.tables import one_time_codes
from vneid_idp.identity.factors.typed_codes import CodeVerdict, attempt_statement, digits_of, try_code
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND, Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, new_digits
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

DIGITS = 6
LIFETIME: Instant = 5 * MINUTE
RESEND_AFTER: Instant = 30 * SECOND
SENDS = 5
NOBODY = "nobody"
"""Stands for the person who does not exist: their codes are written like anyone's, so that the time tells nothing."""

_codes = one_time_codes
_new = insert(_codes).values(
    person_id=bindparam("person_id"),
    context=bindparam("context"),
    code_digest=bindparam("code_digest"),
    sent_at=bindparam("now"),
    expires_at=bindparam("expires_at"),
    sends=1,
    attempts=0,
)
_SEND = Statement(
    _new.on_conflict_do_update(
        index_elements=["person_id", "context"],
        set_={
            "code_digest": _new.excluded.code_digest,
            "sent_at": _new.excluded.sent_at,
            "expires_at": _new.excluded.expires_at,
            "sends": _codes.c.sends + 1,
            "attempts": 0,
            "used_at": null(),
        },
        where=(_codes.c.sent_at <= bindparam("sent_before")) & (_codes.c.sends < SENDS),
    )
)
_LAST = Statement(
    select(_codes.c.sent_at, _codes.c.used_at).where(
        _codes.c.person_id == bindparam("of_person"),
        _codes.c.context == bindparam("of_context"),
        _codes.c.expires_at > bindparam("now"),
    )
)
_TRY = attempt_statement(
    _codes, _codes.c.person_id == bindparam("of_person"), _codes.c.context == bindparam("of_context")
)
_END = Statement(
    update(_codes)
    .where(
        _codes.c.person_id == bindparam("of_person"),
        _codes.c.used_at.is_(None),
        _codes.c.expires_at > bindparam("now"),
    )
    .values(expires_at=bindparam("now"))
)
_SWEEP = Statement(delete(_codes).where(_codes.c.expires_at < bindparam("before")))


class Use(StrEnum):
    """What a code is for: the message says it. Names stand in the queue."""

    SIGN_IN = "sign_in"
    NEW_PHONE = "new_phone"
    """It shows an office that the phone is the person's."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of asking for a code: `sent` is false when the last one is too recent or there were too many.

    `deliveries` may be sent once the unit has been committed (`Dispatcher.attempt`).
    """

    sent: bool
    expires_at: Instant
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class LastCode:
    """The last code of a context while its time has not run out, used or not."""

    sent_at: Instant
    used: bool


async def find_last(unit: Reading, person_id: str, context: str) -> LastCode | None:
    """The code that was sent last for `context`, if it has not expired."""
    row = await unit.fetch_one(_LAST, of_person=person_id, of_context=context, now=unit.now)
    return LastCode(row["sent_at"], row["used_at"] is not None) if row else None


async def send(
    unit: Unit,
    blind: BlindIndex,
    sealer: Sealer,
    *,
    person_id: str | None,
    phone: str | None,
    context: str,
    language: str,
    use: Use = Use.SIGN_IN,
) -> Sending:
    """Send a new code to `phone` for `context`; it replaces the one before. Without a person or a phone all is done but
    the sending, and the answer is the same."""
    code = new_digits(DIGITS)
    owner = person_id or NOBODY
    written = await unit.execute(
        _SEND,
        person_id=owner,
        context=context,
        code_digest=_digest(blind, owner, phone, context, code),
        now=unit.now,
        expires_at=unit.now + LIFETIME,
        sent_before=unit.now - RESEND_AFTER,
    )
    enqueued: tuple[Delivery, ...] = ()
    if written and person_id is not None and phone is not None:
        message = {"phone": phone, "code": code, "language": language, "use": use.value}
        not_after = unit.now + LIFETIME
        enqueued = (await deliveries.enqueue(unit, sealer, Channel.SMS, person_id, message, not_after=not_after),)
    return Sending(bool(written), unit.now + LIFETIME, enqueued)


async def check(
    unit: Unit, blind: BlindIndex, *, person_id: str | None, phone: str | None, context: str, code: str
) -> CodeVerdict:
    """Try a code that was sent to `phone`: who has another one by now proves nothing with the old.

    It returns, never raises, so that the attempt is counted when the unit commits (README, idea 4).
    """
    owner = person_id or NOBODY
    tried = _digest(blind, owner, phone, context, digits_of(code))
    verdict = await try_code(unit, _TRY, tried, of_person=owner, of_context=context)
    # Nobody's code may be guessed right, and still proves nobody.
    return CodeVerdict.WRONG if verdict is CodeVerdict.RIGHT and person_id is None else verdict


async def end_all(unit: Unit, person_id: str) -> None:
    """No code of a person that waits is good any more, and none that was not sent yet is sent."""
    await unit.execute(_END, of_person=person_id, now=unit.now)
    await deliveries.cancel(unit, Channel.SMS, person_id)


async def sweep(unit: Unit) -> int:
    """Delete codes that expired an hour ago or more, and with them the count of messages in their context; how many.

    The context of the own pages lasts as long as the browser: without this, five messages would be all that it ever
    gets.
    """
    return await unit.execute(_SWEEP, before=unit.now - HOUR)


def _digest(blind: BlindIndex, owner: str, phone: str | None, context: str, code: str) -> str:
    return blind.of("one_time_code", f"{owner}\0{phone or ''}\0{context}\0{code}")
