"""How far a feed of the registry has been followed. The position moves in the unit that follows the change."""

from sqlalchemy import bindparam, select, update

from vneid_idp.identity.register.tables import registry_positions
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_FIND = Statement(select(registry_positions.c.cursor).where(registry_positions.c.feed == bindparam("feed")))
_BEGIN = Statement(
    insert(registry_positions)
    .values(feed=bindparam("feed"), cursor=bindparam("cursor"), moved_at=bindparam("at"))
    .on_conflict_do_nothing(index_elements=["feed"])
)
_MOVE = Statement(
    update(registry_positions)
    .where(registry_positions.c.feed == bindparam("of_feed"), registry_positions.c.cursor == bindparam("from_cursor"))
    .values(cursor=bindparam("to_cursor"), moved_at=bindparam("at"))
)


async def find_position(unit: Reading, feed: str) -> str | None:
    """The cursor of the last change that was followed; nothing before the first."""
    row = await unit.fetch_one(_FIND, feed=feed)
    return row["cursor"] if row else None


async def move_position(unit: Unit, feed: str, before: str | None, after: str) -> bool:
    """Move from one change to the next; `False` when another worker was faster, and did what was to be done."""
    if before is None:
        return await unit.execute(_BEGIN, feed=feed, cursor=after, at=unit.now) == 1
    return await unit.execute(_MOVE, of_feed=feed, from_cursor=before, to_cursor=after, at=unit.now) == 1
