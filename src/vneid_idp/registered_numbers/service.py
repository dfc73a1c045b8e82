"""Numbers of registers: found by their holder, and told that one was proved."""

from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.registered_numbers import climbing, store
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.storage.unit import Reading, Unit

_HOLDER = "registered_numbers.holder"


def digest_of_holder(blind: BlindIndex, id_number: str) -> str:
    """What is kept of the personal ID number under which a number is registered."""
    return blind.of(_HOLDER, id_number)


async def list_of_holder(
    unit: Reading, blind: BlindIndex, id_number: str, *, after: str | None, limit: int
) -> tuple[RegisteredNumber, ...]:
    """See `store.list_of_holder`."""
    return await store.list_of_holder(unit, digest_of_holder(blind, id_number), after=after, limit=limit)


async def prove(unit: Unit, family_id: str, number_digest: str) -> tuple[RegisteredNumber, RegisteredNumber] | None:
    """Whoever has this number was authenticated: it as it was, and as it is now. Nothing where it stands in no
    register, and of one that has ended: what came before holds no more.

    Where the sweep works on it at this moment one of the two comes first, and the other sees what it wrote.
    """
    before = await store.seize(unit, family_id, number_digest)
    if before is None or before.facts.ended_at is not None:
        return None
    after = climbing.proved(before, unit.now)
    await store.write(unit, after)
    return before, after


async def forget_holder(unit: Unit, blind: BlindIndex, id_number: str) -> None:
    """Take somebody whose data are destroyed off the numbers of registers, which stay the carriers'."""
    await store.forget_holder(unit, digest_of_holder(blind, id_number))
