"""Whose registered phone proves nothing for now: a carrier told that its number works in another SIM, moves away, or is
nobody's or somebody else's.

Until the holder shows by a passkey that they are there, or the register has another number of theirs, a code by message
may reach somebody else. Codes are not sent then, and none counts.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, select

from vneid_idp.identity.factors.tables import distrusted_phones
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_of_person = distrusted_phones.c.person_id == bindparam("of_person")
_new = insert(distrusted_phones)
_PUT = Statement(
    _new.on_conflict_do_update(
        index_elements=["person_id"], set_={"cause": _new.excluded.cause, "since": _new.excluded.since}
    )
)
_FIND = Statement(select(distrusted_phones.c.cause, distrusted_phones.c.since).where(_of_person))
_REMOVE = Statement(delete(distrusted_phones).where(_of_person))


class Cause(StrEnum):
    """What happened to the number. Rows name it, so a member is never renamed."""

    SWAP = "swap"
    """The number works in another SIM."""
    PORT_OUT = "port_out"
    """The number moves to another carrier."""
    ENDED = "ended"
    """Its contract ended."""
    RECYCLED = "recycled"
    """A register has it for somebody else."""


@dataclass(frozen=True, slots=True)
class Distrust:
    """Since when the phone proves nothing, and why."""

    cause: Cause
    since: Instant


async def distrust(unit: Unit, person_id: str, cause: Cause) -> None:
    """Let the registered phone of somebody, who is seized, prove nothing from now on."""
    await unit.execute(_PUT, person_id=person_id, cause=cause.value, since=unit.now)


async def find(unit: Reading, person_id: str) -> Distrust | None:
    """Whether the registered phone proves nothing now."""
    row = await unit.fetch_one(_FIND, of_person=person_id)
    return None if row is None else Distrust(Cause(row["cause"]), row["since"])


async def trust_again(unit: Unit, person_id: str) -> bool:
    """Let it prove something again; whether it did not."""
    return await unit.execute(_REMOVE, of_person=person_id) == 1
