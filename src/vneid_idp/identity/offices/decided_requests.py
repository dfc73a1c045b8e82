"""What came of requests for a lock: for some time, for the officers of the office that asked.

Whoever asked is owed the decision and the reason of a refusal (Decree 69/2024 Art. 15). The reason stands in the event.
"""

from dataclasses import dataclass
from enum import StrEnum

import orjson
from sqlalchemy import bindparam, select

from vneid_idp.audit.events import EventKind
from vneid_idp.audit.statements import data_of_event
from vneid_idp.identity.offices.lock_requests import LockRequest, read_request
from vneid_idp.identity.offices.roles import EVERYWHERE
from vneid_idp.identity.offices.tables import lock_requests as table
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Row

SHOWN: Instant = 30 * DAY
"""How long a decision is shown."""


class Outcome(StrEnum):
    """What came of a request."""

    AGREED = "agreed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    NOT_DECIDED = "not_decided"
    """It ended by itself, or with the data of the person."""


@dataclass(frozen=True, slots=True)
class DecidedRequest:
    """A request that waits no more."""

    asked: LockRequest
    outcome: Outcome
    at: Instant
    decided_by: str | None
    """Who decided; nobody where nobody did."""
    reason: str | None
    """Why it was agreed to or refused."""


_latest = (
    select(table, data_of_event(EventKind.LOCK_DECIDED, table.c.person_id, table.c.request_id).label("decision"))
    .where(table.c.decided_at > bindparam("since"))
    .order_by(table.c.decided_at.desc(), table.c.request_id)
    .limit(bindparam("most"))
)
_DECIDED = Statement(_latest)
_DECIDED_AT = Statement(_latest.where(table.c.office == bindparam("at_office")))


async def decided_requests(unit: Reading, office: str = EVERYWHERE, most: int = 50) -> tuple[DecidedRequest, ...]:
    """What was decided lately, of all offices or of one, the latest first."""
    since = unit.now - SHOWN
    if office == EVERYWHERE:
        rows = await unit.fetch(_DECIDED, since=since, most=most)
    else:
        rows = await unit.fetch(_DECIDED_AT, at_office=office, since=since, most=most)
    return tuple(map(_decided, rows))


def _decided(row: Row) -> DecidedRequest:
    outcome = _outcome(row)
    by = row["decided_by"] if outcome in (Outcome.AGREED, Outcome.REFUSED) else None
    decision = orjson.loads(row["decision"] or "{}")
    return DecidedRequest(read_request(row), outcome, row["decided_at"], by, decision.get("reason"))


def _outcome(row: Row) -> Outcome:
    if row["agreed"] is not None:
        return Outcome.AGREED if row["agreed"] == 1 else Outcome.REFUSED
    return Outcome.NOT_DECIDED if row["decided_by"] is None else Outcome.TAKEN_BACK
