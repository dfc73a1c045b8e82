"""Numbers of registers: found by their holder, answered for, and told that one was proved."""

from collections.abc import Collection

from vneid_idp.bindings.subscriber_numbers.service import verified_among
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import answers, apart, carrier_key, climbing, disputing, store, telling_store, uploads
from vneid_idp.registered_numbers.answers import Answer
from vneid_idp.registered_numbers.rechecking import NO_UPLOAD
from vneid_idp.registered_numbers.rules import RegisteredNumber, lets_prove
from vneid_idp.registered_numbers.telling import is_anothers, recycled
from vneid_idp.storage.unit import Reading, Unit

_HOLDER = "registered_numbers.holder"


class NumberNotRegistered(DomainError):
    """No number under this id stands in a register for this person."""

    code = "number_not_registered"
    status = 404
    title = "No carrier has this number registered under your papers, or not any more."


def digest_of_holder(blind: BlindIndex, id_number: str) -> str:
    """What is kept of the personal ID number under which a number is registered."""
    return blind.of(_HOLDER, id_number)


async def list_of_holder(
    unit: Reading, blind: BlindIndex, id_number: str, *, after: str | None, limit: int
) -> tuple[RegisteredNumber, ...]:
    """See `store.list_of_holder`."""
    return await store.list_of_holder(unit, digest_of_holder(blind, id_number), after=after, limit=limit)


async def held_at(unit: Reading, blind: BlindIndex, family_id: str, id_number: str) -> frozenset[str]:
    """See `store.held_at`."""
    return await store.held_at(unit, family_id, digest_of_holder(blind, id_number))


async def find_of_holder(unit: Reading, blind: BlindIndex, id_number: str, number_id: str) -> RegisteredNumber | None:
    """A number that stands in a register for this person; nothing for anybody else's."""
    return await store.find_of_holder(unit, digest_of_holder(blind, id_number), number_id)


async def answer(
    unit: Unit, blind: BlindIndex, id_number: str, number_id: str, said: Answer, policy: Policy
) -> tuple[RegisteredNumber, RegisteredNumber]:
    """Write what its holder says of a number: it as it was, and as it is now. Raises `NumberNotRegistered`, and
    `NotToBeAnswered` where a sweep, a proof or another answer came first."""
    before = await store.seize_of_holder(unit, digest_of_holder(blind, id_number), number_id)
    if before is None:
        raise NumberNotRegistered
    after = answers.answered(before, said, policy, unit.now)
    if said is Answer.NOT_MINE and await _is_anothers(unit, before):
        after = disputing.overruled(before, policy, unit.now)
    await store.write(unit, after)
    return before, after


async def _is_anothers(unit: Reading, number: RegisteredNumber) -> bool:
    bound = await verified_among(unit, number.family_id, [number.number_digest])
    return is_anothers(number.holder_digest, bound.get(number.number_digest))


async def prove(
    unit: Unit, blind: BlindIndex, family_id: str, number_digest: str, id_number: str
) -> tuple[RegisteredNumber, RegisteredNumber] | None:
    """Whoever has this number, somebody with this personal ID number, was authenticated: it as it was, and as it is
    now. Of a number that stands there for somebody else nothing is proved, but nobody is cut off for it any more.
    Nothing where it stands in no register; nor of one that has ended: what came before holds no more.

    Where the sweep works on it at this moment, or an upload brings it, one of the two comes first, and the other sees
    what it wrote.
    """
    await apart.prove_together(unit, family_id)
    before = await store.seize(unit, family_id, number_digest)
    if before is None or before.facts.ended_at is not None:
        return None
    if lets_prove(before.holder_digest, digest_of_holder(blind, id_number)):
        after = climbing.proved(before, unit.now)
    elif before.ladder is None or before.rechecks or before.facts.disputed_at is not None:
        return None
    else:
        after = disputing.wrong(before)
    await store.write(unit, after)
    return before, after


async def confirm(
    unit: Unit, blind: BlindIndex, family_id: str, number_digest: str, id_number: str, policy: Policy
) -> tuple[RegisteredNumber, RegisteredNumber] | None:
    """Somebody with this personal ID number confirmed in the identity app that a carrier has this number in their name,
    which is the same as to answer for it: it as it was, and as it is now. Nothing where it stands in no register, or
    for somebody else, or where the answer proves nothing (`answers.possible`)."""
    await apart.prove_together(unit, family_id)
    before = await store.seize(unit, family_id, number_digest)
    if before is None or before.holder_digest != digest_of_holder(blind, id_number):
        return None
    if Answer.MINE not in answers.possible(before):
        return None
    after = answers.confirmed(before, policy, unit.now)
    await store.write(unit, after)
    return before, after


async def leave(unit: Unit, family_id: str, number_digest: str, holder_digest: str | None) -> None:
    """The carrier released this number of somebody's: what stands under their papers of its devices alone stands there
    no more. What a register told stays, until the next one tells otherwise."""
    await apart.prove_together(unit, family_id)
    before = await store.seize(unit, family_id, number_digest)
    if before is None or before.upload_id != NO_UPLOAD or before.holder_digest != holder_digest:
        return
    await store.write(unit, recycled(before, unit.now))


async def phone_numbers(unit: Reading, sealer: Sealer, family_id: str, number_ids: Collection[str]) -> dict[str, str]:
    """The numbers of a carrier under these ids, in the form of E.164, for the carrier."""
    key = await carrier_key.find_key(unit, sealer, family_id) if number_ids else None
    if key is None:
        return {}
    sealed = await telling_store.sealed_numbers(unit, family_id, number_ids)
    return {number_id: key.open(text) for number_id, text in sealed.items()}


async def forget_holder(unit: Unit, blind: BlindIndex, id_number: str) -> None:
    """Take somebody whose data are destroyed off the numbers of registers, which stay the carriers'."""
    await store.forget_holder(unit, digest_of_holder(blind, id_number))


async def forget_carrier(unit: Unit, family_id: str) -> None:
    """A carrier is no client any more: its numbers can be read by nobody from now on, and `forget_unreadable` takes
    them away. Its uploads are forgotten at once."""
    await carrier_key.destroy_key(unit, family_id)
    await uploads.forget(unit, family_id)


async def forget_unreadable(unit: Unit, portion: int) -> int:
    """Delete numbers whose carrier was deleted, so many at once; how many there were."""
    family_id = await carrier_key.find_destroyed(unit)
    if family_id is None:
        return 0
    deleted = await store.delete_of_family(unit, family_id, portion)
    if deleted < portion:
        await carrier_key.forget_destroyed(unit, family_id)
    return deleted
