"""What follows from an answer, by class and state: a proof, another ladder, or nothing but that it was said."""

from dataclasses import replace

import pytest

from tests.support.registered import ARRIVED, NUMBER
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers.answers import AGREE, Answer, NotToBeAnswered, answered, possible
from vneid_idp.registered_numbers.climbing import device_changed, proved, put_on
from vneid_idp.registered_numbers.rules import Ladder, RegisteredNumber, RegisteredState
from vneid_idp.registers.classes import RowClass

MINE, NOT_MINE = Answer
NOW = ARRIVED + 3 * DAY
CLEAN_UP = Ladder(Trigger.CLEAN_UP_2026, ARRIVED)
WRONG = Ladder(Trigger.DISOWNED, ARRIVED)


def registered(row_class: RowClass, ladder: Ladder | None = CLEAN_UP, **facts: Instant) -> RegisteredNumber:
    """A number of a class, on a ladder, with these facts."""
    return put_on(replace(NUMBER.with_facts(**facts), row_class=row_class), ladder, shipped())


@pytest.mark.parametrize(
    ("facts", "answers"),
    [
        ({}, {MINE, NOT_MINE}),
        ({"asked_at": 1}, {MINE, NOT_MINE}),
        ({"confirmed_at": 1}, {NOT_MINE}),
        ({"proved_at": 1}, {NOT_MINE}),
        ({"disowned_at": 1}, {MINE}),
        ({"one_way_at": 1}, {MINE, NOT_MINE}),
        ({"two_way_at": 1}, {MINE, NOT_MINE}),
        ({"disowned_at": 1, "one_way_at": 2}, {MINE}),
        ({"disputed_at": 1}, set()),
        ({"ended_at": 1}, set()),
        ({"recycled_at": 1}, set()),
    ],
)
def test_what_can_be_said(facts: dict[str, Instant], answers: set[Answer]) -> None:
    number = registered(RowClass.CONSISTENT, CLEAN_UP, **facts)
    assert possible(number) == answers
    for refused in set(Answer) - answers:
        with pytest.raises(NotToBeAnswered):
            answered(number, refused, shipped(), NOW)


@pytest.mark.parametrize("one_way_at", [None, 1])
def test_who_has_another_device_proves_nothing_by_what_they_say(one_way_at: Instant | None) -> None:
    before = registered(RowClass.CONSISTENT).with_facts(one_way_at=one_way_at)
    number = device_changed(before, ARRIVED, shipped())
    assert possible(number) == {NOT_MINE}
    after = answered(number, NOT_MINE, shipped(), NOW)
    assert possible(after) == set(), "nor by taking it back"
    assert (after.ladder, after.next_step) == (number.ladder, number.next_step), "nor is time gained"
    assert proved(after, NOW).rechecks is False


@pytest.mark.parametrize("row_class", RowClass)
def test_whoever_confirms_what_agrees_has_proved_it(row_class: RowClass) -> None:
    number = answered(registered(row_class, two_way_at=2, one_way_at=1, disowned_at=1), MINE, shipped(), NOW)
    if row_class in AGREE:
        assert (number.state, number.ladder, number.next_step) == (RegisteredState.VERIFIED, None, None)
        assert number.facts.two_way_at is number.facts.disowned_at is None
    else:
        assert number.state is RegisteredState.TWO_WAY
        assert number.ladder == CLEAN_UP
    assert number.facts.confirmed_at == NOW


def test_whoever_confirms_a_number_on_an_old_card_has_the_time_of_the_law_to_show_their_face() -> None:
    number = answered(registered(RowClass.NINE_DIGIT_CARD), MINE, shipped(), NOW)
    assert (number.state, number.ladder) == (RegisteredState.CONFIRMED, Ladder(Trigger.NINE_DIGIT_CARD, NOW))
    cut = answered(registered(RowClass.NINE_DIGIT_CARD, one_way_at=1), MINE, shipped(), NOW)
    assert cut.ladder == CLEAN_UP, "whoever was cut off gains no time by it"


@pytest.mark.parametrize(
    ("number", "ladder"),
    [
        (registered(RowClass.CONSISTENT), Ladder(Trigger.DISOWNED, NOW)),
        (registered(RowClass.MACHINE, None), Ladder(Trigger.DISOWNED, NOW)),
        (registered(RowClass.CONSISTENT, None, proved_at=1), Ladder(Trigger.DISOWNED, NOW)),
        (registered(RowClass.NAME_DIFFERS, WRONG), WRONG),
        (registered(RowClass.CONSISTENT, one_way_at=1), CLEAN_UP),
    ],
)
def test_what_is_disowned_is_told_and_then_cut_off_and_gains_no_time(number: RegisteredNumber, ladder: Ladder) -> None:
    after = answered(number, NOT_MINE, shipped(), NOW)
    assert after.ladder == ladder
    assert after.next_step is not None
    assert (after.facts.disowned_at, after.facts.confirmed_at, after.facts.proved_at) == (NOW, None, None)


def test_an_answer_that_was_a_mistake_is_taken_back_without_a_trace_on_the_ladder() -> None:
    wrong = answered(registered(RowClass.CONSISTENT), NOT_MINE, shipped(), NOW)
    assert answered(wrong, MINE, shipped(), NOW + 1).state is RegisteredState.VERIFIED
