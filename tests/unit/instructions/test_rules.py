"""What a carrier is told when a step is taken, and when one is undone."""

import pytest

from tests.support.on_ladder import on_ladder
from vneid_idp.instructions.rules import InstructionKind, Reason, answer_by, kind_of, of_step, restoration
from vneid_idp.kernel.clock import DAY, HOUR
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers.climbing import proved, steps_of
from vneid_idp.registered_numbers.telling import recycled

SINCE = 1_793_552_400_000
NUMBER = on_ladder(1, Trigger.CLEAN_UP_2026, SINCE)


@pytest.mark.parametrize("trigger", Trigger)
def test_each_step_is_an_instruction_and_a_notice_asks_for_a_face_where_one_is_missing(trigger: Trigger) -> None:
    asks = trigger in {Trigger.DEVICE_CHANGE, Trigger.NINE_DIGIT_CARD}
    assert [kind_of(step, trigger).value for step in Step] == [
        "ask_face" if asks else "notify",
        "cut_outgoing",
        "cut_both",
        "end",
    ]


@pytest.mark.parametrize("trigger", Trigger)
def test_a_carrier_has_a_day_to_answer_and_two_hours_where_the_law_gives_it_no_more(trigger: Trigger) -> None:
    assert answer_by(trigger, SINCE) - SINCE == (2 * HOUR if trigger is Trigger.DEVICE_CHANGE else DAY)


def test_a_step_says_why_by_which_rule_and_since_when() -> None:
    assert NUMBER.ladder is not None
    for due in steps_of(shipped(), NUMBER.ladder):
        made = of_step(NUMBER, due)
        assert made.reason == Reason(Trigger.CLEAN_UP_2026, SINCE, due.interval.legal_reference)
        assert (made.kind, made.due_at) == (kind_of(due.step, Trigger.CLEAN_UP_2026), due.at)


def test_what_was_cut_off_and_is_no_more_is_restored_and_nothing_else() -> None:
    now = SINCE + 90 * DAY
    for facts in ({"one_way_at": 1}, {"one_way_at": 1, "two_way_at": 2}):
        cut = NUMBER.with_facts(**facts)
        made = restoration(cut, proved(cut, now), now)
        assert made is not None
        assert (made.kind, made.reason, made.due_at) == (
            InstructionKind.RESTORE,
            Reason(Trigger.CLEAN_UP_2026, SINCE, None),
            now,
        )
    assert restoration(NUMBER, proved(NUMBER, now), now) is None, "it worked all the while"
    cut = NUMBER.with_facts(one_way_at=1)
    assert restoration(cut, cut.with_facts(two_way_at=2), now) is None
    assert restoration(cut, recycled(cut, now), now) is not None, "its next holder was not the one who was cut off"
    assert restoration(cut, proved(cut, now).with_facts(ended_at=now), now) is None
