"""What a child agreed to, or is too young to be asked, waits for a parent or guardian (Law 91/2025/QH15 Art. 24).

One waits at a time between a child and a client: who asks anew replaces it. It is open until somebody answers, takes it
back, or its time is over; each end is one conditional statement, so that of two answers the first counts. It holds
which claims, and the text that the child read: no value, and nobody's name.
"""

from dataclasses import dataclass
from enum import StrEnum

import orjson
from sqlalchemy import bindparam, delete, insert, select, update

from vneid_idp.consent import decisions
from vneid_idp.consent.store import Shown
from vneid_idp.consent.tables import consent_approvals
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.claims import ClaimsRequest, Decisions
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row, Unit

_ENDED_KEPT: Instant = 30 * DAY


class Outcome(StrEnum):
    """How it ended. Rows hold it, so it is never renamed."""

    AGREED = "agreed"
    REFUSED = "refused"
    """By the parent or guardian."""
    TAKEN_BACK = "taken_back"
    """By the child."""
    REPLACED = "replaced"
    """By what the child asked later."""


class ApprovalOver(DomainError):
    """It was answered, taken back or replaced, its time is over, or the service asks for something else by now."""

    code = "approval_over"
    status = 409
    title = "This request is not open any more: it was answered or taken back, its time is over, or it has changed."


@dataclass(frozen=True, slots=True)
class Approval:
    """What waits, or waited, for a parent or guardian."""

    approval_id: str
    person_id: str
    """The child."""
    client_id: str
    asked_at: Instant
    expires_at: Instant
    scope: tuple[str, ...]
    claims: ClaimsRequest
    decisions: Decisions
    shown: Shown
    redirect_uri: str | None
    """Where the answer of the child's request goes, as far as it is known."""
    proved_level: int | None
    """The level that the child's sign-in proved, which is what would be told, as far as it is known."""
    ended_at: Instant | None = None
    outcome: Outcome | None = None
    guardian_id: str | None = None
    """Who answered."""

    def is_open(self, now: Instant) -> bool:
        """Whether it can still be answered. The statements below ask the same."""
        return self.ended_at is None and self.expires_at > now


_t = consent_approvals.c
_this = (_t.person_id == bindparam("of_person"), _t.approval_id == bindparam("of_approval"))
_ADD = Statement(insert(consent_approvals))
_FIND = Statement(select(consent_approvals).where(*_this))
_OPEN = Statement(
    select(consent_approvals)
    .where(_t.person_id == bindparam("of_person"), _t.ended_at.is_(None), _t.expires_at > bindparam("now"))
    .order_by(_t.approval_id.desc())
    .limit(100)
)
_END = Statement(
    update(consent_approvals)
    .where(*_this, _t.ended_at.is_(None), _t.expires_at > bindparam("now"))
    .values(ended_at=bindparam("now"), outcome=bindparam("outcome"), guardian_id=bindparam("guardian"))
)
# Also one whose time is over: the next one takes its place.
_REPLACE = Statement(
    update(consent_approvals)
    .where(_t.person_id == bindparam("of_person"), _t.client_id == bindparam("of_client"), _t.ended_at.is_(None))
    .values(ended_at=bindparam("now"), outcome=bindparam("outcome"))
)
_TAKE_BACK = Statement(
    update(consent_approvals)
    .where(
        _t.person_id == bindparam("of_person"),
        _t.client_id == bindparam("of_client"),
        _t.ended_at.is_(None),
        _t.expires_at > bindparam("now"),
    )
    .values(ended_at=bindparam("now"), outcome=bindparam("outcome"))
    .returning(_t.approval_id)
)
_FORGET = Statement(delete(consent_approvals).where(_t.person_id == bindparam("of_person")))
_SWEEP = Statement(delete(consent_approvals).where(_t.expires_at < bindparam("before")))


async def ask(
    unit: Unit,
    person_id: str,
    client_id: str,
    scope: tuple[str, ...],
    claims: ClaimsRequest,
    decided: Decisions,
    shown: Shown,
    redirect_uri: str | None,
    *,
    proved_level: int,
    life: Instant,
) -> Approval:
    """Let it wait, in place of what waited before. The caller has seized the child."""
    await unit.execute(_REPLACE, of_person=person_id, of_client=client_id, now=unit.now, outcome=Outcome.REPLACED.value)
    until = unit.now + life
    made = Approval(
        new_id("apr"), person_id, client_id, unit.now, until, scope, claims, decided, shown, redirect_uri, proved_level
    )
    await unit.execute(
        _ADD,
        person_id=person_id,
        approval_id=made.approval_id,
        client_id=client_id,
        asked_at=made.asked_at,
        expires_at=made.expires_at,
        scope=" ".join(scope),
        claims=orjson.dumps(claims).decode(),
        decisions=decisions.dump(decided),
        language=shown.language,
        shown=shown.text,
        ended_at=None,
        outcome=None,
        guardian_id=None,
        redirect_uri=redirect_uri,
        proved_level=proved_level,
    )
    return made


async def find(unit: Reading, person_id: str, approval_id: str) -> Approval | None:
    """One of this child, open or ended."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_approval=approval_id)
    return None if row is None else _approval(row)


async def list_open(unit: Reading, person_id: str) -> list[Approval]:
    """What waits for this child's parents and guardians, the latest first."""
    return [_approval(row) for row in await unit.fetch(_OPEN, of_person=person_id, now=unit.now)]


async def end(
    unit: Unit, person_id: str, approval_id: str, outcome: Outcome, guardian_id: str | None = None
) -> Approval:
    """End it, once; what it was. Raises `ApprovalOver` for everyone but the first, and when its time is over."""
    ended = await unit.execute(
        _END,
        of_person=person_id,
        of_approval=approval_id,
        now=unit.now,
        outcome=outcome.value,
        guardian=guardian_id,
    )
    found = await find(unit, person_id, approval_id)
    if ended != 1 or found is None:
        raise ApprovalOver
    return found


async def take_back(unit: Unit, person_id: str, client_id: str) -> str | None:
    """End for the child what waits towards a client; which it was, if any did."""
    row = await unit.fetch_one(
        _TAKE_BACK, of_person=person_id, of_client=client_id, now=unit.now, outcome=Outcome.TAKEN_BACK.value
    )
    return None if row is None else str(row["approval_id"])


async def forget(unit: Unit, person_id: str) -> None:
    """Delete what waits or waited for somebody who is forgotten."""
    await unit.execute(_FORGET, of_person=person_id)


async def sweep(unit: Unit) -> int:
    """Delete what ended, or could be answered no more, long enough ago; how many."""
    return await unit.execute(_SWEEP, before=unit.now - _ENDED_KEPT)


def _approval(row: Row) -> Approval:
    return Approval(
        approval_id=row["approval_id"],
        person_id=row["person_id"],
        client_id=row["client_id"],
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        scope=tuple(row["scope"].split()),
        claims=orjson.loads(row["claims"]),
        decisions=decisions.load(row["decisions"]),
        shown=Shown(row["shown"], row["language"]),
        redirect_uri=row["redirect_uri"],
        proved_level=row["proved_level"],
        ended_at=row["ended_at"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        guardian_id=row["guardian_id"],
    )
