"""The statements that take deliveries for sending: of any number of workers, one gets each.

Choosing and taking are one statement. PostgreSQL locks the rows that it chose and passes over those that another worker
is choosing; SQLite has one writer. A lease that has passed frees what a dead process had taken, but for channels that
deliver at most once: there nobody knows whether it was sent.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    update,
)

from vneid_idp.delivery.channels import MANNERS, Channel, Manner
from vneid_idp.delivery.tables import deliveries
from vneid_idp.storage.statement import Statement

_NOW = bindparam("now", type_=BigInteger)
_HEAD = 1_000
"""How many at the head of the line are looked at to take some: more than all workers hold locked at a time."""
_waiting = deliveries.alias("waiting")
_each = deliveries.alias("each")


def _take_due(channel: Channel, manner: Manner) -> Update:
    """Take what is due on a channel, at most `most`, the longest waiting first."""
    line = _line(channel, manner)
    most = 1 if manner.in_order else manner.per_recipient
    head = (
        select(line.c.recipient, line.c.delivery_id)
        .where(line.c.place <= most, line.c.next_attempt_at <= _NOW, _is_free(line, manner))
        .order_by(line.c.next_attempt_at, line.c.delivery_id)
        .limit(_HEAD)
        .cte("head")
    )
    same = and_(head.c.recipient == _each.c.recipient, head.c.delivery_id == _each.c.delivery_id)
    return _taking(
        select(_each.c.recipient, _each.c.delivery_id)
        .join(head, same)
        .where(_each.c.given_up_at.is_(None), _is_free(_each, manner))
        .order_by(_each.c.next_attempt_at, _each.c.delivery_id)
        .limit(bindparam("most"))
    )


def _take_one(channel: Channel, manner: Manner) -> Update:
    """Take the delivery `of_delivery` to `of_recipient`, due or not, unless an earlier one must go first."""
    chosen = select(_each.c.recipient, _each.c.delivery_id).where(
        _each.c.recipient == bindparam("of_recipient"),
        _each.c.delivery_id == bindparam("of_delivery"),
        _each.c.given_up_at.is_(None),
        _is_fresh(_each),
        _is_free(_each, manner),
    )
    if manner.in_order:
        line = _line(channel, manner, _waiting.c.recipient == bindparam("of_recipient"))
        chosen = chosen.join(line, line.c.delivery_id == _each.c.delivery_id).where(line.c.place == 1)
    return _taking(chosen)


def _taking(chosen: Select[tuple[str, str]]) -> Update:
    taken = chosen.with_for_update(of=_each, skip_locked=True).cte("chosen")
    key = tuple_(deliveries.c.recipient, deliveries.c.delivery_id)
    return (
        update(deliveries)
        .where(key.in_(select(taken.c.recipient, taken.c.delivery_id)))
        .values(attempts=deliveries.c.attempts + 1, taken_until=bindparam("until"))
        .returning(*deliveries.c)
    )


def _line(channel: Channel, manner: Manner, *only: ColumnElement[bool]) -> CTE:
    """What is not over yet, each with its place among those to its recipient.

    Where the order counts, the oldest comes first, due or not. Elsewhere only what is due stands in line, and what is
    under way comes first.
    """
    order: list[ColumnElement[Any]]
    if manner.in_order:
        order = [_waiting.c.created_at, _waiting.c.delivery_id]
    else:
        under_way = func.coalesce(_waiting.c.taken_until, 0) > _NOW
        order = [under_way.desc(), _waiting.c.next_attempt_at, _waiting.c.delivery_id]
        only = (*only, _waiting.c.next_attempt_at <= _NOW)
    place = func.row_number().over(partition_by=_waiting.c.recipient, order_by=order)
    columns = (_waiting.c.recipient, _waiting.c.delivery_id, _waiting.c.next_attempt_at, _waiting.c.taken_until)
    waits = (_waiting.c.channel == channel.value, _waiting.c.given_up_at.is_(None), _is_fresh(_waiting))
    return select(*columns, place.label("place")).where(*waits, *only).cte("line")


def _is_fresh(rows: FromClause) -> ColumnElement[bool]:
    return or_(rows.c.not_after.is_(None), rows.c.not_after > _NOW)


def _is_free(rows: FromClause, manner: Manner) -> ColumnElement[bool]:
    """Whether nobody has it; a passed lease frees only what does no harm when it is sent again."""
    never_taken = rows.c.taken_until.is_(None)
    return never_taken if manner.at_most_once else or_(never_taken, rows.c.taken_until <= _NOW)


TAKE: Mapping[Channel, Statement] = {
    channel: Statement(_take_due(channel, manner)) for channel, manner in MANNERS.items()
}
TAKE_ONE: Mapping[Channel, Statement] = {
    channel: Statement(_take_one(channel, manner)) for channel, manner in MANNERS.items()
}
