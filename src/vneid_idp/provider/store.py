"""Queries on log-out notices."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.provider.tables import logout_notices
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

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


async def add(unit: Unit, notices: Sequence[Notice]) -> None:
    """Keep notices."""
    await unit.execute_many(
        _INSERT, [{name: getattr(notice, name) for name in notice.__dataclass_fields__} for notice in notices]
    )


async def due(unit: Reading, now: Instant, most: int) -> list[Notice]:
    """Notices whose next attempt is due, the longest waiting first."""
    return [_notice(row) for row in await unit.fetch(_DUE, now=now, most=most)]


async def take(unit: Unit, notice: Notice, next_attempt_at: Instant) -> bool:
    """Take the next attempt of a notice; `False` when another worker has it."""
    taken = await unit.execute(
        _TAKE,
        of_client=notice.client_id,
        of_notice=notice.notice_id,
        seen=notice.attempts,
        next_attempt_at=next_attempt_at,
    )
    return taken == 1


async def remove(unit: Unit, notice: Notice) -> None:
    """Forget a notice that arrived, or will not."""
    await unit.execute(_DELETE, of_client=notice.client_id, of_notice=notice.notice_id)
