"""What a dispute makes of a carrier's row: the ladder waits, and goes on as late as it waited."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.registered import ARRIVED, NUMBER
from vneid_idp.kernel.clock import DAY
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers.climbing import device_changed, put_on, stepped, steps_of
from vneid_idp.registered_numbers.disputing import disputed, may_be_claimed, nobodys, overruled, undisputed, upheld
from vneid_idp.registered_numbers.rules import Ladder, RegisteredNumber, RegisteredState
from vneid_idp.registers.classes import RowClass

POLICY = shipped()
BEGUN, OVER = ARRIVED + 3 * DAY, ARRIVED + 23 * DAY
ON = put_on(NUMBER, Ladder(Trigger.CLEAN_UP_2026, ARRIVED), POLICY)
DISPUTED = disputed(ON, BEGUN)


def test_while_it_lasts_nothing_is_due() -> None:
    assert (DISPUTED.state, DISPUTED.next_step) == (RegisteredState.DISPUTED, None)


def test_what_was_not_decided_goes_on_as_late_as_it_waited() -> None:
    after = undisputed(DISPUTED, POLICY, OVER)
    assert ON.next_step is not None
    assert after.next_step is not None
    assert after.next_step.at - ON.next_step.at == OVER - BEGUN
    assert undisputed(ON, POLICY, OVER) == ON
    later = disputed(put_on(NUMBER, Ladder(Trigger.CLEAN_UP_2026, BEGUN + DAY), POLICY), BEGUN)
    ladder = undisputed(later, POLICY, OVER).ladder
    assert ladder is not None
    assert ladder.since == OVER, "a ladder that began meanwhile waited since then"


@pytest.mark.parametrize("late", [0, 5 * DAY])
@pytest.mark.parametrize("which", [Step.NOTICE, Step.ONE_WAY, Step.TWO_WAY])
def test_what_was_taken_late_puts_off_what_comes_after_the_dispute_as_well(late: int, which: Step) -> None:
    number, taken = ON, 0
    while not taken:
        assert number.next_step is not None
        assert number.ladder is not None
        is_it = number.next_step.step is which
        at = number.next_step.at + (late if is_it else 0)
        number, _ = stepped(number, steps_of(POLICY, number.ladder), at)
        taken = at if is_it else 0
    assert number.next_step is not None
    after = undisputed(disputed(number, taken + DAY), POLICY, taken + 11 * DAY)
    assert after.next_step is not None
    assert after.next_step.step is number.next_step.step
    assert after.next_step.at - number.next_step.at == 10 * DAY
    again = undisputed(disputed(after, taken + 12 * DAY), POLICY, taken + 13 * DAY)
    assert again.next_step is not None
    assert again.next_step.at - after.next_step.at == DAY


def test_a_holder_who_is_right_is_proved_and_what_was_cut_off_works_again() -> None:
    cut = replace(DISPUTED.with_facts(one_way_at=BEGUN - 1))
    after = upheld(cut, POLICY, OVER)
    assert (after.state, after.facts.one_way_at, after.next_step) == (RegisteredState.VERIFIED, None, None)
    wrong = upheld(replace(cut, row_class=RowClass.NAME_DIFFERS), POLICY, OVER)
    assert (wrong.state, wrong.facts.confirmed_at) == (RegisteredState.ONE_WAY, OVER)


def test_who_is_overruled_has_a_wrong_row_and_nobody_is_cut_off_for_it() -> None:
    after = overruled(DISPUTED.with_facts(one_way_at=BEGUN - 1, proved_at=1, confirmed_at=1), POLICY, OVER)
    assert (after.state, after.ladder, after.next_step) == (RegisteredState.DISOWNED, None, None)
    assert (after.facts.proved_at, after.facts.confirmed_at, after.facts.one_way_at) == (None, None, None)


@pytest.mark.parametrize("decided", [upheld, overruled])
def test_no_decision_takes_the_place_of_the_face_that_another_device_asks_for(
    decided: Callable[[RegisteredNumber, Policy, int], RegisteredNumber],
) -> None:
    elsewhere = disputed(device_changed(NUMBER, BEGUN - 1, POLICY), BEGUN)
    after = decided(elsewhere, POLICY, OVER)
    assert after.rechecks
    assert after.facts.proved_at is None
    assert after.next_step is not None


def test_what_is_nobodys_is_told_and_then_cut_off() -> None:
    after = nobodys(DISPUTED, POLICY, OVER)
    assert after.state is RegisteredState.DISOWNED
    assert after.ladder == Ladder(Trigger.DISOWNED, OVER)
    assert after.next_step is not None
    assert after.next_step.at >= OVER


@pytest.mark.parametrize(
    ("facts", "may"),
    [({}, True), ({"confirmed_at": 1}, True), ({"proved_at": 1}, True), ({"disowned_at": 1}, True),
     ({"one_way_at": 1}, True), ({"two_way_at": 1}, True), ({"disputed_at": 1}, False), ({"ended_at": 1}, False),
     ({"recycled_at": 1}, False)],
)  # fmt: skip
def test_whose_number_may_be_claimed(facts: dict[str, int], may: bool) -> None:
    assert may_be_claimed(NUMBER.with_facts(**facts)) is may
    assert not may_be_claimed(replace(NUMBER.with_facts(**facts), absent_at=1))
