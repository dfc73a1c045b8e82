"""What clients were called that were deleted: people go on reading by name who learnt what of them."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from vneid_idp.clients.tables import former_clients
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_INSERT = insert(former_clients).values({column.name: bindparam(column.name) for column in former_clients.c})
_KEEP = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[former_clients.c.client_id],
        set_={"client_name": _INSERT.excluded.client_name, "deleted_at": _INSERT.excluded.deleted_at},
    )
)
_NAME = Statement(select(former_clients.c.client_name).where(former_clients.c.client_id == bindparam("of_client")))


async def keep_name(unit: Unit, client_id: str, client_name: str) -> None:
    """Keep what a client was called, which is deleted in this unit."""
    await unit.execute(_KEEP, client_id=client_id, client_name=client_name, deleted_at=unit.now)


async def names_of(unit: Reading, client_ids: Collection[str]) -> dict[str, str]:
    """What those of these clients were called that were deleted."""
    found = {}
    for client_id in client_ids:
        row = await unit.fetch_one(_NAME, of_client=client_id)
        if row is not None:
            found[client_id] = str(row["client_name"])
    return found
