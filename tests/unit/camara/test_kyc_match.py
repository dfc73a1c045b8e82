"""KYC Match keeps the published shape (KnowYourCustomerMatch r1.2)."""

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published, published
from vneid_idp.camara.kyc_match import KycMatchRequest
from vneid_idp.web.correlator import CORRELATOR


def test_it_is_as_published() -> None:
    # No client asks in its own name, an ID number is needed for nothing, and every number of a token can be asked for.
    check_published(
        "kyc-match/v0.4",
        "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED",
        "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH",
        "NOT_FOUND",
        "IDENTIFIER_NOT_FOUND",
        "SERVICE_NOT_APPLICABLE",
        "MISSING_IDENTIFIER",
    )
    assert published("kyc-match/v0.4")["correlator"].replace("9-_", r"9\-_").replace(r"\/", "/") == f"^{CORRELATOR}$"


@pytest.mark.parametrize(
    "bad",
    [
        {"id_document": "097196000001"}, {"givenname": "An"}, {"name": None}, {"name": 7}, {"name": "a" * 257},
        {"phoneNumber": "0951234567"}, {"birthdate": "1996-02-30"}, {"birthdate": "19960412"}, {"birthdate": 0},
        {"birthdate": "1996-04-12T00:00:00"}, {"country": "Vietnam"}, {"gender": "male"}, {"email": "nobody"},
        {"idDocumentType": "cccd"},
    ],
)  # fmt: skip
def test_a_body_has_the_published_members_in_their_form_and_no_others(bad: dict[str, object]) -> None:
    KycMatchRequest.model_validate({"name": "An", "birthdate": "1996-04-12"})
    with pytest.raises(ValidationError):
        KycMatchRequest.model_validate({"name": "An"} | bad)
