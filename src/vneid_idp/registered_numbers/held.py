"""The row that a carrier has of a number: found, or held until the unit ends and written, for who decides about it."""

from vneid_idp.kernel.sealing import Sealer
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rechecking import UntoldNumber, new_untold
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.storage.unit import Reading, Unit


async def find_row(unit: Reading, family_id: str, number_digest: str) -> RegisteredNumber | None:
    """The carrier's row of a number, if it has one."""
    return await store.find(unit, family_id, number_digest)


async def seize_row(unit: Unit, family_id: str, number_digest: str) -> RegisteredNumber | None:
    """The same, held until the unit ends."""
    return await store.seize(unit, family_id, number_digest)


async def add_row(unit: Unit, sealer: Sealer, untold: UntoldNumber) -> RegisteredNumber:
    """A row of a number of which no register told. Raises `RegisterLeaving`."""
    made = await new_untold(unit, sealer, untold)
    await store.add(unit, made)
    return made


async def write_row(unit: Unit, number: RegisteredNumber) -> None:
    """Write a row that was seized in this unit."""
    await store.write(unit, number)
