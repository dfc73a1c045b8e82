"""The ladder of a number that is not proved: the rows of the law, and that its steps keep their order by any rows."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import SECOND, VIETNAM, Instant, midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import AMOUNTS, Interval, Step, TimeUnit, Trigger
from vneid_idp.policy.ladder import Due, due_steps, step_at
from vneid_idp.policy.rules import Policy

NOTICE, ONE_WAY, TWO_WAY, ENDED = Step
BEGIN = date(2026, 1, 1)


def at(text: str) -> Instant:
    """An instant of the clock on a wall in Viet Nam."""
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp()) * SECOND


def told(steps: Sequence[Due]) -> list[tuple[Step, str]]:
    """Each step and its time in Viet Nam."""
    return [(due.step, f"{datetime.fromtimestamp(due.at // SECOND, VIETNAM):%Y-%m-%d %H:%M}") for due in steps]


def row(step: Step, amount: int, unit: TimeUnit = TimeUnit.DAYS, since: date = BEGIN, times: int = 1) -> Interval:
    return Interval(Trigger.DISOWNED, step, amount, unit, times, "§", since)


@pytest.mark.parametrize(
    ("trigger", "since", "steps"),
    [
        (
            Trigger.DEVICE_CHANGE,
            "2026-06-15T08:00",
            ["2026-06-15 08:00", "2026-06-15 10:00", "2026-07-16 00:00", "2026-07-22 00:00"],
        ),
        (
            Trigger.CLEAN_UP_2026,
            "2026-04-15T00:00",
            ["2026-05-16 00:00", "2026-06-15 00:00", "2026-08-15 00:00", "2026-08-21 00:00"],
        ),
        (
            Trigger.NINE_DIGIT_CARD,
            "2026-05-04T09:30",
            ["2026-05-04 09:30", "2026-07-04 00:00", "2026-09-03 00:00", "2026-09-09 00:00"],
        ),
        (Trigger.FOREIGNER_PASSPORT, "2026-12-31T23:59", ["2026-12-31 23:59", "2027-03-02 00:00"]),
        (Trigger.FIRST_PASSPORT_NUMBER, "2026-06-15T08:00", []),
    ],
)
def test_the_rows_of_the_law(trigger: Trigger, since: str, steps: list[str]) -> None:
    assert told(due_steps(shipped(), trigger, at(since))) == list(zip(Step, steps, strict=False))


def test_who_disowns_a_number_is_told_on_five_days_before_it_is_cut() -> None:
    steps = told(due_steps(shipped(), Trigger.DISOWNED, at("2027-02-26T20:00")))
    days = ("02-26", "02-27", "02-28", "03-01", "03-02")
    assert steps == [*((NOTICE, f"2027-{day} 20:00") for day in days), (ONE_WAY, "2027-03-04 00:00")]


def test_what_happened_before_a_rule_was_in_force_sets_nothing_on_its_ladder() -> None:
    assert due_steps(shipped(), Trigger.DEVICE_CHANGE, midnight(date(2026, 6, 15)) - 1) == ()
    assert due_steps(shipped(), Trigger.DEVICE_CHANGE, midnight(date(2026, 6, 15))) != ()


def test_a_row_that_is_published_fills_the_gap_and_moves_only_what_has_not_begun_to_run() -> None:
    since = at("2026-12-01T10:00")
    (*_, one_way) = steps = due_steps(shipped(), Trigger.DISOWNED, since)
    assert (one_way.step, told([one_way])[0][1]) == (ONE_WAY, "2026-12-07 00:00")
    late = shipped().amended(Policy((), (), (row(TWO_WAY, 15, since=date(2026, 12, 8)),)))
    assert due_steps(late, Trigger.DISOWNED, since) == steps
    filled = shipped().amended(Policy((), (), (row(TWO_WAY, 15, since=date(2026, 12, 7)),)))
    after = due_steps(filled, Trigger.DISOWNED, since)
    assert after[:-2] == steps
    assert told(after[-2:]) == [(TWO_WAY, "2026-12-23 00:00"), (ENDED, "2026-12-29 00:00")]
    longer = filled.amended(Policy((), (), (row(ONE_WAY, 9, since=date(2026, 12, 2)),)))
    assert due_steps(longer, Trigger.DISOWNED, since) == after


def test_no_notice_is_later_than_the_suspension_that_it_is_about() -> None:
    policy = Policy((), (), (row(NOTICE, 9, times=3), row(ONE_WAY, 2)))
    steps = told(due_steps(policy, Trigger.DISOWNED, at("2026-12-01T10:00")))
    assert steps == [*[(NOTICE, "2026-12-04 00:00")] * 3, (ONE_WAY, "2026-12-04 00:00")]


def test_a_notice_alone_and_a_ladder_without_one() -> None:
    since = at("2026-12-01T10:00")
    assert told(due_steps(Policy((), (), (row(NOTICE, 1),)), Trigger.DISOWNED, since)) == [(NOTICE, "2026-12-03 00:00")]
    assert told(due_steps(Policy((), (), (row(ONE_WAY, 1),)), Trigger.DISOWNED, since)) == [
        (ONE_WAY, "2026-12-03 00:00")
    ]


def test_the_step_at_an_instant_is_the_last_that_is_due() -> None:
    steps = due_steps(shipped(), Trigger.DEVICE_CHANGE, at("2026-06-15T08:00"))
    asked = ("2026-06-15T07:59", "2026-06-15T08:00", "2026-06-15T10:00", "2026-07-15T23:59", "2026-07-16T00:00")
    found = [step_at(steps, at(text)) for text in (*asked, "2030-01-01T00:00")]
    assert [due and due.step for due in found] == [None, NOTICE, ONE_WAY, ONE_WAY, TWO_WAY, ENDED]


@st.composite
def rows(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Any rows of one trigger, of several days."""

    def one(step: Step) -> Interval:
        unit = draw(st.sampled_from(TimeUnit))
        amount = draw(st.sampled_from(AMOUNTS[unit][:60]))
        times = draw(st.integers(1, 9)) if step is NOTICE else 1
        return row(step, amount, unit, draw(st.dates(BEGIN, date(2028, 3, 1))), times)

    return tuple(map(one, draw(st.lists(st.sampled_from(Step), max_size=8))))


@given(rows(), st.integers(midnight(BEGIN), midnight(date(2028, 12, 31))))
def test_the_order_of_the_steps_never_turns_round(intervals: tuple[Interval, ...], since: Instant) -> None:
    steps = due_steps(Policy((), (), intervals, shipped().holidays), Trigger.DISOWNED, since)
    order = list(Step)
    assert [(due.at, order.index(due.step)) for due in steps] == sorted(
        (due.at, order.index(due.step)) for due in steps
    )
    assert all(due.at >= since for due in steps)
    suspensions = [due.step for due in steps if due.step is not NOTICE]
    assert suspensions == order[1 : 1 + len(suspensions)], "no step is left out"
