"""Values as a person reads them."""

from typing import Any

import pytest

from vneid_idp.identity import profile
from vneid_idp.protocol.claims import CLAIMS
from vneid_idp.web.claim_words import TOPICS, topic_of, topics_of


def say(message: str, **values: object) -> str:
    """English."""
    return message % values


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_has_a_value_and_words(claim: str) -> None:
    assert claim in profile._CLAIMS, f"identity/profile.py (`_CLAIMS`) has no value for {claim}"
    assert any(claim in topic.claims for topic in TOPICS), f"web/claim_words.py (`TOPICS`) has no words for {claim}"


def test_nothing_has_a_value_or_words_that_no_scope_hands_over() -> None:
    assert {claim for topic in TOPICS for claim in topic.claims} == set(CLAIMS) == set(profile._CLAIMS), (
        "protocol/claims.py (`SCOPE_CLAIMS`) says which scope hands a claim over"
    )


def test_no_two_topics_have_one_name() -> None:
    labels = [topic.label for topic in topics_of(CLAIMS)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"full_name": "H'Hen Niê"}, "H'Hen Niê"),
        ({"given_name": "Anh", "family_name": "Nguyễn"}, "Nguyễn Anh"),
        ({"birthdate": "2000-02-29"}, "29/02/2000"),
        ({"age_band": "13_15"}, "13 to 15 years old"),
        ({"age_over_18": True, "age_over_21": False}, "Over 18: yes · Over 21: no"),
        ({"age_over_16": False, "age_over_13": True}, "Over 13: yes · Over 16: no"),
        ({"gender": "female"}, "Female"),
        ({"id_number": "097196000001"}, "097 196 000 001"),
        ({"identity_level": 2}, "Level 2"),
        ({"identity_verified_since": 1_767_225_600}, "01/01/2026"),
        ({"phone_number": "+84950000001"}, "0950 000 001"),
        ({"phone_number_verified": True}, "verified"),
        ({"email": "a@thu.example", "email_verified": False}, "a@thu.example · not verified"),
        ({"address": {"formatted": "Số 12, Hà Nội"}}, "Số 12, Hà Nội"),
        ({"locale": "vi-VN", "zoneinfo": "Asia/Ho_Chi_Minh"}, "vi-VN · Asia/Ho_Chi_Minh"),
        ({"updated_at": 1_767_201_000}, "01/01/2026"),
    ],
)
def test_values_as_they_are_shown(values: dict[str, Any], shown: str) -> None:
    topics = {topic_of(claim).key for claim in values}
    assert len(topics) == 1
    assert topic_of(next(iter(values))).show(values, say) == shown


@pytest.mark.parametrize("claim", CLAIMS)
def test_an_unknown_value_is_no_value(claim: str) -> None:
    assert topic_of(claim).show({}, say) is None
