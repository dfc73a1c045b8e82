"""Somebody says of a number that a carrier registered under their papers: it is mine, or it is not."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.disputes.rules import Dispute
from vneid_idp.instructions import service as instructions
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.answers import Answer
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.service import NumberNotRegistered
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.claim_number import Desk, claim_registered
from vneid_idp.use_cases.prove_holder import require_level_2
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in

_EVENTS = {Answer.MINE: EventKind.NUMBER_CONFIRMED, Answer.NOT_MINE: EventKind.NUMBER_DISOWNED}


async def answer_for_number(
    unit: Unit, desk: Desk, person_id: str, session_id: str, number_id: str, said: Answer
) -> RegisteredNumber | Dispute:
    """Write the answer, tell the carrier what follows from it at once, and put it on record; the number as it is now.
    Where another has the number bound, the word that it is theirs begins a dispute instead, and proves nothing.

    The answer authenticates the holder of the number (Circular 08/2026/TT-BKHCN Art. 10), so it takes what binding one
    in the identity app does. Raises `SignedOut`, `NumberLevelRequired`, `NumberNotRegistered` and `NotToBeAnswered`,
    and as `claim_registered`.
    """
    await seize_signed_in(unit, person_id, session_id)
    id_number = (await require_level_2(unit, desk.vault, person_id, session_id)).record.personal_number
    if said is Answer.MINE:
        found = await registered_numbers.find_of_holder(unit, desk.blind, id_number, number_id)
        if found is None:
            raise NumberNotRegistered
        opened = await claim_registered(unit, desk, person_id, found)
        if opened is not None:
            return opened
    before, after = await registered_numbers.answer(unit, desk.blind, id_number, number_id, said, desk.policy)
    await instructions.restore(unit, [(before, after)])
    data = {"before": before.state.value, "now": after.state.value}
    await record(unit, Event(_EVENTS[said], person_id, after.client_id, number_id, data))
    return after
