"""What a client has not received yet of what it is told, in order, and what it has: its stream of security events."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Text, bindparam, exists, select, update

from vneid_idp.instructions.rules import Instruction
from vneid_idp.instructions.store import IDS_ON_POSTGRESQL, IDS_ON_SQLITE, ids_of, read_instruction
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit

TRIED_FOR: Instant = 3 * DAY
"""So long after it was made an instruction is pushed; after that it can be polled and listed."""

_c = instructions.c
_earlier = instructions.alias("earlier")
_client = bindparam("of_client", type_=Text)
_since = bindparam("since", type_=BigInteger)
# Of each number the first alone: the next goes out when this one was received.
_UNRECEIVED = Statement(
    select(instructions)
    .where(
        _c.client_id == _client,
        _c.family_id == bindparam("of_family", type_=Text),
        _c.received_at.is_(None),
        _c.made_at >= _since,
        ~exists().where(
            _earlier.c.number_id == _c.number_id,
            _earlier.c.place < _c.place,
            _earlier.c.received_at.is_(None),
            _earlier.c.made_at >= _since,
        ),
    )
    .order_by(_c.made_at, _c.instruction_id)
    .limit(bindparam("most", type_=BigInteger))
)
_NEXT_CLIENT = Statement(
    select(_c.client_id)
    .where(_c.client_id > bindparam("after", type_=Text), _c.received_at.is_(None))
    .order_by(_c.client_id)
    .limit(1)
)
_HAS_UNRECEIVED = Statement(
    select(_c.instruction_id).where(_c.client_id == _client, _c.received_at.is_(None), _c.made_at >= _since).limit(1)
)
_received = (
    update(instructions)
    .where(_c.client_id == _client, _c.received_at.is_(None))
    .values(received_at=bindparam("now", type_=BigInteger), event_error=bindparam("error", type_=Text))
)
_RECEIVED = Statement(
    _received.where(_c.instruction_id.in_(IDS_ON_POSTGRESQL)),
    sqlite=_received.where(_c.instruction_id.in_(IDS_ON_SQLITE)),
)


async def list_unreceived(
    unit: Reading, client_id: str, family_id: str, *, since: Instant, most: int
) -> tuple[Instruction, ...]:
    """What a client of a carrier has not received of what was made from `since` on, the oldest first, and of each
    number the first alone."""
    rows = await unit.fetch(_UNRECEIVED, of_client=client_id, of_family=family_id, since=since, most=most)
    return tuple(map(read_instruction, rows))


async def clients_to_tell(unit: Reading, since: Instant) -> list[str]:
    """The clients that have not received something that was made from `since` on. Each is found by itself, however much
    there is for the others."""
    found, after = [], ""
    while (row := await unit.fetch_one(_NEXT_CLIENT, after=after)) is not None:
        after = row["client_id"]
        if await unit.fetch_one(_HAS_UNRECEIVED, of_client=after, since=since) is not None:
            found.append(after)
    return found


async def note_received(unit: Unit, client_id: str, ids: Iterable[str], error: str | None = None) -> None:
    """Write down that a client has these of its own, or with which code it could not read the events that brought them:
    they are not sent again."""
    await unit.execute(_RECEIVED, of_client=client_id, ids=ids_of(ids), now=unit.now, error=error)
