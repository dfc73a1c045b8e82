"""The holder of a number was authenticated: whatever its carrier's register has of it is settled."""

from vneid_idp.instructions import service as instructions
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.storage.unit import Unit


async def prove_number(unit: Unit, blind: BlindIndex, family_id: str, number_digest: str, id_number: str) -> None:
    """Take the number of a carrier off the ladder, and have the carrier restore what was cut off. Nothing where it
    stands in no register, or there for somebody else, or has ended."""
    proved = await registered_numbers.prove(unit, blind, family_id, number_digest, id_number)
    if proved is not None:
        await instructions.restore(unit, [proved])
