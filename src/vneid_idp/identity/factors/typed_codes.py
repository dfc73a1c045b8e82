"""Codes that people type: trying one is a single statement, which counts the attempt and uses a right code up.

So two tries at once can neither share an attempt nor use a code twice. Whoever keeps codes (`otp`, `activation`) has a
table of their own, with the columns `code_digest`, `expires_at`, `attempts` and `used_at`.
"""

from enum import StrEnum

from sqlalchemy import ColumnElement, Table, bindparam, case, null, update

from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

ATTEMPTS = 5
"""How often a code may be tried."""


class CodeVerdict(StrEnum):
    """What came of trying a code."""

    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"
    """Used, expired, tried too often or never sent: a new one is needed."""


def attempt_statement(codes: Table, *which: ColumnElement[bool]) -> Statement:
    """The statement that tries the code of `which` row of `codes`; for `try_code`."""
    return Statement(
        update(codes)
        .where(
            *which,
            codes.c.used_at.is_(None),
            codes.c.attempts < ATTEMPTS,
            codes.c.expires_at > bindparam("now"),
        )
        .values(
            attempts=codes.c.attempts + 1,
            used_at=case((codes.c.code_digest == bindparam("tried_digest"), bindparam("now")), else_=null()),
        )
        .returning(codes.c.used_at, codes.c.attempts)
    )


async def try_code(unit: Unit, attempt: Statement, tried_digest: str, **which: str) -> CodeVerdict:
    """Try a code. It returns, never raises, so that the attempt is counted when the unit commits (README, idea 4)."""
    row = await unit.fetch_one(attempt, tried_digest=tried_digest, now=unit.now, **which)
    if row is None:
        return CodeVerdict.SPENT
    if row["used_at"] is not None:
        return CodeVerdict.RIGHT
    return CodeVerdict.WRONG if row["attempts"] < ATTEMPTS else CodeVerdict.SPENT


def digits_of(typed: str) -> str:
    """The digits of what was typed: codes come with spaces out of messages."""
    return "".join(character for character in typed if character.isdecimal())
