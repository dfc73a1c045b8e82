"""What a client of a carrier is told next, as the claims of security events; and what a carrier says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vneid_idp.instructions import answers, stream
from vneid_idp.instructions.rules import Instruction, Outcome, Refusal, UnknownInstruction
from vneid_idp.kernel.clock import Instant, to_rfc3339
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.security_events import security_event_claims
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.who_is_carrier import carrier_of, hold_carrier


@dataclass(frozen=True, slots=True)
class InstructionTold:
    """An instruction, and the number that it is about in the form of E.164."""

    instruction: Instruction
    phone_number: str

    def claims(self, issuer: str, now: Instant) -> dict[str, Any]:
        """The claims of the event that brings it. No event is issued after `now`, since libraries refuse a token of a
        time to come: the sandbox lets days pass for numbers, and applications keep their clocks."""
        each = self.instruction
        event = {
            "order": each.place,
            "trigger": each.reason.trigger,
            "since": to_rfc3339(each.reason.since),
            "due_at": to_rfc3339(each.due_at),
            "answer_by": to_rfc3339(each.answer_by),
        }
        if each.reason.legal_reference is not None:
            event["legal_reference"] = each.reason.legal_reference
        return security_event_claims(
            issuer, each.client_id, each.instruction_id, each.kind, self.phone_number, min(each.made_at, now), event
        )


async def list_to_tell(
    unit: Reading, sealer: Sealer, client: Client, *, most: int, since: Instant = 0
) -> tuple[InstructionTold, ...]:
    """What a client has not received yet of what was made from `since` on: of each number the first, the oldest first.
    Raises `CarrierUnknown`."""
    family_id = carrier_of(client)
    found = await stream.list_unreceived(unit, client.client_id, family_id, since=since, most=most)
    return await _with_numbers(unit, sealer, family_id, found)


async def list_told(
    unit: Reading, sealer: Sealer, family_id: str, *, after: str | None, limit: int, only_open: bool
) -> tuple[InstructionTold, ...]:
    """See `instructions.answers.list_of_family`."""
    found = await answers.list_of_family(unit, family_id, after=after, limit=limit, only_open=only_open)
    return await _with_numbers(unit, sealer, family_id, found)


async def receive(unit: Unit, client: Client, ids: Sequence[str], errors: Mapping[str, str]) -> None:
    """Write down what a client says it received, and by its code what it could not read; of instructions to others
    nothing. Raises as `hold_carrier`."""
    await hold_carrier(unit, client)
    await stream.note_received(unit, client.client_id, [each for each in ids if each not in errors])
    for code in sorted(set(errors.values())):
        unread = [instruction_id for instruction_id, its in errors.items() if its == code]
        await stream.note_received(unit, client.client_id, unread, code)


async def acknowledge(
    unit: Unit, sealer: Sealer, client: Client, instruction_id: str, outcome: Outcome, refusal: Refusal | None
) -> InstructionTold:
    """Write down what the carrier of a client says came of an instruction. Raises as `hold_carrier`, and
    `UnknownInstruction`, `AnsweredOtherwise`."""
    family_id = await hold_carrier(unit, client)
    found = await answers.acknowledge(unit, family_id, instruction_id, outcome, refusal)
    told = await _with_numbers(unit, sealer, family_id, (found,))
    if not told:
        raise UnknownInstruction
    return told[0]


async def _with_numbers(
    unit: Reading, sealer: Sealer, family_id: str, found: Sequence[Instruction]
) -> tuple[InstructionTold, ...]:
    numbers = await registered_numbers.phone_numbers(unit, sealer, family_id, {each.number_id for each in found})
    # None of a register that was deleted meanwhile.
    return tuple(InstructionTold(each, numbers[each.number_id]) for each in found if each.number_id in numbers)
