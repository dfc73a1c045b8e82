"""Log-out notices: that a session has ended, and which relying parties still have to hear of it.

Whoever ends a session announces it in the same unit. So no notice leaves for a log-out that was rolled back, and none
is lost with the process; the provider's face delivers them.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.clients.service import find_client
from vneid_idp.grants.participants import clients_of_session, sessions_under_consent
from vneid_idp.grants.tables import logout_notices
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND, Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

PAUSES: tuple[Instant, ...] = (30 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
"""How long after each attempt the next one follows; after the last the notice is given up."""

_INSERT = Statement(insert(logout_notices).values({column.name: bindparam(column.name) for column in logout_notices.c}))
_DUE = Statement(
    select(logout_notices)
    .where(logout_notices.c.next_attempt_at <= bindparam("now"))
    .order_by(logout_notices.c.next_attempt_at)
    .limit(bindparam("most"))
)
_one = (logout_notices.c.client_id == bindparam("of_client")) & (logout_notices.c.notice_id == bindparam("of_notice"))
# Written only over what was read, so of several workers one takes the attempt.
_TAKE = Statement(
    update(logout_notices)
    .where(_one, logout_notices.c.attempts == bindparam("seen"))
    .values(attempts=logout_notices.c.attempts + 1, next_attempt_at=bindparam("next_attempt_at"))
)
_DELETE = Statement(delete(logout_notices).where(_one))


@dataclass(frozen=True, slots=True)
class Notice:
    """A relying party to be told that a session of a person has ended. `attempts` is how many were made or begun."""

    client_id: str
    notice_id: str
    person_id: str
    session_id: str
    attempts: int
    next_attempt_at: Instant


def _notice(row: Row) -> Notice:
    return Notice(
        row["client_id"],
        row["notice_id"],
        row["person_id"],
        row["session_id"],
        row["attempts"],
        row["next_attempt_at"],
    )


async def announce(unit: Unit, person_id: str, session_id: str) -> tuple[Notice, ...]:
    """Keep a notice for every client of the session that registered a `backchannel_logout_uri`, and return them.

    The caller may deliver them after the commit; who does not, leaves them to a worker, half a minute later.
    """
    told = [(client_id, session_id) for client_id in await clients_of_session(unit, person_id, session_id)]
    return await _announce(unit, person_id, told)


async def announce_withdrawal(unit: Unit, person_id: str, client_id: str, consent_id: str) -> tuple[Notice, ...]:
    """As `announce`, for the one client whose consent was withdrawn and every session that it knows."""
    sessions = await sessions_under_consent(unit, person_id, consent_id)
    return await _announce(unit, person_id, [(client_id, session_id) for session_id in sessions])


async def _announce(unit: Unit, person_id: str, told: list[tuple[str, str]]) -> tuple[Notice, ...]:
    found = []
    for client_id, session_id in told:
        client = await find_client(unit, client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            found.append(Notice(client_id, new_id("not"), person_id, session_id, 1, unit.now + PAUSES[0]))
    if found:
        rows = [{name: getattr(notice, name) for name in notice.__dataclass_fields__} for notice in found]
        await unit.execute_many(_INSERT, rows)
    return tuple(found)


async def due(unit: Reading, most: int) -> list[Notice]:
    """Notices whose next attempt is due, the longest waiting first."""
    return [_notice(row) for row in await unit.fetch(_DUE, now=unit.now, most=most)]


async def take(unit: Unit, notice: Notice) -> bool:
    """Take the next attempt of a notice, if it is worth one; `False` when it is given up or another worker has it."""
    if notice.attempts >= len(PAUSES):
        await remove(unit, notice)
        return False
    taken = await unit.execute(
        _TAKE,
        of_client=notice.client_id,
        of_notice=notice.notice_id,
        seen=notice.attempts,
        next_attempt_at=unit.now + PAUSES[notice.attempts],
    )
    return taken == 1


async def remove(unit: Unit, notice: Notice) -> None:
    """Forget a notice that arrived, or will not."""
    await unit.execute(_DELETE, of_client=notice.client_id, of_notice=notice.notice_id)
