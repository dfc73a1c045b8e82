"""What sets a number of a register on the ladder, what is due next, and what ends it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support.registered import ARRIVED, NUMBER
from vneid_idp.kernel.clock import DAY, HOUR, Instant, local_date, midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers.climbing import (
    TRIGGERS,
    device_changed,
    first_ladder,
    next_of,
    proved,
    put_on,
    stepped,
    steps_of,
    taken,
)
from vneid_idp.registered_numbers.rules import Ladder, NextStep, NumberFacts, RegisteredNumber, RegisteredState
from vneid_idp.registers.classes import RowClass


def climb(number: RegisteredNumber) -> list[tuple[RegisteredState, Step, str]]:
    """Take every step when it is due: the state after each, which it was, and the day."""
    assert number.ladder is not None
    steps, found = steps_of(shipped(), number.ladder), []
    while (due := number.next_step) is not None:
        number = taken(
            number, next(each for each in steps if (each.step, each.at) == (due.step, due.at)), steps, due.at
        )
        found.append((number.state, due.step, local_date(due.at).isoformat()))
    return found


def test_every_class_says_what_it_sets_a_number_on() -> None:
    assert set(TRIGGERS) == set(RowClass)


@pytest.mark.parametrize(
    ("row_class", "authenticated", "trigger"),
    [
        (RowClass.CONSISTENT, True, None),
        (RowClass.CONSISTENT, False, Trigger.CLEAN_UP_2026),
        (RowClass.NAME_DIFFERS, True, Trigger.DISOWNED),
        (RowClass.MACHINE, False, None),
        (RowClass.FOREIGNER_PASSPORT, True, Trigger.FOREIGNER_PASSPORT),
    ],
)
def test_whose_holder_was_authenticated_is_asked_nothing(
    row_class: RowClass, authenticated: bool, trigger: Trigger | None
) -> None:
    found = first_ladder(row_class, authenticated=authenticated, now=ARRIVED)
    assert (found and found.trigger) == trigger


@pytest.mark.parametrize(
    ("now", "since"), [(ARRIVED, ARRIVED), (midnight(date(2026, 1, 1)), midnight(date(2026, 4, 15)))]
)
def test_a_ladder_begins_when_the_register_arrives_and_not_before_the_law(now: Instant, since: Instant) -> None:
    found = first_ladder(RowClass.CONSISTENT, authenticated=False, now=now)
    assert found is not None
    assert found.since == since


def test_the_clean_up_asks_cuts_one_way_then_both_and_ends() -> None:
    on = put_on(NUMBER, Ladder(Trigger.CLEAN_UP_2026, ARRIVED), shipped())
    assert on.state is RegisteredState.REGISTERED
    assert climb(on) == [
        (RegisteredState.ASKED, Step.NOTICE, "2026-12-03"),
        (RegisteredState.ONE_WAY, Step.ONE_WAY, "2027-01-02"),
        (RegisteredState.TWO_WAY, Step.TWO_WAY, "2027-03-04"),
        (RegisteredState.ENDED, Step.ENDED, "2027-03-10"),
    ]


def test_a_ladder_stops_where_the_law_is_not_known_to_go_on() -> None:
    steps = climb(put_on(NUMBER, Ladder(Trigger.DISOWNED, ARRIVED), shipped()))
    assert [step for _, step, _ in steps] == [Step.NOTICE] * 5 + [Step.ONE_WAY]


def test_whoever_is_cut_off_is_not_told_any_more_that_this_is_to_come() -> None:
    ladder = Ladder(Trigger.DISOWNED, ARRIVED, notices=2)
    cut = NUMBER.with_facts(one_way_at=ARRIVED + DAY)
    assert next_of(replace(cut, ladder=ladder), steps_of(shipped(), ladder)) is None


def test_days_that_nobody_swept_are_taken_from_nobody() -> None:
    ladder = Ladder(Trigger.DISOWNED, ARRIVED)
    steps = steps_of(shipped(), ladder)
    number, late, at = put_on(NUMBER, ladder, shipped()), 40 * DAY, []
    while number.next_step is not None:
        # Every step is found due forty days late, or when it is due after that.
        now = max(number.next_step.at, ARRIVED + late)
        number, due = stepped(number, steps, now)
        assert due is not None
        at.append(now)
    on_time = [due.at for due in steps]
    assert [here - at[0] for here in at] == [there - on_time[0] for there in on_time]


def test_a_step_that_is_not_due_is_not_taken_and_what_is_due_next_is_as_the_policy_has_it() -> None:
    ladder = Ladder(Trigger.CLEAN_UP_2026, ARRIVED)
    steps = steps_of(shipped(), ladder)
    planned = put_on(NUMBER, ladder, shipped())
    otherwise = replace(planned, next_step=NextStep(Step.NOTICE, ARRIVED))
    assert stepped(otherwise, steps, steps[0].at - 1) == (planned, None)
    after, due = stepped(otherwise, steps, steps[0].at)
    assert (after.facts.asked_at, after.ladder, due) == (
        steps[0].at,
        replace(ladder, notices=1, noticed_at=steps[0].at),
        steps[0],
    )


def test_what_stands_in_the_register_no_more_is_left_alone() -> None:
    on = put_on(replace(NUMBER, absent_at=ARRIVED), Ladder(Trigger.CLEAN_UP_2026, ARRIVED), shipped())
    assert on.next_step is None


@pytest.mark.parametrize("fact", ["ended_at", "proved_at", "disputed_at"])
def test_nothing_is_due_for_a_number_that(fact: str) -> None:
    on = put_on(NUMBER.with_facts(**{fact: ARRIVED}), Ladder(Trigger.CLEAN_UP_2026, ARRIVED), shipped())
    assert on.next_step is None


@pytest.mark.parametrize(
    ("trigger", "since", "trigger_after", "since_after"),
    [
        (None, 0, Trigger.DEVICE_CHANGE, 10 * DAY),
        (Trigger.CLEAN_UP_2026, 9 * DAY, Trigger.DEVICE_CHANGE, 10 * DAY),
        # Due in an hour, and due already.
        (Trigger.CLEAN_UP_2026, -51 * DAY + HOUR, Trigger.CLEAN_UP_2026, -51 * DAY + HOUR),
        (Trigger.DEVICE_CHANGE, 10 * DAY - HOUR, Trigger.DEVICE_CHANGE, 10 * DAY - HOUR),
    ],
)
def test_nobody_gains_time_by_another_device(
    trigger: Trigger | None, since: Instant, trigger_after: Trigger, since_after: Instant
) -> None:
    ladder = None if trigger is None else Ladder(trigger, ARRIVED + since)
    before = put_on(NUMBER.with_facts(proved_at=1 if ladder is None else None), ladder, shipped())
    after = device_changed(before, ARRIVED + 10 * DAY, shipped())
    assert (after.ladder, after.rechecks, after.facts.proved_at) == (
        Ladder(trigger_after, ARRIVED + since_after),
        True,
        None,
    )


def test_who_is_cut_off_stays_so_with_another_device_and_what_has_ended_has_none() -> None:
    cut = put_on(NUMBER.with_facts(one_way_at=ARRIVED), Ladder(Trigger.DISOWNED, ARRIVED), shipped())
    after = device_changed(cut, ARRIVED + DAY, shipped())
    assert (after.ladder, after.facts.one_way_at, after.rechecks) == (cut.ladder, ARRIVED, True)
    ended = cut.with_facts(ended_at=ARRIVED + DAY)
    assert device_changed(ended, ARRIVED + 2 * DAY, shipped()) == ended


def test_a_proof_undoes_what_cut_it_off() -> None:
    on = put_on(NUMBER, Ladder(Trigger.CLEAN_UP_2026, ARRIVED), shipped())
    cut = on.with_facts(asked_at=1, disowned_at=2, disputed_at=3, one_way_at=4, two_way_at=5)
    after = proved(cut, 6)
    assert (after.state, after.ladder, after.next_step) == (RegisteredState.VERIFIED, None, None)
    assert after.facts == NumberFacts(registered_at=ARRIVED, asked_at=1, proved_at=6)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, RegisteredState.REGISTERED),
        ({"asked_at": 2}, RegisteredState.ASKED),
        ({"asked_at": 2, "confirmed_at": 3}, RegisteredState.CONFIRMED),
        ({"confirmed_at": 3, "proved_at": 4}, RegisteredState.VERIFIED),
        ({"confirmed_at": 3, "disowned_at": 4}, RegisteredState.DISOWNED),
        ({"disowned_at": 4, "disputed_at": 5}, RegisteredState.DISPUTED),
        ({"disowned_at": 4, "one_way_at": 5}, RegisteredState.ONE_WAY),
        ({"one_way_at": 5, "two_way_at": 6}, RegisteredState.TWO_WAY),
        ({"two_way_at": 6, "ended_at": 7}, RegisteredState.ENDED),
        ({"ended_at": 7, "recycled_at": 8}, RegisteredState.RECYCLED),
    ],
)
def test_the_state_is_the_last_that_its_facts_say(facts: dict[str, Instant], state: RegisteredState) -> None:
    assert NUMBER.with_facts(**facts).state is state
