"""Numbers in a carrier's register: one as a value, and those of somebody, written where an upload would write them."""

from collections.abc import Sequence
from datetime import date

from vneid_idp.bindings.engine.service import digest_of
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.clients import families
from vneid_idp.kernel.clock import Instant, midnight
from vneid_idp.keys.ring import KeyRing
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.carrier_key import ensure_key
from vneid_idp.registered_numbers.climbing import first_ladder, put_on
from vneid_idp.registered_numbers.rules import NumberFacts, RegisteredNumber
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Unit

ARRIVED = midnight(date(2026, 11, 2))
NUMBER = RegisteredNumber(
    number_id="nbr_1",
    family_id="song",
    client_id="cli_1",
    number_digest="n",
    sealed_number="s",
    holder_digest="h",
    row_class=RowClass.CONSISTENT,
    reasons=(),
    upload_id="upl_1",
    row_digest="r",
    absent_at=None,
    facts=NumberFacts(registered_at=ARRIVED),
)


async def put_in_register(
    unit: Unit,
    keys: KeyRing,
    policy: Policy,
    id_number: str,
    numbers: Sequence[tuple[str, str, RowClass]],
    *,
    family_id: str = "song",
    client_id: str = "song-back-end",
    one_way_at: Instant | None = None,
) -> tuple[RegisteredNumber, ...]:
    """Numbers (id, E.164, class) that a carrier has under somebody's papers since now, and perhaps cut off."""
    await families.ensure(unit, family_id)
    key, made = await ensure_key(unit, keys.sealer, family_id), []
    for number_id, phone_number, row_class in numbers:
        number = RegisteredNumber(
            number_id=number_id,
            family_id=family_id,
            client_id=client_id,
            number_digest=digest_of(keys.blind, SUBSCRIBER_NUMBER, family_id, phone_number),
            sealed_number=key.seal(phone_number),
            holder_digest=digest_of_holder(keys.blind, id_number),
            row_class=row_class,
            reasons=(),
            upload_id="upl_1",
            row_digest="",
            absent_at=None,
            facts=NumberFacts(registered_at=unit.now, one_way_at=one_way_at),
        )
        made.append(put_on(number, first_ladder(row_class, authenticated=False, now=unit.now), policy))
    rows = [tuple(store.row_of(number)[name] for name in store.COLUMNS) for number in made]
    await load(unit, registered_numbers, store.COLUMNS, rows)
    return tuple(made)
