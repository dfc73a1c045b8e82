"""Queries about the devices that take faces."""

from sqlalchemy import bindparam, select, update

from vneid_idp.faces.tables import capture_devices
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_stands = capture_devices.c.removed_at.is_(None)
_ADD = Statement(insert(capture_devices).values({column.name: bindparam(column.name) for column in capture_devices.c}))
_FIND = Statement(
    select(*capture_devices.c).where(
        _stands,
        capture_devices.c.client_id == bindparam("of_client"),
        capture_devices.c.device_id == bindparam("which"),
    )
)
_PAGE = Statement(
    select(*capture_devices.c)
    .where(
        _stands, capture_devices.c.client_id == bindparam("of_client"), capture_devices.c.device_id > bindparam("after")
    )
    .order_by(capture_devices.c.device_id)
    .limit(bindparam("most"))
)
_REMOVE = Statement(
    update(capture_devices)
    .where(_stands, capture_devices.c.device_id == bindparam("which"))
    .values(removed_at=bindparam("now"))
    .returning(capture_devices.c.client_id)
)
_REMOVE_ALL = Statement(
    update(capture_devices)
    .where(_stands, capture_devices.c.client_id == bindparam("of_client"))
    .values(removed_at=bindparam("now"))
)


async def add(unit: Unit, device_id: str, client_id: str, name: str, alg: str, jwk: str) -> None:
    """Write a device."""
    row = {"device_id": device_id, "client_id": client_id, "name": name, "alg": alg, "jwk": jwk}
    await unit.execute(_ADD, **row, registered_at=unit.now, removed_at=None)


async def find(unit: Reading, client_id: str, device_id: str) -> Row | None:
    """The row of a device of this client that was not removed."""
    return await unit.fetch_one(_FIND, of_client=client_id, which=device_id)


async def page(unit: Reading, client_id: str, after: str, most: int) -> list[Row]:
    """The rows of a client's devices behind `after`, in the order of their ids."""
    return list(await unit.fetch(_PAGE, of_client=client_id, after=after, most=most))


async def remove(unit: Unit, device_id: str) -> str | None:
    """Take a device away; of which client it was, or nothing where there is none."""
    row = await unit.fetch_one(_REMOVE, which=device_id, now=unit.now)
    return None if row is None else str(row["client_id"])


async def remove_all(unit: Unit, client_id: str) -> None:
    """Take every device of a client away."""
    await unit.execute(_REMOVE_ALL, of_client=client_id, now=unit.now)
