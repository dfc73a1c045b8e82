"""The ladder of a number that is not proved: what sets it on it, what is due next, and what each step writes. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from vneid_idp.kernel.clock import DAY, Instant, midnight
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
    # As of anybody whom nobody confirmed yet: nothing was found against it.
    RowClass.NOT_COMPARED: Trigger.CLEAN_UP_2026,
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
    """What is due next of the `steps` of its ladder; nothing while it is disputed, and of one that is proved, has ended
    or stands in the register no more.

    What was taken a day late or more puts off by as much whatever comes after it: somebody has from one step to the
    next the days that the law gives, also where no worker ran for a while.
    """
    return _next_step(_to_come(number, steps))


def coming_of(number: RegisteredNumber, policy: Policy) -> NextStep | None:
    """The next suspension, or the end, whatever notices come before; nothing where none is known to come."""
    if number.ladder is None:
        return None
    to_come = _to_come(number, steps_of(policy, number.ladder))
    return _next_step([due for due in to_come if due.step is not Step.NOTICE])


def _next_step(to_come: Sequence[Due]) -> NextStep | None:
    return NextStep(to_come[0].step, to_come[0].at) if to_come else None


def _to_come(number: RegisteredNumber, steps: tuple[Due, ...]) -> Sequence[Due]:
    """What is still to come of the steps, from the first to the last."""
    facts, ladder = number.facts, number.ladder
    if ladder is None or facts.ended_at or facts.proved_at or facts.disputed_at or number.absent_at:
        return ()
    coming = [due for due in steps if due.step in _FACTS and getattr(facts, _FACTS[due.step]) is None]
    # Whoever is cut off already is not told any more that this is to come.
    if facts.one_way_at is None:
        coming = [*[due for due in steps if due.step is Step.NOTICE][ladder.notices :], *coming]
    late = put_off_by(number, ladder, steps)
    return [replace(due, at=due.at + late) for due in coming] if late else coming


def put_off_by(number: RegisteredNumber, ladder: Ladder, steps: tuple[Due, ...]) -> Instant:
    """By how much whatever comes after the last step that was taken is put off: by as much as that was late, where it
    was so by a day or more."""
    notices = [due for due in steps if due.step is Step.NOTICE]
    taken_at = [(due, ladder.noticed_at) for due in notices[: ladder.notices]]
    taken_at += [(due, getattr(number.facts, _FACTS[due.step])) for due in steps if due.step in _FACTS]
    late = next((at - due.at for due, at in reversed(taken_at) if at is not None), 0)
    return late if late >= DAY else 0


def stepped(number: RegisteredNumber, steps: tuple[Due, ...], now: Instant) -> tuple[RegisteredNumber, Due | None]:
    """The number after the next step, and which it was, where it is due. Else none was taken, and what is due next is
    as the policy has it by now."""
    to_come = _to_come(number, steps)
    if not to_come or to_come[0].at > now:
        return replanned(number, steps), None
    return taken(number, to_come[0], steps, now), to_come[0]


def replanned(number: RegisteredNumber, steps: tuple[Due, ...]) -> RegisteredNumber:
    """The number when what is due next of it is as the policy has it by now."""
    return replace(number, next_step=next_of(number, steps))


def taken(number: RegisteredNumber, due: Due, steps: tuple[Due, ...], now: Instant) -> RegisteredNumber:
    """The number after a step was taken."""
    if due.step is Step.NOTICE:
        assert number.ladder is not None, "only a number on the ladder has steps"
        told = replace(number, ladder=replace(number.ladder, notices=number.ladder.notices + 1, noticed_at=now))
        after = told.with_facts(asked_at=number.facts.asked_at or now)
    else:
        after = number.with_facts(**{_FACTS[due.step]: now})
    return replanned(after, steps)


def put_on(number: RegisteredNumber, ladder: Ladder | None, policy: Policy) -> RegisteredNumber:
    """The number on a ladder, or on none: what is due next follows from it."""
    return replanned(replace(number, ladder=ladder), () if ladder is None else steps_of(policy, ladder))


def device_changed(before: RegisteredNumber, at: Instant, policy: Policy) -> RegisteredNumber:
    """The number after it was told of as one in another device: the proof of before counts no more, and no word or row
    takes its place. It is on the ladder of changed devices, unless it is cut off already, or the ladder that it is on
    cuts it off sooner: nobody gains time by another device, nor by a third one. Of what has ended nothing follows."""
    if before.facts.ended_at is not None:
        return before
    number = before.with_facts(proved_at=None, device_changed_at=at)
    changed = put_on(number, Ladder(Trigger.DEVICE_CHANGE, at), policy)
    if before.ladder is None:
        return changed
    as_before = put_on(number, before.ladder, policy)
    if before.facts.one_way_at is not None:
        return as_before
    sooner, later = coming_of(as_before, policy), coming_of(changed, policy)
    return as_before if sooner is not None and (later is None or sooner.at <= later.at) else changed


def proved(number: RegisteredNumber, now: Instant) -> RegisteredNumber:
    """The number after its holder was authenticated: whatever cut it off is undone, and nothing is due any more."""
    undone = ("disowned_at", "disputed_at", "device_changed_at", "one_way_at", "two_way_at")
    restored = number.with_facts(proved_at=now, **dict.fromkeys(undone))
    return replace(restored, ladder=None, next_step=None)
