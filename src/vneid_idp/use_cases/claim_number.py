"""Somebody says that a number is theirs which a carrier has bound to another person: a dispute, for it to decide.

Nothing can be claimed but what a carrier itself put to the person: a number that its register has under their papers,
or one that they confirmed and that it could not bind to them. So whoever claims numbers at random learns nothing here,
and nobody learns who the other is. While the dispute lasts the number counts for nobody.
"""

from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number, number_of
from vneid_idp.disputes import records, refusals
from vneid_idp.disputes.rules import (
    BUDGET,
    HEARD_FOR,
    REFUSALS_KEPT,
    BoundTo,
    Case,
    Claim,
    ClaimBasis,
    Dispute,
    Side,
    case_of,
    due_at,
    within_budget,
)
from vneid_idp.disputes.words import ClaimWaits, NothingToClaim, TooManyClaims
from vneid_idp.identity import accounts
from vneid_idp.identity.vault import Vault
from vneid_idp.instructions import service as instructions
from vneid_idp.instructions.rules import decision
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.registered_numbers.disputing import disputed, may_be_claimed
from vneid_idp.registered_numbers.held import add_row, seize_row, write_row
from vneid_idp.registered_numbers.rechecking import UntoldNumber
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.service import NumberNotRegistered, digest_of_holder
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.prove_holder import require_level_2
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in

_REFUSALS: dict[Case, type[DomainError]] = {Case.WAITS: ClaimWaits, Case.HEARD: ClaimWaits}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a dispute is opened with."""

    vault: Vault
    sealer: Sealer
    blind: BlindIndex
    policy: Policy


async def note_refused(
    unit: Unit, vault: Vault, blind: BlindIndex, client: Client, person_id: str, confirmed: Detail
) -> None:
    """Remember that a carrier could not bind to a person what they confirmed, since it is bound to another: they can
    claim it at their own pages. Called after the unit in which it was refused, of which nothing stays."""
    family_id, phone_number = carrier_of(client), confirmed["phone_number"]
    key = await vault.find_key(unit, person_id)
    if key is not None:
        number = digest_of_number(blind, family_id, phone_number)
        await refusals.keep(unit, key, person_id, family_id, client.client_id, number, phone_number)


async def claim_refused(unit: Unit, desk: Desk, person_id: str, session_id: str, refusal_id: str) -> Dispute | None:
    """Claim a number that a carrier could not bind to somebody; nothing where nobody else has it any more, and the
    carrier can bind it.

    Raises `SignedOut`, `NumberLevelRequired`, `NothingToClaim`, `ClaimWaits` and `TooManyClaims`.
    """
    await seize_signed_in(unit, person_id, session_id)
    await require_level_2(unit, desk.vault, person_id, session_id)
    key = await desk.vault.find_key(unit, person_id)
    since = unit.now - REFUSALS_KEPT
    refused = None if key is None else await refusals.find(unit, key, person_id, refusal_id, since)
    if refused is None:
        raise NothingToClaim
    held = await engine.seize_by_resource(unit, SUBSCRIBER_NUMBER, refused.family_id, refused.number_digest)
    opened = await _open(unit, desk, person_id, ClaimBasis.REFUSED, held, refused.phone_number, None)
    await refusals.remove(unit, person_id, refused.family_id, refused.number_digest)
    return opened


async def claim_registered(unit: Unit, desk: Desk, person_id: str, number: RegisteredNumber) -> Dispute | None:
    """Somebody who is seized says that a number which a register has under their papers is theirs; nothing where nobody
    else has it bound, and the answer counts as ever. Raises `ClaimWaits` and `TooManyClaims`."""
    held = await engine.seize_by_resource(unit, SUBSCRIBER_NUMBER, number.family_id, number.number_digest)
    return await _open(unit, desk, person_id, ClaimBasis.REGISTER, held, None, number)


async def _open(
    unit: Unit,
    desk: Desk,
    person_id: str,
    basis: ClaimBasis,
    held: SubscriberNumber | None,
    phone_number: str | None,
    own_row: RegisteredNumber | None,
) -> Dispute | None:
    if held is None:
        return None
    digest = await engine.held_by(unit, SUBSCRIBER_NUMBER, held)
    assert digest is not None, "it is live"
    is_open = await records.find_open(unit, held.family_id, digest) is not None
    was_lost = await records.was_lost(unit, person_id, held.binding_id, unit.now - HEARD_FOR)
    whose = BoundTo.CLAIMANT if held.person_id == person_id else BoundTo.ANOTHER
    stands = own_row is None or may_be_claimed(own_row) or is_open
    case = case_of(Claim(basis, whose, row_stands=stands, is_open=is_open, was_lost=was_lost))
    if case in _REFUSALS:
        raise _REFUSALS[case]
    if case is not Case.DISPUTE:
        return None
    if not within_budget(*await records.claimed(unit, person_id, unit.now - BUDGET)):
        raise TooManyClaims
    row = await _row(unit, desk, held, digest, phone_number)
    if own_row is not None and (row.number_id != own_row.number_id or not may_be_claimed(row)):
        raise NumberNotRegistered  # of another since it was read
    dispute = Dispute(
        dispute_id=new_id("dsp"),
        family_id=held.family_id,
        client_id=held.client_id,
        number_id=row.number_id,
        number_digest=digest,
        binding_client_id=held.client_id,
        binding_id=held.binding_id,
        basis=basis,
        row_of=await _row_of(unit, desk, row, person_id, held.person_id),
        claimant_id=person_id,
        holder_id=held.person_id,
        opened_at=unit.now,
        due_at=due_at(desk.policy, unit.now),
    )
    if not await records.add(unit, dispute):
        raise ClaimWaits
    await engine.try_move(
        unit, SUBSCRIBER_NUMBER, held.client_id, held.binding_id, NumberMove.DISPUTE, {"by": "provider"}
    )
    after = disputed(row, unit.now)
    await write_row(unit, after)
    await instructions.give(unit, [decision(after, dispute.due_at, unit.now)])
    await record(unit, Event(EventKind.NUMBER_CLAIMED, person_id, held.client_id, dispute.dispute_id))
    return dispute


async def _row(
    unit: Unit, desk: Desk, held: SubscriberNumber, number_digest: str, phone_number: str | None
) -> RegisteredNumber:
    """The carrier's row of a number that is bound to somebody, made where no register told of it yet."""
    found = await seize_row(unit, held.family_id, number_digest)
    if found is not None:
        return found
    key = await desk.vault.find_key(unit, held.person_id)
    phone = phone_number if key is None else number_of(key, held)
    assert phone is not None, "whoever holds it has a key, and a claim without a row names it"
    holder = await _digest_of(unit, desk, held.person_id)
    untold = UntoldNumber(held.family_id, held.client_id, number_digest, phone, holder)
    return await add_row(unit, desk.sealer, untold)


async def _row_of(unit: Unit, desk: Desk, row: RegisteredNumber, claimant_id: str, holder_id: str) -> Side | None:
    for side, person_id in ((Side.CLAIMANT, claimant_id), (Side.HOLDER, holder_id)):
        if row.holder_digest is not None and row.holder_digest == await _digest_of(unit, desk, person_id):
            return side
    return None


async def _digest_of(unit: Unit, desk: Desk, person_id: str) -> str | None:
    """The digest under which registers have somebody's papers; nothing of who is forgotten."""
    found = await accounts.find_with_profile(unit, desk.vault, person_id)
    return None if found is None else digest_of_holder(desk.blind, found[1].record.personal_number)
