"""Refusals in CAMARA's words."""

import pytest

from vneid_idp.web.camara_codes import as_camara


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ((422, "malformed"), (400, "INVALID_ARGUMENT")),
        ((422, "SERVICE_NOT_APPLICABLE"), (422, "SERVICE_NOT_APPLICABLE")),
        ((403, "KNOW_YOUR_CUSTOMER.X"), (403, "KNOW_YOUR_CUSTOMER.X")),
        ((401, "use_dpop_nonce"), (401, "UNAUTHENTICATED")),
        ((403, "insufficient_scope"), (403, "PERMISSION_DENIED")),
        ((404, "not_found"), (404, "NOT_FOUND")),
        ((405, "method_not_allowed"), (405, "METHOD_NOT_ALLOWED")),
        ((409, "overtaken"), (409, "CONFLICT")),
        ((413, "refused"), (413, "INVALID_ARGUMENT")),
        ((429, "match_budget_spent"), (429, "TOO_MANY_REQUESTS")),
        ((500, "server_error"), (500, "INTERNAL")),
        ((503, "registry_unavailable"), (503, "UNAVAILABLE")),
    ],
)
def test_a_refusal_of_ours_has_the_code_of_its_status(ours: tuple[int, str], theirs: tuple[int, str]) -> None:
    assert as_camara(*ours) == theirs
