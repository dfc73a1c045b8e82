"""The statements that take deliveries for sending: of any number of workers, one gets each.

Choosing and taking are one statement. PostgreSQL locks the rows that it chose and passes over those that another worker
is choosing; SQLite has one writer. A lease that has passed frees what a dead process had taken, but for channels that
deliver at most once: there nobody knows whether it was sent.
"""

from collections.abc import Mapping

from sqlalchemy import CTE, BigInteger, ColumnElement, Update, and_, bindparam, func, or_, select, tuple_, update

from vneid_idp.delivery.channels import MANNERS, Channel, Manner
from vneid_idp.delivery.tables import deliveries
from vneid_idp.storage.statement import Statement

_NOW = bindparam("now", type_=BigInteger)
_waiting = deliveries.alias("waiting")
_each = deliveries.alias("each")


def _claim(channel: Channel, manner: Manner, *, one: bool) -> Update:
    """Take what is due on a channel, at most `most`; with `one`, the delivery `of_delivery`, due or not."""
    chosen = select(_each.c.recipient, _each.c.delivery_id).where(
        _each.c.channel == channel.value,
        _each.c.given_up_at.is_(None),
        _is_free(manner),
        _is_fresh(_each.c.not_after),
    )
    if one:
        chosen = chosen.where(
            _each.c.recipient == bindparam("of_recipient"), _each.c.delivery_id == bindparam("of_delivery")
        )
    else:
        chosen = chosen.where(_each.c.next_attempt_at <= _NOW)
        chosen = chosen.order_by(_each.c.next_attempt_at, _each.c.delivery_id).limit(bindparam("most"))
    if manner.in_order or not one:
        line = _line_in_order(channel) if manner.in_order else _line_by_due_time(channel)
        most = 1 if manner.in_order else manner.per_recipient
        same = and_(line.c.recipient == _each.c.recipient, line.c.delivery_id == _each.c.delivery_id)
        chosen = chosen.join(line, same).where(line.c.place <= most)
    taken = chosen.with_for_update(of=_each, skip_locked=True).cte("chosen")
    key = tuple_(deliveries.c.recipient, deliveries.c.delivery_id)
    return (
        update(deliveries)
        .where(key.in_(select(taken.c.recipient, taken.c.delivery_id)))
        .values(attempts=deliveries.c.attempts + 1, taken_until=bindparam("until"))
        .returning(*deliveries.c)
    )


def _line_in_order(channel: Channel) -> CTE:
    """The place of each delivery among all to its recipient that are not over, the oldest first."""
    waiting = (_waiting.c.channel == channel.value, _waiting.c.given_up_at.is_(None), _is_fresh(_waiting.c.not_after))
    place = func.row_number().over(
        partition_by=_waiting.c.recipient, order_by=[_waiting.c.created_at, _waiting.c.delivery_id]
    )
    return select(_waiting.c.recipient, _waiting.c.delivery_id, place.label("place")).where(*waiting).cte("line")


def _line_by_due_time(channel: Channel) -> CTE:
    """The place of each delivery among those to its recipient that are due; what is under way comes first."""
    under_way = func.coalesce(_waiting.c.taken_until, 0) > _NOW
    place = func.row_number().over(
        partition_by=_waiting.c.recipient,
        order_by=[under_way.desc(), _waiting.c.next_attempt_at, _waiting.c.delivery_id],
    )
    return (
        select(_waiting.c.recipient, _waiting.c.delivery_id, place.label("place"))
        .where(
            _waiting.c.channel == channel.value, _waiting.c.given_up_at.is_(None), _waiting.c.next_attempt_at <= _NOW
        )
        .cte("line")
    )


def _is_fresh(not_after: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(not_after.is_(None), not_after > _NOW)


def _is_free(manner: Manner) -> ColumnElement[bool]:
    never_taken = _each.c.taken_until.is_(None)
    return never_taken if manner.at_most_once else or_(never_taken, _each.c.taken_until <= _NOW)


TAKE: Mapping[Channel, Statement] = {
    channel: Statement(_claim(channel, manner, one=False)) for channel, manner in MANNERS.items()
}
TAKE_ONE: Mapping[Channel, Statement] = {
    channel: Statement(_claim(channel, manner, one=True)) for channel, manner in MANNERS.items()
}
