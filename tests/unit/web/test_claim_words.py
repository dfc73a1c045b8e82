"""Values as a person reads them."""

from typing import Any

import pytest

from tests.support.watch import MORNING
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.told import claims_to_come
from vneid_idp.identity import profile
from vneid_idp.identity.ages import Age, AgeBand
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import BINDING_CLAIMS, CLAIMS, SCOPE_CLAIMS
from vneid_idp.web.claim_words import AGES, TOPICS, WHO, topics_of


def say(message: str, **values: object) -> str:
    """English."""
    return message % values


ALL = (*CLAIMS, *BINDING_CLAIMS)
RULES = shipped().at(MORNING)
OF_ACCOUNT = claims_to_come(
    BINDING_CLAIMS, BindingProof("per_a", 17, 1), Age(17, AgeBand.FROM_16_TO_17), RULES, MORNING
)
VALUES = {*profile._CLAIMS, *SCOPE_CLAIMS["age"], *OF_ACCOUNT}
"""What `identity/profile.py` tells, the ages that it computes, and what a linked account tells."""


@pytest.mark.parametrize("claim", ALL)
def test_a_claim_has_a_value_and_words(claim: str) -> None:
    assert claim in VALUES, f"neither identity/profile.py (`_CLAIMS`) nor bindings/…/told.py has a value for {claim}"
    assert any(claim in topic.claims for topic in TOPICS), f"web/claim_words.py (`TOPICS`) has no words for {claim}"


def test_nothing_has_a_value_or_words_that_no_scope_hands_over() -> None:
    assert {claim for topic in TOPICS for claim in topic.claims} == set(ALL) == VALUES, (
        "protocol/claims.py (`SCOPE_CLAIMS`, `BINDING_CLAIMS`) says which scope hands a claim over"
    )


def test_no_two_topics_have_one_name() -> None:
    names = [topic.name(say) for topic in topics_of(ALL)]
    assert len(names) == len(set(names))


def test_each_age_threshold_is_a_topic_that_says_which_and_they_stand_in_order_between_the_others() -> None:
    topics = topics_of(["age_band", "age_over_18", "birthdate", "age_over_9", "age_over_21", "unknown", "age_over_016"])
    assert [topic.name(say) for topic in topics] == [
        "Date of birth",
        "Whether at least 9 years old",
        "Whether at least 18 years old",
        "Whether at least 21 years old",
        "Age group",
    ]
    assert [topic.kind for topic in topics] == [WHO, AGES, AGES, AGES, WHO]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"full_name": "H'Hen Niê"}, "H'Hen Niê"),
        ({"given_name": "Anh", "family_name": "Nguyễn"}, "Nguyễn Anh"),
        ({"birthdate": "2000-02-29"}, "29/02/2000"),
        ({"age_band": "13_15"}, "13 to 15 years old"),
        ({"age_over_18": True}, "18 or over"),
        ({"age_over_21": False}, "Under 21"),
        ({"gender": "female"}, "Female"),
        ({"id_number": "097196000001"}, "097 196 000 001"),
        ({"identity_level": 2}, "Level 2"),
        ({"identity_verified_since": 1_767_225_600}, "01/01/2026"),
        ({"phone_number": "+84950000001"}, "0950 000 001"),
        ({"phone_number_verified": True}, "verified"),
        ({"email": "a@thu.example", "email_verified": False}, "a@thu.example · not verified"),
        ({"address": {"formatted": "Số 12, Hà Nội"}}, "Số 12, Hà Nội"),
        ({"locale": "vi-VN", "zoneinfo": "Asia/Ho_Chi_Minh"}, "Vietnamese (Vietnam) · Vietnam Time"),
        ({"locale": "vi-x-", "zoneinfo": "Nowhere/Else"}, "vi-x- · Nowhere/Else"),
        ({"updated_at": 1_767_201_000}, "01/01/2026"),
        ({"binding_level": 1}, "Level 1"),
        ({"binding_method": "own_proof"}, "The account holder"),
        ({"binding_method": "guardian"}, "A parent or guardian"),
        ({"binding_age_band": "16_17"}, "16 or 17 years old"),
        ({"binding_supervised": True}, "Supervised"),
        ({"binding_supervised": False}, "Not supervised"),
        ({"binding_verified_at": MORNING}, "21/11/2026"),
        (
            {"binding_capabilities": OF_ACCOUNT["binding_capabilities"]},
            "It may: read and watch, post, comment, share, livestream"
            " · It may not: sell by livestream (the level is too low)",
        ),
    ],
)
def test_values_as_they_are_shown(values: dict[str, Any], shown: str) -> None:
    (topic,) = topics_of(values)
    assert topic.show(values, say, "en") == shown


def test_actions_that_fail_by_one_reason_are_named_together() -> None:
    (topic,) = topics_of(["binding_capabilities"])
    values = claims_to_come(
        ["binding_capabilities"], BindingProof("per_a", 15, 2), Age(15, AgeBand.FROM_13_TO_15), RULES, MORNING
    )
    shown = topic.show(values, say, "en") or ""
    assert shown.count("linked to nobody") == 1, shown
    assert "post, comment, share" in shown


def test_language_and_time_zone_are_named_in_the_language_of_the_page() -> None:
    values = {"locale": "vi-VN", "zoneinfo": "Asia/Ho_Chi_Minh"}
    (topic,) = topics_of(values)
    assert topic.show(values, say, "vi") == "Tiếng Việt (Việt Nam) · Giờ Việt Nam"


def test_nothing_that_is_told_is_called_yours() -> None:
    """A parent reads the same words about the child."""
    for topic in topics_of(ALL):
        assert "you" not in topic.name(say).lower()


@pytest.mark.parametrize("claim", ALL)
def test_an_unknown_value_is_no_value(claim: str) -> None:
    (topic,) = topics_of([claim])
    assert topic.show({}, say, "en") is None
