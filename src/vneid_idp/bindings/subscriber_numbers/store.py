"""Queries on subscriber numbers that only their carrier asks: by the family of its clients, whichever bound one."""

from sqlalchemy import bindparam, select

from vneid_idp.bindings.engine.store import FIRST
from vneid_idp.bindings.subscriber_numbers.kind import read_number
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.tables import subscriber_numbers
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_c = subscriber_numbers.c
_of_family = select(subscriber_numbers).where(_c.family_id == bindparam("of_family"))
_FIND = Statement(_of_family.where(_c.binding_id == bindparam("of_binding")))
_LIST = Statement(
    _of_family.where(_c.binding_id > bindparam("after")).order_by(_c.binding_id).limit(bindparam("limit"))
)


async def find_of_family(unit: Reading, family_id: str, binding_id: str) -> SubscriberNumber | None:
    """A number of this carrier, in whatever state."""
    row = await unit.fetch_one(_FIND, of_family=family_id, of_binding=binding_id)
    return None if row is None else read_number(row)


async def list_of_family(
    unit: Reading, family_id: str, *, after: str | None, limit: int
) -> tuple[SubscriberNumber, ...]:
    """A page of a carrier's numbers in the order of their making; its last `binding_id` is `after` of the next."""
    rows = await unit.fetch(_LIST, of_family=family_id, after=after or FIRST, limit=limit)
    return tuple(map(read_number, rows))
