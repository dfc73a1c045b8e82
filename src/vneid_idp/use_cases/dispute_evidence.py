"""What the parties of a dispute tell, and what the carrier reads of it: it alone, and never who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.disputes import records
from vneid_idp.disputes.evidence import Evidence, read_evidence, write_evidence
from vneid_idp.disputes.rules import Dispute, Side
from vneid_idp.disputes.words import DisputeOver, UnknownDispute
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.carrier_key import find_key
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.end_dispute import of_party
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """A dispute, and the number that it is about in the form of E.164."""

    dispute: Dispute
    phone_number: str


async def give_evidence(
    unit: Unit, sealer: Sealer, person_id: str, session_id: str, dispute_id: str, evidence: Evidence
) -> Dispute:
    """Keep what a party tells, in place of what they told before.

    Raises `SignedOut`, `UnknownDispute`, `DisputeOver`.
    """
    await seize_signed_in(unit, person_id, session_id)
    await of_party(unit, person_id, dispute_id)
    held = await records.seize(unit, dispute_id)
    key = None if held is None else await find_key(unit, sealer, held.family_id)
    side = None if held is None else held.side_of(person_id)
    if held is None or side is None or key is None:
        raise UnknownDispute
    if held.ended_at is not None:
        raise DisputeOver
    sealed = key.seal_evidence(dispute_id, side, write_evidence(evidence))
    after = (
        replace(held, claimant_evidence=sealed, claimant_told_at=unit.now)
        if side is Side.CLAIMANT
        else replace(held, holder_evidence=sealed, holder_told_at=unit.now)
    )
    await records.write(unit, after)
    await record(unit, Event(EventKind.NUMBER_EVIDENCE_GIVEN, person_id, held.client_id, dispute_id))
    return after


async def get_of_family(unit: Reading, sealer: Sealer, family_id: str, dispute_id: str) -> DisputeTold:
    """A dispute of this carrier. Raises `UnknownDispute`, also for another's."""
    found = await records.find(unit, dispute_id)
    if found is None or found.family_id != family_id:
        raise UnknownDispute
    for told in await _with_numbers(unit, sealer, family_id, (found,)):
        return told
    raise UnknownDispute


async def list_of_family(
    unit: Reading, sealer: Sealer, family_id: str, *, after: str | None, limit: int, only_open: bool
) -> tuple[DisputeTold, ...]:
    """See `records.list_of_family`."""
    found = await records.list_of_family(unit, family_id, after=after, limit=limit, only_open=only_open)
    return await _with_numbers(unit, sealer, family_id, found)


async def evidence_for_carrier(unit: Reading, sealer: Sealer, dispute: Dispute) -> dict[Side, Evidence]:
    """What the parties told, for the carrier; nothing of who told nothing, or after it was erased."""
    key = await find_key(unit, sealer, dispute.family_id)
    sealed = {side: dispute.evidence_of(side) for side in Side}
    return {
        side: read_evidence(key.open_evidence(dispute.dispute_id, side, text))
        for side, text in sealed.items()
        if key is not None and text is not None
    }


async def _with_numbers(
    unit: Reading, sealer: Sealer, family_id: str, found: Sequence[Dispute]
) -> tuple[DisputeTold, ...]:
    numbers = await registered_numbers.phone_numbers(unit, sealer, family_id, {each.number_id for each in found})
    return tuple(DisputeTold(each, numbers[each.number_id]) for each in found if each.number_id in numbers)
