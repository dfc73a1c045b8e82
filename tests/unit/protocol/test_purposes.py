"""How the versions of purposes follow one another, and who is asked again because of it."""

from typing import Any

import pytest

from vneid_idp.protocol.client import Purpose
from vneid_idp.protocol.purposes import gone_after, purpose_of, renewed

TEXTS = {"vi": "Một", "en": "One"}
FIRST: dict[str, Any] = {
    "id": "p", "version": 1, "title": TEXTS, "text": TEXTS, "legal_ground": TEXTS, "kept_until": TEXTS,
    "required": ["age_band"], "optional": ["email"],
}  # fmt: skip


def changed(before: dict[str, Any], *, material: bool = False, **content: Any) -> dict[str, Any]:
    """What follows `before` when the operator writes `content` into it."""
    (after,) = renewed([before], [{**before, **content}], {}, [before["id"]] if material else [])
    return after


def asks(purpose: dict[str, Any]) -> tuple[int | None, tuple[str, ...]]:
    return purpose_of(purpose).asks()


def test_what_did_not_change_asks_nobody_anew_whatever_version_it_claims() -> None:
    assert changed(FIRST) == FIRST
    assert changed(FIRST, version=9) == FIRST
    later = changed(FIRST, optional=["email", "gender"])
    assert changed(later, version=9, answers_since=9, claims_since={}) == later


@pytest.mark.parametrize("name", ["title", "text", "legal_ground", "kept_until"])
def test_another_wording_is_a_version_of_its_own_and_asks_nobody(name: str) -> None:
    after = changed(FIRST, material=False, **{name: {**TEXTS, "vi": "Hai"}})
    assert (after["version"], after[name]["vi"]) == (2, "Hai")
    assert asks(after) == (1, ())
    again = changed(after, material=False, **{name: {**TEXTS, "vi": "Ba"}})
    assert again["version"] == 3
    assert asks(again) == (1, ()), "who answered the first has still answered all there is"


def test_a_claim_that_came_in_is_asked_of_all_who_answered_before_it() -> None:
    wide = changed(FIRST, optional=["email", "gender"])
    assert (wide["version"], asks(wide)) == (2, (1, ("gender",)))
    wider = changed(wide, optional=["email", "gender", "phone_number"])
    assert (wider["version"], asks(wider)) == (3, (1, ("phone_number",)))
    purpose = purpose_of(wider)
    assert [purpose.since(claim) for claim in ("age_band", "email", "gender", "phone_number")] == [1, 1, 2, 3]


def test_a_claim_that_only_changes_its_place_is_not_new() -> None:
    after = changed(FIRST, required=["age_band", "email"], optional=[])
    assert (after["version"], asks(after)) == (2, (1, ()))


def test_a_claim_that_is_required_in_full_from_now_on_is_asked_of_all_who_could_give_less() -> None:
    full = changed(FIRST, required_in_full=["age_band"])
    assert (full["version"], full["required_in_full"], asks(full)) == (2, ["age_band"], (1, ("age_band",)))
    purpose = purpose_of(full)
    assert [purpose.since(claim) for claim in ("age_band", "email")] == [2, 1]
    assert changed(full) == full
    more = changed(full, optional=["email", "gender"])
    assert asks(more) == (1, ("gender",)), "it was required in full before"
    less = changed(more, required_in_full=[])
    assert (less["version"], asks(less)) == (4, (1, ())), "who gave all of it has given enough"


def test_a_claim_that_went_and_came_back_is_new() -> None:
    without = changed(FIRST, optional=[])
    assert asks(without) == (1, ())
    back = changed(without, optional=["email"])
    assert (back["version"], asks(back)) == (3, (1, ("email",)))
    wide = changed(FIRST, optional=["email", "gender"])
    again = changed(changed(wide, optional=["email"]), optional=["email", "gender"])
    assert (again["version"], asks(again)) == (4, (1, ("gender",)))


def test_where_the_meaning_changed_no_older_answer_counts() -> None:
    wide = changed(FIRST, optional=["email", "gender"])
    for after in (changed(wide, material=True), changed(wide, material=True, text={"vi": "Khác"})):
        assert (after["version"], asks(after)) == (3, (None, ()))
        assert {purpose_of(after).since(claim) for claim in ("age_band", "email", "gender")} == {3}
        later = changed(after, title={"vi": "Tên"})
        assert (later["version"], asks(later)) == (4, (3, ())), "answers count from the change of meaning on"


def test_the_meaning_of_one_says_nothing_of_another() -> None:
    other = {**FIRST, "id": "q"}
    one, two = renewed([FIRST, other], [FIRST, other], {}, ["q"])
    assert (one, asks(two)) == (FIRST, (None, ()))
    assert (two["id"], two["version"]) == ("q", 2)


def test_one_that_comes_back_is_another_one() -> None:
    third = changed(changed(FIRST, title={"vi": "Hai"}), title={"vi": "Ba"})
    assert gone_after([third], [], {}) == {"p": 3}
    assert gone_after([], [], {"p": 3}) == {"p": 3}, "it is remembered for as long as the client is there"
    assert gone_after([third], [third], {"p": 1, "q": 2}) == {"q": 2}
    assert gone_after([third], [], {"p": 1}) == {"p": 3}, "the last version that stood"
    (back,) = renewed([], [FIRST], {"p": 3}, [])
    assert (back["version"], asks(back)) == (4, (None, ()))
    (new,) = renewed([], [FIRST | {"version": 7}], {"q": 3}, [])
    assert new["version"] == 1


def test_a_purpose_without_a_history_counts_from_its_own_version_on() -> None:
    purpose = Purpose("p", 5, TEXTS, TEXTS, TEXTS, TEXTS, ("age_band",))
    assert (purpose.since("age_band"), purpose.asks()) == (5, (None, ()))
