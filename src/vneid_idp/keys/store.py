"""Queries on keys."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, or_, select, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.keys.rules import KeyFacts, KeyKind
from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_ALL = Statement(select(keys).order_by(keys.c.kind, keys.c.generation))
_ADD = Statement(
    insert(keys)
    .values({column.name: bindparam(column.name) for column in keys.columns if column.name != "seals"})
    .on_conflict_do_nothing(index_elements=[keys.c.kind, keys.c.generation])
    .returning(keys.c.generation)
)
_OLDER = (keys.c.kind == bindparam("which")) & (keys.c.generation < bindparam("successor"))
_RETIRE = Statement(
    update(keys)
    .values(retire_at=bindparam("at"))
    .where(_OLDER, or_(keys.c.retire_at.is_(None), keys.c.retire_at > bindparam("at")))
)
_REMOVE = Statement(
    update(keys)
    .values(remove_at=bindparam("at"))
    .where(_OLDER, or_(keys.c.remove_at.is_(None), keys.c.remove_at > bindparam("at")))
)
# Whoever had the material could have signed any receipt with it; what was destroyed before nobody had.
_DISOWN = Statement(update(keys).values(public=None).where(_OLDER, keys.c.wrapped.is_not(None)))
_PUBLISH = Statement(
    update(keys)
    .values(public=bindparam("jwk"))
    .where(keys.c.kind == bindparam("which"), keys.c.generation == bindparam("number"), keys.c.wrapped.is_not(None))
)
_DESTROY = Statement(
    update(keys).values(wrapped=None).where(keys.c.remove_at <= bindparam("now"), keys.c.wrapped.is_not(None))
)
_COUNT_SEALS = Statement(
    update(keys)
    .values(seals=keys.c.seals + bindparam("more", type_=BigInteger))
    .where(keys.c.kind == bindparam("which"), keys.c.generation == bindparam("number"))
)
_REWRAP = Statement(
    update(keys)
    .values(wrapped=bindparam("wrapped_again"))
    .where(keys.c.kind == bindparam("which"), keys.c.generation == bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as stored: its facts and its wrapped material, `None` once it is gone."""

    facts: KeyFacts
    wrapped: str | None
    seals: int = 0
    """How many values a sealing root has sealed."""
    public: str | None = None
    """The public half as a JWK, of a key whose receipts are verified."""


def _stored(row: Row) -> StoredKey:
    facts = KeyFacts(
        kind=KeyKind(row["kind"]),
        generation=row["generation"],
        kid=row["kid"],
        announced_at=row["announced_at"],
        activate_at=row["activate_at"],
        retire_at=row["retire_at"],
        remove_at=row["remove_at"],
    )
    return StoredKey(facts, row["wrapped"], row["seals"], row["public"])


async def all_keys(unit: Reading) -> tuple[StoredKey, ...]:
    """Every key there ever was, oldest generation first."""
    return tuple(_stored(row) for row in await unit.fetch(_ALL))


async def add(unit: Unit, key: StoredKey) -> bool:
    """Add `key`; false if another worker has added that generation before."""
    facts = key.facts
    row = await unit.fetch_one(
        _ADD,
        kind=facts.kind,
        generation=facts.generation,
        kid=facts.kid,
        wrapped=key.wrapped,
        public=key.public,
        announced_at=facts.announced_at,
        activate_at=facts.activate_at,
        retire_at=facts.retire_at,
        remove_at=facts.remove_at,
    )
    return row is not None


async def end_predecessors(
    unit: Unit, kind: KeyKind, successor: int, *, retire_at: Instant, remove_at: Instant | None
) -> None:
    """Retire and remove every generation before `successor`, where it would not end earlier anyway."""
    await unit.execute(_RETIRE, which=kind, successor=successor, at=retire_at)
    if remove_at is not None:
        await unit.execute(_REMOVE, which=kind, successor=successor, at=remove_at)


async def disown_predecessors(unit: Unit, kind: KeyKind, successor: int) -> None:
    """Publish no predecessor of `successor` for receipts any more whose material was still there."""
    await unit.execute(_DISOWN, which=kind, successor=successor)


async def publish(unit: Unit, facts: KeyFacts, jwk: str) -> None:
    """Keep the public half of a key for receipts."""
    await unit.execute(_PUBLISH, which=facts.kind, number=facts.generation, jwk=jwk)


async def destroy_removed(unit: Unit) -> int:
    """Forget the material of keys that are gone; how many there were."""
    return await unit.execute(_DESTROY, now=unit.now)


async def count_seals(unit: Unit, generation: int, more: int) -> None:
    """Add to what a sealing root has sealed."""
    await unit.execute(_COUNT_SEALS, which=KeyKind.SEALING, number=generation, more=more)


async def replace_wrapped(unit: Unit, facts: KeyFacts, wrapped: str) -> None:
    """Store the same material under another wrapping."""
    await unit.execute(_REWRAP, which=facts.kind, number=facts.generation, wrapped_again=wrapped)
