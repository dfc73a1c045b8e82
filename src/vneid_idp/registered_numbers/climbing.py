"""The ladder of a number that is not proved: what sets it on it, what is due next, and what each step writes. Pure."""

from dataclasses import replace
from datetime import date

from vneid_idp.kernel.clock import Instant, midnight
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.policy.ladder import Due, due_steps
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers.rules import Ladder, NextStep, RegisteredNumber
from vneid_idp.registers.classes import RowClass

CLEAN_UP_FROM = date(2026, 4, 15)
"""Circular 08/2026/TT-BKHCN Article 9: no ladder of its Article 10 began before."""

TRIGGERS: dict[RowClass, Trigger | None] = {
    # Nothing is kept of these two: there is no number, or it has its row.
    RowClass.MALFORMED: None,
    RowClass.DUPLICATE: None,
    RowClass.MACHINE: None,
    RowClass.INCOMPLETE: Trigger.DISOWNED,
    RowClass.ORGANISATION: Trigger.CLEAN_UP_2026,
    # What the law is not known to say takes nobody's number: in person, without a date.
    RowClass.UNDETERMINED: None,
    RowClass.FOREIGNER_PASSPORT: Trigger.FOREIGNER_PASSPORT,
    RowClass.NINE_DIGIT_CARD: Trigger.CLEAN_UP_2026,
    RowClass.NO_SUCH_PERSON: Trigger.DISOWNED,
    RowClass.DECEASED: Trigger.DISOWNED,
    RowClass.BIRTHDATE_DIFFERS: Trigger.DISOWNED,
    RowClass.NAME_DIFFERS: Trigger.DISOWNED,
    RowClass.TOO_MANY: Trigger.CLEAN_UP_2026,
    RowClass.MINOR: Trigger.CLEAN_UP_2026,
    RowClass.FOREIGNER_CARD: None,
    RowClass.CONSISTENT: Trigger.CLEAN_UP_2026,
}
"""What sets a number of each class on the ladder (Circular 08/2026/TT-BKHCN Article 10)."""

_FACTS = {Step.ONE_WAY: "one_way_at", Step.TWO_WAY: "two_way_at", Step.ENDED: "ended_at"}
"""What a suspension writes."""


def first_ladder(row_class: RowClass, *, authenticated: bool, now: Instant) -> Ladder | None:
    """The ladder of a number that a register tells of for the first time; none where its holder was authenticated as
    the law asks and the row agrees with the population register.

    It begins when the register arrives, and never before: nobody is cut off by a date that passed before they could be
    asked.
    """
    trigger = TRIGGERS[row_class]
    if trigger is None or (authenticated and row_class is RowClass.CONSISTENT):
        return None
    return Ladder(trigger, max(now, midnight(CLEAN_UP_FROM)))


def steps_of(policy: Policy, ladder: Ladder) -> tuple[Due, ...]:
    """All steps of a ladder, from the first to the last."""
    return due_steps(policy, ladder.trigger, ladder.since)


def next_of(number: RegisteredNumber, steps: tuple[Due, ...]) -> NextStep | None:
    """What is due next of the `steps` of its ladder; nothing while it is disputed, and of one that is proved or has
    ended."""
    facts = number.facts
    if number.ladder is None or facts.ended_at or facts.proved_at or facts.disputed_at:
        return None
    notices = [due for due in steps if due.step is Step.NOTICE][number.ladder.notices :]
    suspensions = [due for due in steps if due.step in _FACTS and getattr(facts, _FACTS[due.step]) is None]
    # Whoever is cut off already is not told any more that this is to come.
    coming = suspensions if facts.one_way_at else [*notices, *suspensions]
    return NextStep(coming[0].step, coming[0].at) if coming else None


def coming_of(number: RegisteredNumber, policy: Policy) -> NextStep | None:
    """The next suspension, or the end, whatever notices come before; nothing where none is known to come."""
    if number.ladder is None:
        return None
    suspensions = tuple(due for due in steps_of(policy, number.ladder) if due.step is not Step.NOTICE)
    return next_of(number, suspensions)


def taken(number: RegisteredNumber, due: Due, steps: tuple[Due, ...], now: Instant) -> RegisteredNumber:
    """The number after a step was taken."""
    if due.step is Step.NOTICE:
        assert number.ladder is not None, "only a number on the ladder has steps"
        told = replace(number, ladder=replace(number.ladder, notices=number.ladder.notices + 1))
        after = told.with_facts(asked_at=number.facts.asked_at or now)
    else:
        after = number.with_facts(**{_FACTS[due.step]: now})
    return replace(after, next_step=next_of(after, steps))


def put_on(number: RegisteredNumber, ladder: Ladder | None, policy: Policy) -> RegisteredNumber:
    """The number on a ladder, or on none: what is due next follows from it."""
    on = replace(number, ladder=ladder)
    return replace(on, next_step=None if ladder is None else next_of(on, steps_of(policy, ladder)))


def proved(number: RegisteredNumber, now: Instant) -> RegisteredNumber:
    """The number after its holder was authenticated: whatever cut it off is undone, and nothing is due any more."""
    restored = number.with_facts(proved_at=now, disowned_at=None, disputed_at=None, one_way_at=None, two_way_at=None)
    return replace(restored, ladder=None, next_step=None)
