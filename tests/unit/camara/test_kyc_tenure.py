"""KYC Tenure keeps the published shape (Tenure r2.2)."""

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published
from vneid_idp.camara.kyc_tenure import TenureRequest


def test_it_is_as_published() -> None:
    check_published("kyc-tenure/v0.2", "IDENTIFIER_NOT_FOUND", "MISSING_IDENTIFIER")


@pytest.mark.parametrize("bad", [{"tenureDate": "2026-4-15"}, {"tenureDate": None}, {"since": "2026-04-15"}])
def test_a_body_has_the_published_members_in_their_form_and_no_others(bad: dict[str, object]) -> None:
    TenureRequest.model_validate({"tenureDate": "2026-04-15"})
    with pytest.raises(ValidationError):
        TenureRequest.model_validate({"tenureDate": "2026-04-15"} | bad)
    with pytest.raises(ValidationError):
        TenureRequest.model_validate({})
