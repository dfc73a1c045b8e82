"""Queries on subscriber numbers that only their carrier asks: by the family of its clients, whichever bound one."""

from collections.abc import Collection

import orjson
from sqlalchemy import JSON, BigInteger, Text, bindparam, cast, func, literal_column, select, true, update

from vneid_idp.bindings.engine.store import FIRST
from vneid_idp.bindings.engine.tables import is_live
from vneid_idp.bindings.subscriber_numbers.kind import read_number
from vneid_idp.bindings.subscriber_numbers.lifecycle import LIFECYCLE
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber, Verified
from vneid_idp.bindings.subscriber_numbers.tables import subscriber_numbers
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit

_c = subscriber_numbers.c
_of_family = select(subscriber_numbers).where(_c.family_id == bindparam("of_family"))
_FIND = Statement(_of_family.where(_c.binding_id == bindparam("of_binding")))
_LIST = Statement(
    _of_family.where(_c.binding_id > bindparam("after")).order_by(_c.binding_id).limit(bindparam("limit"))
)
_texts = bindparam("texts", type_=Text)
_each = func.json_array_elements_text(cast(_texts, JSON)).table_valued("value", name="each")
_each_on_sqlite = func.json_each(_texts).table_valued("value", name="each")
_verified = select(_c.resource_digest, _c.verified_at, _c.holder_digest).where(
    _c.family_id == bindparam("of_family", type_=Text),
    _c.verified_at.is_not(None),
    *(_c[fact].is_(None) for fact in ("rechecking_at", "frozen_at", "disputed_at", "released_at")),
)
# Each is looked up by itself, whatever the planner believes to be in the table.
_found = _verified.where(_c.resource_digest == _each.c.value).limit(1).lateral("found")
_VERIFIED = Statement(
    select(_found).select_from(_each.join(_found, true())),
    sqlite=_verified.where(_c.resource_digest.in_(select(_each_on_sqlite.c.value))),
)
_HAD_ANOTHER_HOLDER = Statement(
    select(literal_column("1").label("found"))
    .where(
        _c.family_id == bindparam("of_family", type_=Text),
        _c.resource_digest == bindparam("of_number", type_=Text),
        _c.person_id != bindparam("but", type_=Text),
        _c.confirmed_at <= bindparam("before", type_=BigInteger),
    )
    .limit(1)
)


_live = select(subscriber_numbers).where(
    _c.family_id == bindparam("of_family", type_=Text), is_live(subscriber_numbers, LIFECYCLE)
)
_found_live = _live.where(_c.resource_digest == _each.c.value).limit(1).lateral("found")
_LIVE = Statement(
    select(_found_live).select_from(_each.join(_found_live, true())),
    sqlite=_live.where(_c.resource_digest.in_(select(_each_on_sqlite.c.value))),
)
_FORGET_HOLDER = Statement(
    update(subscriber_numbers).where(_c.person_id == bindparam("of_person", type_=Text)).values(holder_digest=None)
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


async def verified_among(unit: Reading, family_id: str, digests: Collection[str]) -> dict[str, Verified]:
    """Those of these numbers of a carrier that are verified, by their digests; none that works in another device or SIM
    since, or is disputed."""
    rows = await unit.fetch(_VERIFIED, of_family=family_id, texts=orjson.dumps(list(digests)).decode())
    return {row["resource_digest"]: Verified(row["verified_at"], row["holder_digest"]) for row in rows}


async def live_among(unit: Reading, family_id: str, digests: Collection[str]) -> dict[str, SubscriberNumber]:
    """Those of these numbers of a carrier that are bound, by their digests."""
    rows = await unit.fetch(_LIVE, of_family=family_id, texts=orjson.dumps(list(digests)).decode())
    return {row["resource_digest"]: read_number(row) for row in rows}


async def forget_holder(unit: Unit, person_id: str) -> None:
    """Forget the papers of somebody whose data are destroyed."""
    await unit.execute(_FORGET_HOLDER, of_person=person_id)


async def had_another_holder(unit: Reading, family_id: str, number_digest: str, but: str, before: Instant) -> bool:
    """Whether a number was confirmed to this carrier by another person than `but` before an instant."""
    found = {"of_family": family_id, "of_number": number_digest, "but": but, "before": before}
    return await unit.fetch_one(_HAD_ANOTHER_HOLDER, **found) is not None
