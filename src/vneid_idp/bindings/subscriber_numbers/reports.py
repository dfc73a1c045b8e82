"""What a carrier told of a number: that it works in another device, or in another SIM, or moves to another carrier.

Each is kept with the instant at which it happened, and told once, however often the carrier repeats it.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, Text, bindparam, func, literal_column, or_, select

from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.tables import number_reports
from vneid_idp.bindings.subscriber_numbers.words import ImplausibleInstant
from vneid_idp.kernel.clock import DAY, MINUTE, NEVER, Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

OLDEST: Instant = 30 * DAY
"""How long ago what a carrier tells may have happened; it has to find a change of devices within hours."""
_LEEWAY: Instant = MINUTE
"""By how much a carrier's clock may be ahead."""

_r = number_reports.c
_ADD = Statement(
    insert(number_reports).on_conflict_do_nothing(index_elements=["family_id", "number_digest", "kind", "occurred_at"])
)
_LATEST = Statement(
    select(func.max(_r.occurred_at).label("at")).where(
        _r.family_id == bindparam("of_family", type_=Text),
        _r.number_digest == bindparam("of_number", type_=Text),
        _r.kind == bindparam("of_kind", type_=Text),
    )
)
_LATEST_OF_ALL = Statement(
    select(func.max(_r.occurred_at).label("at")).where(
        _r.family_id == bindparam("of_family", type_=Text), _r.number_digest == bindparam("of_number", type_=Text)
    )
)
_LATEST_SWAP = Statement(
    select(func.max(_r.occurred_at).label("at")).where(
        _r.family_id == bindparam("of_family", type_=Text),
        _r.number_digest == bindparam("of_number", type_=Text),
        or_(_r.kind == literal_column("'swap'"), _r.kind == literal_column("'port_out'")),
        _r.told_at >= bindparam("since", type_=BigInteger),
        _r.told_at <= bindparam("until", type_=BigInteger),
    )
)


class ReportKind(StrEnum):
    """What happened to a number. Rows name it, so a member is never renamed."""

    DEVICE_CHANGE = "device_change"
    SWAP = "swap"
    PORT_OUT = "port_out"

    @property
    def move(self) -> NumberMove:
        """What follows for a number that is bound."""
        return NumberMove.RECHECK if self is ReportKind.DEVICE_CHANGE else NumberMove.FREEZE


async def add(unit: Unit, family_id: str, number_digest: str, kind: ReportKind, occurred_at: Instant) -> bool:
    """Keep what a carrier tells; whether it is new. Raises `ImplausibleInstant`."""
    if not unit.now - OLDEST <= occurred_at <= unit.now + _LEEWAY:
        raise ImplausibleInstant
    added = await unit.execute(
        _ADD,
        family_id=family_id,
        number_digest=number_digest,
        kind=kind.value,
        occurred_at=occurred_at,
        told_at=unit.now,
    )
    return added == 1


async def latest(unit: Reading, family_id: str, number_digest: str, kind: ReportKind) -> Instant | None:
    """When it happened last, as far as the carrier told."""
    row = await unit.fetch_one(_LATEST, of_family=family_id, of_number=number_digest, of_kind=kind.value)
    return None if row is None else row["at"]


async def latest_of_all(unit: Reading, family_id: str, number_digest: str) -> Instant | None:
    """When anything of all that happened last: what proved before whose hand it is in proves it no more."""
    row = await unit.fetch_one(_LATEST_OF_ALL, of_family=family_id, of_number=number_digest)
    return None if row is None else row["at"]


async def latest_swap(
    unit: Reading, family_id: str, number_digest: str, since: Instant, until: Instant | None
) -> Instant | None:
    """When a number last came into another SIM or moved away, of what the carrier told from `since` on `until` an
    instant: while it was one person's."""
    told = {"since": since, "until": NEVER if until is None else until}
    row = await unit.fetch_one(_LATEST_SWAP, of_family=family_id, of_number=number_digest, **told)
    return None if row is None else row["at"]
