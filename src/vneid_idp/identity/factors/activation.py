"""Activation codes: an office opens an account and hands its holder a code, with which they choose their own secrets.

Ten digits, known to the database only as a keyed digest, good once and for two days. An account has one code at a time.
"""

from sqlalchemy import bindparam, null, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.factors.tables import activation_codes
from vneid_idp.identity.factors.typed_codes import CodeVerdict, attempt_statement, digits_of, try_code
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.secrets import BlindIndex, new_digits
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Unit

DIGITS = 10
LIFETIME: Instant = 48 * HOUR

_codes = activation_codes
_new = insert(_codes).values(
    person_id=bindparam("person_id"),
    code_digest=bindparam("code_digest"),
    expires_at=bindparam("expires_at"),
    attempts=0,
)
_ISSUE = Statement(
    _new.on_conflict_do_update(
        index_elements=["person_id"],
        set_={
            "code_digest": _new.excluded.code_digest,
            "expires_at": _new.excluded.expires_at,
            "attempts": 0,
            "used_at": null(),
        },
    )
)
_TRY = attempt_statement(_codes, _codes.c.person_id == bindparam("of_person"))
_END = Statement(
    update(_codes)
    .where(_codes.c.person_id == bindparam("of_person"), _codes.c.expires_at > bindparam("now"))
    .values(expires_at=bindparam("now"))
)


async def issue(unit: Unit, blind: BlindIndex, person_id: str, deed: Deed) -> str:
    """A new activation code for a person, in place of the one before."""
    code = new_digits(DIGITS)
    await unit.execute(
        _ISSUE,
        person_id=person_id,
        code_digest=_digest(blind, person_id, code),
        expires_at=unit.now + LIFETIME,
    )
    await record(unit, Event(EventKind.ACTIVATION_ISSUED, person_id, data=deed.data))
    return code


async def use(unit: Unit, blind: BlindIndex, person_id: str, code: str) -> CodeVerdict:
    """Try a code. It returns, never raises, so that the attempt is counted when the unit commits."""
    return await try_code(unit, _TRY, _digest(blind, person_id, digits_of(code)), of_person=person_id)


async def end(unit: Unit, person_id: str) -> None:
    """The code of a person that waits, if there is one, is good no more."""
    await unit.execute(_END, of_person=person_id, now=unit.now)


def _digest(blind: BlindIndex, person_id: str, code: str) -> str:
    return blind.of("activation_code", f"{person_id}\0{code}")
