"""Somebody says of a number that a carrier registered under their papers: it is mine, or it is not."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.vault import Vault
from vneid_idp.instructions import service as instructions
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.levels import LEVEL_2, LEVELS, reached
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.answers import Answer
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import seize_signed_in

_EVENTS = {Answer.MINE: EventKind.NUMBER_CONFIRMED, Answer.NOT_MINE: EventKind.NUMBER_DISOWNED}


class NumberLevelRequired(DomainError):
    """The holder signed in below the level at which a number can be answered for."""

    code = "number_level_required"
    status = 403
    title = "Sign in at level 2 to say whether a number is yours. Nothing was changed."


async def answer_for_number(
    unit: Unit, vault: Vault, blind: BlindIndex, person_id: str, session_id: str, number_id: str, said: Answer,
    policy: Policy,
) -> RegisteredNumber:  # fmt: skip
    """Write the answer, tell the carrier what follows from it at once, and put it on record; the number as it is now.

    The answer authenticates the holder of the number (Circular 08/2026/TT-BKHCN Art. 10), so it takes what binding one
    in the identity app does. Raises `SignedOut`, `NumberLevelRequired`, `NumberNotRegistered` and `NotToBeAnswered`.
    """
    await seize_signed_in(unit, person_id, session_id)
    session = await sessions.find_session(unit, person_id, session_id)
    found = await accounts.find_with_profile(unit, vault, person_id)
    assert session is not None, "checked in this unit"
    assert found is not None, "checked in this unit"
    account, profile = found
    if reached(account.level, session.methods) < LEVELS[LEVEL_2]:
        raise NumberLevelRequired
    before, after = await registered_numbers.answer(
        unit, blind, profile.record.personal_number, number_id, said, policy
    )
    await instructions.restore(unit, [(before, after)])
    data = {"before": before.state.value, "now": after.state.value}
    await record(unit, Event(_EVENTS[said], person_id, after.client_id, number_id, data))
    return after
