"""A dispute about a number ends: the carrier decides, a party gives up, or one of them, or what it rests on, is gone.

One function does what follows, whatever ended it: the loser's binding is released, or their row disowned, the winner's
confirmed, the carrier told, and both parties, each in the own history.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove, NumberState
from vneid_idp.disputes import records, refusals
from vneid_idp.disputes.rules import (
    DISPUTES_KEPT,
    EVIDENCE_KEPT,
    REFUSALS_KEPT,
    DecisionReason,
    Dispute,
    DisputeEnd,
    Side,
    Standing,
    Whose,
    ended_by_itself,
)
from vneid_idp.disputes.words import DisputeOver, UnknownDispute
from vneid_idp.identity import accounts
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.instructions import answers as told
from vneid_idp.instructions import service as instructions
from vneid_idp.instructions.rules import Outcome
from vneid_idp.policy import service as policies
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.client import Client
from vneid_idp.registered_numbers.disputing import nobodys, overruled, undisputed, upheld
from vneid_idp.registered_numbers.held import find_row, seize_row, write_row
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.storage.unit import Database, Reading, Unit
from vneid_idp.use_cases.lose_number import Lost, Secrets, lose_numbers
from vneid_idp.use_cases.prove_holder import require_level_2
from vneid_idp.use_cases.who_is_carrier import hold_carrier
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in

_PAGE = 200
_SIDES: Mapping[Whose, Side | None] = {
    Whose.CLAIMANT: Side.CLAIMANT,
    Whose.HOLDER: Side.HOLDER,
    Whose.NEITHER: None,
}


async def decide_dispute(
    unit: Unit,
    secrets: Secrets,
    client: Client,
    dispute_id: str,
    whose: Whose,
    reason: DecisionReason,
    policy: Policy,
) -> Dispute:
    """The carrier of a client decides. To decide the same again changes nothing.

    Raises as `hold_carrier`, `UnknownDispute`, also for another carrier's, and `DisputeOver` where it ended otherwise.
    """
    family_id = await hold_carrier(unit, client)
    found = await records.find(unit, dispute_id)
    if found is None or found.family_id != family_id:
        raise UnknownDispute
    held = await _hold(unit, found)
    if held.ended_at is None:
        own = await _itself(unit, held)
        if own is None:
            after = await _end(unit, held, whose, DisputeEnd.DECIDED, policy, reason)
            await _take_along(unit, secrets, after)
            return after
        held = await _end(unit, held, *own, policy)
    if (held.ended, held.whose, held.reason) != (DisputeEnd.DECIDED, whose, reason):
        raise DisputeOver
    return held


async def give_up(
    unit: Unit, secrets: Secrets, person_id: str, session_id: str, dispute_id: str, policy: Policy
) -> Dispute:
    """A party says that the number is not theirs after all. A holder's word gives it away, and disowns the row of it,
    so it takes what that takes without a dispute.

    Raises `SignedOut`, `NumberLevelRequired`, `UnknownDispute`, `DisputeOver`.
    """
    await seize_signed_in(unit, person_id, session_id)
    await require_level_2(unit, secrets.vault, person_id, session_id)
    held = await _hold(unit, await of_party(unit, person_id, dispute_id))
    if held.ended_at is not None:
        raise DisputeOver
    whose = Whose.HOLDER if held.side_of(person_id) is Side.CLAIMANT else Whose.CLAIMANT
    after = await _end(unit, held, whose, DisputeEnd.GIVEN_UP, policy)
    await _take_along(unit, secrets, after)
    return after


async def _take_along(unit: Unit, secrets: Secrets, ended: Dispute) -> None:
    """End what rests on a number that its holder lost: whoever gets it gets the codes that are sent to it."""
    row = await find_row(unit, ended.family_id, ended.number_digest)
    if row is None or ended.whose is Whose.HOLDER:
        return
    found = None
    if ended.whose is Whose.CLAIMANT:
        found = await accounts.find_with_profile(unit, secrets.vault, ended.claimant_id)
    papers = None if found is None else digest_of_holder(secrets.blind, found[1].record.personal_number)
    # Who is told that somebody was signed out is told by the worker that sends.
    await lose_numbers(unit, secrets, [Lost(row, Cause.RECYCLED, papers)])


async def of_party(unit: Reading, person_id: str, dispute_id: str) -> Dispute:
    """A dispute of somebody. Raises `UnknownDispute`."""
    found = await records.find(unit, dispute_id)
    if found is None or found.side_of(person_id) is None:
        raise UnknownDispute
    return found


async def settle_disputes_of(unit: Unit, person_id: str) -> None:
    """End those disputes of somebody that are over by themselves: something of theirs was released, or they can hold
    nothing any more. Whoever does that calls this in the same unit."""
    for found in await records.open_of_person(unit, person_id):
        await _settle(unit, found)


async def settle_disputes(db: Database) -> int:
    """End whatever is over by itself, and erase and delete what was kept long enough; how many ended. Called by a
    background worker, for what no request sees: a row that is missing in the next register."""
    settled, after = 0, records.FIRST
    while True:
        async with db.reading() as unit:
            page = await records.walk_open(unit, after, _PAGE)
            over = [each for each in page if await _itself(unit, each) is not None]
        for each in over:
            settled += await db.transact(partial(_settle_one, each))
        if len(page) < _PAGE:
            await db.transact(_sweep)
            return settled
        after = page[-1].dispute_id


async def _settle_one(found: Dispute, unit: Unit) -> int:
    return int(await _settle(unit, found))


async def _sweep(unit: Unit) -> None:
    await records.erase_evidence(unit, unit.now - EVIDENCE_KEPT)
    await records.forget_ended(unit, unit.now - DISPUTES_KEPT)
    await refusals.sweep(unit, unit.now - REFUSALS_KEPT)


async def _settle(unit: Unit, found: Dispute) -> bool:
    held = await _hold(unit, found)
    own = None if held.ended_at is not None else await _itself(unit, held)
    if own is None:
        return False
    await _end(unit, held, *own, await policies.published(unit))
    return True


async def _hold(unit: Unit, found: Dispute) -> Dispute:
    """The dispute, held until the unit ends, after the binding that it is about: in the order in which whoever releases
    one comes."""
    await engine.seize_by_resource(unit, SUBSCRIBER_NUMBER, found.family_id, found.number_digest)
    held = await records.seize(unit, found.dispute_id)
    if held is None:
        raise UnknownDispute
    return held


async def _itself(unit: Reading, dispute: Dispute) -> tuple[Whose, DisputeEnd] | None:
    bound = await engine.find(unit, SUBSCRIBER_NUMBER, dispute.binding_client_id, dispute.binding_id)
    row = await find_row(unit, dispute.family_id, dispute.number_digest)
    return ended_by_itself(
        Standing(
            basis=dispute.basis,
            is_bound=bound is not None and bound.state is not NumberState.RELEASED,
            claimant_is_there=await _is_there(unit, dispute.claimant_id),
            holder_is_there=await _is_there(unit, dispute.holder_id),
            row_stands=_stands(row, dispute),
        )
    )


def _stands(row: RegisteredNumber | None, dispute: Dispute) -> bool:
    return (
        row is not None and row.number_id == dispute.number_id and row.absent_at is None and row.facts.ended_at is None
    )


async def _is_there(unit: Reading, person_id: str) -> bool:
    account = await accounts.find(unit, person_id)
    return account is not None and account.is_open and account.deceased_at is None


async def _end(
    unit: Unit,
    held: Dispute,
    whose: Whose,
    how: DisputeEnd,
    policy: Policy,
    reason: DecisionReason | None = None,
) -> Dispute:
    """End a dispute that is held, for one of them or for nobody."""
    after = replace(held, ended_at=unit.now, ended=how, whose=whose, reason=reason)
    await records.write(unit, after)
    move = NumberMove.SETTLE if whose is Whose.HOLDER else NumberMove.RELEASE
    # One that is released already is what ended the dispute.
    await engine.try_move(
        unit, SUBSCRIBER_NUMBER, held.binding_client_id, held.binding_id, move, {"by": "provider", "cause": "dispute"}
    )
    row = await seize_row(unit, held.family_id, held.number_digest)
    if row is not None and row.facts.disputed_at is not None:
        now = _row_after(row, held.row_of, whose, how, policy, unit.now)
        await write_row(unit, now)
        await instructions.restore(unit, [(row, now)])
    await told.settle_decision(unit, held.number_id, Outcome.DONE if how is DisputeEnd.DECIDED else Outcome.SUPERSEDED)
    for side, person_id in ((Side.CLAIMANT, held.claimant_id), (Side.HOLDER, held.holder_id)):
        data = {"for_you": _SIDES[whose] is side, "why": how.value}
        await record(unit, Event(EventKind.NUMBER_CLAIM_ENDED, person_id, held.client_id, held.dispute_id, data))
    return after


def _row_after(
    row: RegisteredNumber, side: Side | None, whose: Whose, how: DisputeEnd, policy: Policy, now: int
) -> RegisteredNumber:
    """What the end makes of the carrier's row, which is of the party `side`, or of somebody else."""
    lost = side is not None and _SIDES[whose] is not side
    if lost and how in (DisputeEnd.DECIDED, DisputeEnd.GIVEN_UP):
        return nobodys(row, policy, now) if whose is Whose.NEITHER else overruled(row, policy, now)
    # A claimant's word counts now; of a holder nobody was asked.
    return upheld(row, policy, now) if side is Side.CLAIMANT and not lost else undisputed(row, policy, now)
