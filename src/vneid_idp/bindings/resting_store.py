"""Queries about why bindings rest."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, delete, exists, or_, select, true

from vneid_idp.bindings.engine.kind import BindingKind
from vneid_idp.bindings.engine.tables import is_live
from vneid_idp.bindings.resting_tables import binding_rests
from vneid_idp.identity.tables import accounts
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_c = binding_rests.c
_OF_PERSON = Statement(select(_c.binding_id, _c.ground).where(_c.person_id == bindparam("person_id")))
_ADD = Statement(
    insert(binding_rests)
    .values({column.name: bindparam(column.name) for column in _c})
    .on_conflict_do_nothing(index_elements=["person_id", "binding_id", "ground"])
)
_REMOVE = Statement(
    delete(binding_rests).where(
        _c.person_id == bindparam("person_id"),
        _c.binding_id == bindparam("binding_id"),
        _c.ground == bindparam("ground"),
    )
)


@cache
def _with_expired_card(kind: BindingKind[Any], *, guardians: bool) -> Statement:
    c, account = kind.table.c, accounts.c
    who = c.representative_id if guardians else c.person_id
    rests = exists().where(
        _c.person_id == c.person_id, _c.binding_id == c.binding_id, _c.ground == bindparam("of_ground")
    )
    expired = and_(account.closed_at.is_(None), account.card_expires_at <= bindparam("now", type_=BigInteger))
    return Statement(
        select(account.person_id)
        .distinct()
        .join_from(accounts, kind.table, who == account.person_id)
        .where(expired, is_live(kind.table, kind.lifecycle), ~rests)
        .where(account.person_id > bindparam("after"))
        # Of what a guardian bound it is the guardian's card that counts.
        .where(true() if guardians else c.representative_id.is_(None))
        .order_by(account.person_id)
        .limit(bindparam("most"))
    )


@cache
def _want_guardian(kind: BindingKind[Any]) -> Statement:
    c, account = kind.table.c, accounts.c
    rest = and_(_c.person_id == c.person_id, _c.binding_id == c.binding_id)
    wants = exists().where(rest, _c.ground.in_([bindparam("ground"), bindparam("other_ground")]))
    more = exists().where(rest, _c.ground.not_in([bindparam("ground"), bindparam("other_ground")]))
    locked = exists().where(account.person_id == c.person_id, account.locked_since.is_not(None))
    alone = case((or_(more, locked), 0), else_=1).label("alone")
    return Statement(
        select(c.binding_id, alone)
        .where(c.client_id == bindparam("client_id"))
        .where(c.binding_id >= bindparam("first"), c.binding_id <= bindparam("last"))
        .where(wants)
    )


async def want_guardian(
    unit: Reading, kind: BindingKind[Any], client_id: str, between: tuple[str, str], grounds: tuple[str, str]
) -> dict[str, bool]:
    """Bindings of a client, their ids between these two, that rest for these grounds: whether for nothing else, and
    their holder is not locked."""
    (first, last), (ground, other) = between, grounds
    rows = await unit.fetch(
        _want_guardian(kind), client_id=client_id, first=first, last=last, ground=ground, other_ground=other
    )
    return {row["binding_id"]: row["alone"] == 1 for row in rows}


async def with_expired_card(
    unit: Reading, kind: BindingKind[Any], ground: str, after: str, most: int, *, guardians: bool = False
) -> set[str]:
    """See `resting.with_expired_card`; of one kind, those who hold something, or who bound it as guardians."""
    statement = _with_expired_card(kind, guardians=guardians)
    rows = await unit.fetch(statement, of_ground=ground, now=unit.now, after=after, most=most)
    return {row["person_id"] for row in rows}


@cache
def _who_cannot_act(kind: BindingKind[Any]) -> Statement:
    c, account = kind.table.c, accounts.c
    rests = exists().where(
        _c.person_id == c.person_id, _c.binding_id == c.binding_id, _c.ground == bindparam("of_ground")
    )
    # The same as `account_rules.account_standing` says of one account.
    unusable = or_(
        account.closed_at.is_not(None),
        account.deceased_at.is_not(None),
        account.locked_at.is_not(None),
        account.registry_locked_at.is_not(None),
        account.card_expires_at <= bindparam("now", type_=BigInteger),
    )
    return Statement(
        select(account.person_id)
        .distinct()
        .join_from(accounts, kind.table, c.representative_id == account.person_id)
        .where(unusable, is_live(kind.table, kind.lifecycle), ~rests, account.person_id > bindparam("after"))
        .order_by(account.person_id)
        .limit(bindparam("most"))
    )


async def who_cannot_act(unit: Reading, kind: BindingKind[Any], ground: str, after: str, most: int) -> set[str]:
    """See `resting.who_cannot_act`; of one kind."""
    rows = await unit.fetch(_who_cannot_act(kind), of_ground=ground, now=unit.now, after=after, most=most)
    return {row["person_id"] for row in rows}


async def grounds_of(unit: Reading, person_id: str) -> Mapping[str, set[str]]:
    """The grounds for which bindings of a person rest, by binding."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await unit.fetch(_OF_PERSON, person_id=person_id):
        found[row["binding_id"]].add(row["ground"])
    return found


async def add(unit: Unit, person_id: str, binding_id: str, ground: str) -> None:
    """Note a ground."""
    await unit.execute(_ADD, person_id=person_id, binding_id=binding_id, ground=ground, since=unit.now)


async def remove(unit: Unit, person_id: str, binding_id: str, ground: str) -> None:
    """A ground ceased."""
    await unit.execute(_REMOVE, person_id=person_id, binding_id=binding_id, ground=ground)
