"""Number Verification keeps the published shape (NumberVerification r3.2)."""

from hashlib import sha256

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published
from vneid_idp.camara.number_verification import NumberVerificationRequest

NUMBER = "+84951234567"
HASHED = sha256(NUMBER.encode()).hexdigest()


def test_it_is_as_published() -> None:
    check_published("number-verification/v2")


@pytest.mark.parametrize(
    ("body", "is_number"),
    [
        ({"phoneNumber": NUMBER}, True), ({"hashedPhoneNumber": HASHED}, True),
        ({"hashedPhoneNumber": HASHED.upper()}, True), ({"phoneNumber": "+84951234568"}, False),
        ({"hashedPhoneNumber": "0" * 64}, False),
    ],
)  # fmt: skip
def test_a_number_or_its_digest_is_compared(body: dict[str, str], is_number: bool) -> None:
    assert NumberVerificationRequest.model_validate(body).is_number(NUMBER) is is_number


@pytest.mark.parametrize(
    "bad",
    [{}, {"phoneNumber": NUMBER, "hashedPhoneNumber": HASHED}, {"phoneNumber": None}, {"hashedPhoneNumber": "0" * 63},
     {"phoneNumber": "0951234567"}, {"phoneNumber": NUMBER, "maxAge": 1}],
)  # fmt: skip
def test_a_body_has_one_of_the_two(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NumberVerificationRequest.model_validate(bad)
