"""KYC Age Verification keeps the published shape (KnowYourCustomerAgeVerification r1.3)."""

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published
from vneid_idp.camara.kyc_age_verification import AgeVerificationRequest


def test_it_is_as_published() -> None:
    check_published(
        "kyc-age-verification/v0.2",
        "IDENTIFIER_NOT_FOUND",
        "SERVICE_NOT_APPLICABLE",
        "MISSING_IDENTIFIER",
        not_told=("identityMatchScore", "contentLock", "parentalControl"),
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"ageThreshold": 121}, {"ageThreshold": -1}, {"ageThreshold": "18"}, {"ageThreshold": None}, {"age": 18},
        {"includeContentLock": "true"}, {"birthdate": "1996-02-30"}, {"phoneNumber": "0951234567"},
    ],
)  # fmt: skip
def test_a_body_has_the_published_members_in_their_form_and_no_others(bad: dict[str, object]) -> None:
    AgeVerificationRequest.model_validate({"ageThreshold": 18, "includeContentLock": True})
    with pytest.raises(ValidationError):
        AgeVerificationRequest.model_validate({"ageThreshold": 18} | bad)
    with pytest.raises(ValidationError):
        AgeVerificationRequest.model_validate({})
