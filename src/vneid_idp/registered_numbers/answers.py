"""What follows when somebody says of a number under their papers that it is theirs, or that it is not. Pure.

Circular 08/2026/TT-BKHCN Article 10: who confirmed a number in the identity app is not checked again, unless the number
rests on an old card, for which the carrier has to ask for a face; what is disowned is told, and then cut off.
"""

from enum import StrEnum

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.intervals import Trigger
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers.climbing import proved, put_on
from vneid_idp.registered_numbers.rules import OVER, Ladder, RegisteredNumber, RegisteredState
from vneid_idp.registers.classes import RowClass


class Answer(StrEnum):
    """What somebody says of a number."""

    MINE = "mine"
    NOT_MINE = "not_mine"


class NotToBeAnswered(DomainError):
    """Nobody is asked about this number, or not any more."""

    code = "number_not_to_be_answered"
    status = 409
    title = "This number cannot be answered for any more. Look at your numbers again: something changed meanwhile."


AGREE = frozenset({RowClass.CONSISTENT, RowClass.TOO_MANY, RowClass.ORGANISATION, RowClass.FOREIGNER_CARD})
"""Classes in which the register and the identity agree about who uses the number: a confirmation proves it. Of all
others something is missing or wrong that only the carrier can set right."""


def possible(number: RegisteredNumber) -> frozenset[Answer]:
    """What may be said of a number now. While two people say that it is theirs the carrier has to decide."""
    if number.state in OVER or number.state is RegisteredState.DISPUTED or number.absent_at is not None:
        return frozenset()
    facts = number.facts
    # Whoever has another device shows their face at the carrier (Article 8): to say that it is theirs proves nothing.
    said = {Answer.MINE} if number.rechecks or facts.confirmed_at or facts.proved_at else set()
    return frozenset(Answer) - (said | ({Answer.NOT_MINE} if facts.disowned_at else set()))


def answered(number: RegisteredNumber, answer: Answer, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number after an answer. Raises `NotToBeAnswered`."""
    if answer not in possible(number):
        raise NotToBeAnswered
    return confirmed(number, policy, now) if answer is Answer.MINE else disowned(number, policy, now)


def confirmed(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number after its holder said that it is theirs."""
    said = number.with_facts(confirmed_at=now, disowned_at=None)
    if number.row_class in AGREE:
        return proved(said, now)
    if number.row_class is RowClass.NINE_DIGIT_CARD and number.facts.one_way_at is None:
        return put_on(said, Ladder(Trigger.NINE_DIGIT_CARD, now), policy)
    # What the carrier has to set right it has to set right in the same time.
    return said


def disowned(number: RegisteredNumber, policy: Policy, now: Instant) -> RegisteredNumber:
    """The number after its holder said that it is not theirs."""
    said = number.with_facts(disowned_at=now, confirmed_at=None, proved_at=None)
    # Nor does whoever has another device gain time, and their word would be good again.
    runs = number.ladder is not None and (
        number.ladder.trigger is Trigger.DISOWNED or number.facts.one_way_at is not None or number.rechecks
    )
    return said if runs else put_on(said, Ladder(Trigger.DISOWNED, now), policy)
