"""What becomes of somebody's word that a number is theirs, and when a dispute is over by itself: whole tables."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from vneid_idp.disputes.evidence import Evidence, UsedSince, read_evidence, write_evidence
from vneid_idp.disputes.rules import (
    MOST_A_DAY,
    MOST_OPEN,
    BoundTo,
    Case,
    Claim,
    ClaimBasis,
    DisputeEnd,
    Standing,
    Whose,
    case_of,
    due_at,
    ended_by_itself,
    within_budget,
)
from vneid_idp.kernel.clock import local_date, midnight
from vneid_idp.policy.documents import shipped

CASES = {
    # basis, bound to: what becomes of it where the row stands, nothing is open and nothing was lost
    (ClaimBasis.REGISTER, BoundTo.NOBODY): Case.FREE,
    (ClaimBasis.REGISTER, BoundTo.CLAIMANT): Case.FREE,
    (ClaimBasis.REGISTER, BoundTo.ANOTHER): Case.DISPUTE,
    (ClaimBasis.REFUSED, BoundTo.NOBODY): Case.FREE,
    (ClaimBasis.REFUSED, BoundTo.CLAIMANT): Case.FREE,
    (ClaimBasis.REFUSED, BoundTo.ANOTHER): Case.DISPUTE,
}


def test_every_case_of_a_claim() -> None:
    assert set(CASES) == set(product(ClaimBasis, BoundTo))
    for (basis, bound_to), (stands, is_open, was_lost) in product(CASES, product((True, False), repeat=3)):
        found = case_of(Claim(basis, bound_to, stands, is_open, was_lost))
        expected = CASES[basis, bound_to]
        if basis is ClaimBasis.REGISTER and not stands:
            expected = Case.GONE
        elif expected is Case.DISPUTE and is_open:
            expected = Case.WAITS
        elif expected is Case.DISPUTE and was_lost:
            expected = Case.HEARD
        assert found is expected, (basis, bound_to, stands, is_open, was_lost)


STANDS = Standing(ClaimBasis.REGISTER, is_bound=True, claimant_is_there=True, holder_is_there=True, row_stands=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"is_bound": False}, (Whose.CLAIMANT, DisputeEnd.RELEASED)),
        ({"claimant_is_there": False}, (Whose.HOLDER, DisputeEnd.LEFT)),
        ({"holder_is_there": False}, (Whose.CLAIMANT, DisputeEnd.LEFT)),
        ({"row_stands": False}, (Whose.HOLDER, DisputeEnd.ROW_GONE)),
        ({"row_stands": False, "basis": ClaimBasis.REFUSED}, None),
        ({"claimant_is_there": False, "holder_is_there": False}, (Whose.HOLDER, DisputeEnd.LEFT)),
        ({"row_stands": False, "is_bound": False}, (Whose.HOLDER, DisputeEnd.ROW_GONE)),
    ],
)
def test_when_a_dispute_is_over_by_itself(
    changes: dict[str, object], expected: tuple[Whose, DisputeEnd] | None
) -> None:
    assert ended_by_itself(replace(STANDS, **changes)) == expected  # type: ignore[arg-type]


def test_nobody_claims_more_than_a_few() -> None:
    allowed = {
        (still_open, today) for still_open, today in product(range(9), repeat=2) if within_budget(still_open, today)
    }
    assert allowed == set(product(range(MOST_OPEN), range(MOST_A_DAY)))


def test_the_carrier_has_ten_working_days_and_holidays_do_not_count() -> None:
    policy = shipped()
    monday = midnight(date(2026, 11, 23)) + 1
    # The 24th is a holiday.
    assert local_date(due_at(policy, monday)) == date(2026, 12, 9)
    before_tet = midnight(date(2027, 2, 1))
    assert local_date(due_at(policy, before_tet)) > date(2027, 2, 16)


def test_evidence_comes_back_as_it_was_told() -> None:
    told = Evidence(UsedSince.YEARS, sim_in_hand=True, contacts="0951", payments="50.000đ", note="Đà Nẵng")
    assert read_evidence(write_evidence(told)) == told
