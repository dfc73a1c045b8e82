"""Open, find, count and end subscriptions to SIM swaps. Who ends one has its client told (`use_cases.tell_swaps`)."""

from typing import Any

from sqlalchemy import BigInteger, Text, and_, bindparam, delete, literal_column, select, tuple_, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit
from vneid_idp.swap_subscriptions.rules import (
    MOST,
    AlreadySubscribed,
    Reason,
    SubscriptionNotFound,
    SwapSubscription,
    TooManySubscriptions,
)
from vneid_idp.swap_subscriptions.tables import swap_subscriptions

SEALED_TOKEN = "swap_subscriptions.sealed_token"
"""Under which name the key of a person seals the token for an address."""

_t = swap_subscriptions
_c = _t.c
_stands = _c.ended_at.is_(None)
_of_person = _c.person_id == bindparam("of_person", type_=Text)
_of_client = _c.client_id == bindparam("of_client", type_=Text)
_this = and_(_of_person, _c.subscription_id == bindparam("of_subscription", type_=Text))
_end = (
    update(_t)
    .where(_stands)
    .values(ended_at=bindparam("at", type_=BigInteger), reason=bindparam("why", type_=Text))
    .returning(*_c)
)
_ADD = Statement(insert(_t).values({column.name: bindparam(column.name) for column in _c}).on_conflict_do_nothing())
_FIND = Statement(select(_t).where(_this))
_LIST = Statement(select(_t).where(_of_person, _stands).order_by(_c.subscription_id))
_COUNT = Statement(update(_t).where(_this, _stands).values(told=_c.told + literal_column("1")).returning(*_c))
_END = Statement(_end.where(_this))
_END_OF_BOTH = Statement(_end.where(_of_person, _of_client))
_END_OF_CLIENT = Statement(_end.where(_of_client))
_due = select(_c.person_id, _c.subscription_id).where(_stands, _c.due_at <= bindparam("at", type_=BigInteger))
_END_DUE = Statement(
    update(_t)
    .where(
        _stands,
        tuple_(_c.person_id, _c.subscription_id).in_(_due.order_by(_c.due_at).limit(bindparam("most"))),
    )
    .values(ended_at=bindparam("at", type_=BigInteger), reason=_c.due_reason)
    .returning(*_c)
)
_ended = select(_c.person_id, _c.subscription_id).where(_c.ended_at < bindparam("before", type_=BigInteger))
_FORGET = Statement(delete(_t).where(tuple_(_c.person_id, _c.subscription_id).in_(_ended.limit(bindparam("most")))))


def _read(row: Row) -> SwapSubscription:
    values = {name: row[name] for name in SwapSubscription.__dataclass_fields__}
    return SwapSubscription(**values | {"reason": None if row["reason"] is None else Reason(row["reason"])})


async def open_subscription(unit: Unit, new: SwapSubscription) -> None:
    """Keep a new one, of a person who is held. Raises `AlreadySubscribed` and `TooManySubscriptions`."""
    due = new.due
    values: dict[str, Any] = {name: getattr(new, name) for name in SwapSubscription.__dataclass_fields__}
    values |= {"due_at": None if due is None else due[0], "due_reason": None if due is None else due[1].value}
    for place in range(1, MOST + 1):
        if await unit.execute(_ADD, **values, place=place) == 1:
            return
        if any(each.sink == new.sink for each in await list_standing(unit, new.person_id, new.client_id)):
            raise AlreadySubscribed
    raise TooManySubscriptions


async def find(unit: Reading, person_id: str, subscription_id: str) -> SwapSubscription | None:
    """One, whether it stands or not."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_subscription=subscription_id)
    return None if row is None else _read(row)


async def get_standing(unit: Reading, person_id: str, client_id: str, subscription_id: str) -> SwapSubscription:
    """One of this client that stands. Raises `SubscriptionNotFound`."""
    found = await find(unit, person_id, subscription_id)
    if found is None or found.client_id != client_id or found.ended_at is not None:
        raise SubscriptionNotFound
    return found


async def list_standing(unit: Reading, person_id: str, client_id: str | None = None) -> tuple[SwapSubscription, ...]:
    """Those of a person that stand, of one client or of all, in the order of their making."""
    found = map(_read, await unit.fetch(_LIST, of_person=person_id))
    return tuple(each for each in found if client_id in (None, each.client_id))


async def count_swap(unit: Unit, person_id: str, subscription_id: str) -> SwapSubscription | None:
    """Count a swap that it is told of; as it is now, nothing where it has ended."""
    row = await unit.fetch_one(_COUNT, of_person=person_id, of_subscription=subscription_id)
    return None if row is None else _read(row)


async def end(unit: Unit, person_id: str, subscription_id: str, reason: Reason) -> SwapSubscription | None:
    """End one; as it is then, nothing where it had ended."""
    row = await unit.fetch_one(
        _END, of_person=person_id, of_subscription=subscription_id, at=unit.now, why=reason.value
    )
    return None if row is None else _read(row)


async def end_of_both(unit: Unit, person_id: str, client_id: str) -> list[SwapSubscription]:
    """End all that a client has of a person: the consent has ended."""
    why = Reason.NETWORK_TERMINATED.value
    rows = await unit.fetch(_END_OF_BOTH, of_person=person_id, of_client=client_id, at=unit.now, why=why)
    return list(map(_read, rows))


async def end_of_client(unit: Unit, client_id: str) -> list[SwapSubscription]:
    """End all of a client that is deleted."""
    why = Reason.NETWORK_TERMINATED.value
    return list(map(_read, await unit.fetch(_END_OF_CLIENT, of_client=client_id, at=unit.now, why=why)))


async def end_due(unit: Unit, most: int) -> list[SwapSubscription]:
    """End those whose time is over, at most `most`."""
    return list(map(_read, await unit.fetch(_END_DUE, at=unit.now, most=most)))


async def forget_ended(unit: Unit, before: Instant, most: int) -> int:
    """Delete those that ended before an instant, at most `most`; how many. The events about them stay."""
    return await unit.execute(_FORGET, before=before, most=most)
