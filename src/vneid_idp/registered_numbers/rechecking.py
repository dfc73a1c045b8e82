"""A number works in another device: it is set on the ladder of the law, whether a register told of it before or not."""

from dataclasses import dataclass

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import new_id
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.carrier_key import ensure_key
from vneid_idp.registered_numbers.climbing import device_changed
from vneid_idp.registered_numbers.rules import NumberFacts, RegisteredNumber
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Unit

NO_UPLOAD = ""
"""In the place of an upload, of a number of which no file told."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A number that is bound to somebody, and works in another device since `at`."""

    family_id: str
    client_id: str
    number_digest: str
    phone_number: str
    holder_digest: str | None
    at: Instant


async def put_on_ladder(unit: Unit, sealer: Sealer, changed: Changed, policy: Policy) -> RegisteredNumber:
    """Write that the number works in another device, and what follows (`climbing.device_changed`); the number as it is
    now."""
    before = await store.seize(unit, changed.family_id, changed.number_digest)
    number = device_changed(before or await _new(unit, sealer, changed), changed.at, policy)
    if before is None:
        row = store.row_of(number)
        await load(unit, registered_numbers, store.COLUMNS, [tuple(row[name] for name in store.COLUMNS)])
    else:
        await store.write(unit, number)
    return number


async def _new(unit: Unit, sealer: Sealer, changed: Changed) -> RegisteredNumber:
    key = await ensure_key(unit, sealer, changed.family_id)
    return RegisteredNumber(
        number_id=new_id("nbr"),
        family_id=changed.family_id,
        client_id=changed.client_id,
        number_digest=changed.number_digest,
        sealed_number=key.seal(changed.phone_number),
        holder_digest=changed.holder_digest,
        row_class=RowClass.CONSISTENT,
        reasons=(),
        upload_id=NO_UPLOAD,
        row_digest="",
        absent_at=None,
        facts=NumberFacts(registered_at=unit.now),
    )
