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
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.unit import Unit

NO_UPLOAD = ""
"""In the place of an upload, of a number of which no file told."""


@dataclass(frozen=True, slots=True)
class UntoldNumber:
    """A number that is bound to somebody, and of which no register told yet."""

    family_id: str
    client_id: str
    number_digest: str
    phone_number: str
    holder_digest: str | None


@dataclass(frozen=True, slots=True)
class Changed(UntoldNumber):
    """One that works in another device since `at`."""

    at: Instant


async def put_on_ladder(unit: Unit, sealer: Sealer, changed: Changed, policy: Policy) -> RegisteredNumber:
    """Write that the number works in another device, and what follows (`climbing.device_changed`); the number as it is
    now."""
    before = await store.seize(unit, changed.family_id, changed.number_digest)
    number = device_changed(before or await new_untold(unit, sealer, changed), changed.at, policy)
    if before is None:
        await store.add(unit, number)
    else:
        await store.write(unit, number)
    return number


async def new_untold(unit: Unit, sealer: Sealer, number: UntoldNumber) -> RegisteredNumber:
    """As it begins, before it is added. Raises `RegisterLeaving`."""
    key = await ensure_key(unit, sealer, number.family_id)
    return RegisteredNumber(
        number_id=new_id("nbr"),
        family_id=number.family_id,
        client_id=number.client_id,
        number_digest=number.number_digest,
        sealed_number=key.seal(number.phone_number),
        holder_digest=number.holder_digest,
        row_class=RowClass.CONSISTENT,
        reasons=(),
        upload_id=NO_UPLOAD,
        row_digest="",
        absent_at=None,
        facts=NumberFacts(registered_at=unit.now),
    )
