"""What another row about a number makes of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.on_ladder import on_ladder
from vneid_idp.bindings.subscriber_numbers.rules import Verified
from vneid_idp.kernel.clock import DAY, local_date
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers.climbing import device_changed
from vneid_idp.registered_numbers.rules import Ladder
from vneid_idp.registered_numbers.telling import Source, Told, is_new_life, proved_since, told_again
from vneid_idp.registers.classes import RowClass

SINCE = 1_793_552_400_000
IN_ORDER = Told(
    "+84951234567", "digest 1", None, RowClass.CONSISTENT, (), "row.2", is_authenticated=True, activated_on=None
)


@pytest.mark.parametrize("in_another_device", [False, True])
@pytest.mark.parametrize("trigger", [Trigger.CLEAN_UP_2026, Trigger.DEVICE_CHANGE])
def test_a_row_in_order_takes_a_number_off_its_ladder_but_says_nothing_of_its_device(
    trigger: Trigger, in_another_device: bool
) -> None:
    before = on_ladder(1, trigger, SINCE).with_facts(one_way_at=SINCE + DAY)
    if in_another_device:
        before = device_changed(before, SINCE + DAY, shipped())
    source = Source("song", "cli_song", "upl_2")
    after = told_again(before, source, IN_ORDER, shipped(), SINCE + 2 * DAY, is_verified=False)
    if in_another_device:
        assert (after.ladder, after.facts) == (before.ladder, before.facts)
    else:
        assert (after.ladder, after.facts.one_way_at, after.next_step) == (None, None, None)


@pytest.mark.parametrize(
    ("in_row", "bound_to", "proves", "proves_new_life"),
    [
        ("theirs", "theirs", True, True),
        ("another's", "theirs", False, False),
        # Papers without a personal ID number are of nobody else, and of nobody whom it was given to since.
        (None, "theirs", True, False),
        # Bound before their papers were kept.
        ("theirs", None, True, False),
        (None, None, True, False),
    ],
)
def test_who_was_authenticated_proves_the_row_that_names_them(
    in_row: str | None, bound_to: str | None, proves: bool, proves_new_life: bool
) -> None:
    told, verified = replace(IN_ORDER, holder_digest=in_row), Verified(SINCE, bound_to)
    assert proved_since(told, verified) == (SINCE if proves else None)
    assert proved_since(told, verified, is_new_life=True) == (SINCE if proves_new_life else None)
    assert proved_since(told, None) is None
    assert proved_since(replace(told, row_class=RowClass.DECEASED), verified) is None


@pytest.mark.parametrize(
    ("confirmed", "verified", "row_class", "stays_proved"),
    [
        # By the word of its holder, as long as row and population register agree.
        (True, False, RowClass.TOO_MANY, True),
        (True, False, RowClass.NAME_DIFFERS, False),
        (True, False, RowClass.INCOMPLETE, False),
        # By a match, whatever the row says …
        (True, True, RowClass.NAME_DIFFERS, True),
        (False, False, RowClass.NAME_DIFFERS, True),
        # … but that they have died.
        (True, False, RowClass.DECEASED, False),
        (False, False, RowClass.DECEASED, False),
    ],
)
def test_a_proof_holds_beside_the_row_that_comes_after_it(
    confirmed: bool, verified: bool, row_class: RowClass, stays_proved: bool
) -> None:
    at = SINCE + DAY
    before = replace(on_ladder(1, Trigger.CLEAN_UP_2026, SINCE), ladder=None, next_step=None)
    before = before.with_facts(proved_at=SINCE, confirmed_at=SINCE if confirmed else None)
    told, source = replace(IN_ORDER, row_class=row_class), Source("song", "cli_song", "upl_2")
    after = told_again(before, source, told, shipped(), at, is_verified=verified)
    if stays_proved:
        assert (after.facts, after.ladder) == (before.facts, None)
    else:
        assert (after.facts.proved_at, after.ladder) == (None, Ladder(Trigger.DISOWNED, at))
        assert after.next_step is not None


@pytest.mark.parametrize(
    ("ended", "absent", "activated", "begins"),
    [
        (False, False, None, False),
        (False, True, 1, False),
        (True, False, None, False),
        (True, False, -1, False),
        # The contract that ended may have begun that day as well.
        (True, False, 0, False),
        (True, False, 1, True),
        # It was gone from the register, and is there again.
        (True, True, None, True),
    ],
)
def test_a_number_of_one_holder_begins_anew_after_its_end(
    ended: bool, absent: bool, activated: int | None, begins: bool
) -> None:
    at = SINCE + DAY
    before = on_ladder(1, Trigger.CLEAN_UP_2026, SINCE).with_facts(ended_at=at if ended else None)
    before = replace(before, row_digest=IN_ORDER.row_digest, absent_at=at if absent else None)
    on: date | None = None if activated is None else local_date(at) + timedelta(days=activated)
    assert is_new_life(before, replace(IN_ORDER, activated_on=on)) is begins
