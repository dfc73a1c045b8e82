"""A file that arrives in parts: each is sealed under the key of its carrier, and goes once the whole was read."""

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, delete, func, select, tuple_

from vneid_idp.registered_numbers.tables import register_parts, register_uploads
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

PART_BYTES = 4 * 1024 * 1024
"""Of each part but the last."""

_p = register_parts.c
_UPLOAD = _p.upload_id == bindparam("of_upload", type_=Text)
_ADD = Statement(
    insert(register_parts)
    .values(
        upload_id=bindparam("upload_id", type_=Text),
        place=bindparam("place", type_=BigInteger),
        sealed=bindparam("sealed", type_=LargeBinary),
    )
    .on_conflict_do_nothing(index_elements=["upload_id", "place"])
)
_COUNT = Statement(select(func.count().label("parts")).select_from(register_parts).where(_UPLOAD))
_PLACES = Statement(select(_p.place).where(_UPLOAD).order_by(_p.place))
_FIND = Statement(select(_p.sealed).where(_UPLOAD, _p.place == bindparam("place", type_=BigInteger)))
# Of uploads that ended, or whose carrier was deleted.
_over = (
    select(_p.upload_id, _p.place)
    .where(
        ~select(register_uploads.c.upload_id)
        .where(register_uploads.c.upload_id == _p.upload_id, register_uploads.c.ended_at.is_(None))
        .exists()
    )
    .limit(bindparam("most", type_=BigInteger))
)
_FORGET = Statement(delete(register_parts).where(tuple_(_p.upload_id, _p.place).in_(_over)))


def size_of(total: int, place: int) -> int:
    """How many bytes the part in this place has, of a file of `total`; 0 where there is no such part. Pure."""
    return max(0, min(PART_BYTES, total - (place - 1) * PART_BYTES)) if place > 0 else 0


def count_of(total: int) -> int:
    """Of how many parts a file of `total` bytes is made. Pure."""
    return -(-total // PART_BYTES)


async def add(unit: Unit, upload_id: str, place: int, sealed: bytes) -> int:
    """Keep a part; how many are there. One that is there stays as it is."""
    await unit.execute(_ADD, upload_id=upload_id, place=place, sealed=sealed)
    row = await unit.fetch_one(_COUNT, of_upload=upload_id)
    assert row is not None
    return int(row["parts"])


async def places(unit: Reading, upload_id: str) -> tuple[int, ...]:
    """Which parts are there."""
    return tuple(row["place"] for row in await unit.fetch(_PLACES, of_upload=upload_id))


async def find(unit: Reading, upload_id: str, place: int) -> bytes | None:
    """A part as it was sealed; nothing where it is not there, or not any more."""
    row = await unit.fetch_one(_FIND, of_upload=upload_id, place=place)
    return None if row is None else bytes(row["sealed"])


async def forget(unit: Unit, portion: int) -> int:
    """Delete parts of files that nobody will read, so many at once; how many there were."""
    return await unit.execute(_FORGET, most=portion)
