"""SIM Swap keeps the published shape (SimSwap r3.3)."""

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published
from vneid_idp.camara.sim_swap import CreateCheckSimSwap, CreateSimSwapDate
from vneid_idp.protocol.camara import CAMARA_PERMISSIONS, SWAP_SCOPES, asks_of_swaps


def test_it_is_as_published() -> None:
    unused = ("NOT_FOUND", "IDENTIFIER_NOT_FOUND", "MISSING_IDENTIFIER", "QUOTA_EXCEEDED", "TOO_MANY_REQUESTS")
    check_published("sim-swap/v2", *unused)


@pytest.mark.parametrize(
    "bad", [{"maxAge": 0}, {"maxAge": 2401}, {"maxAge": "240"}, {"maxAge": None}, {"maxAge": 1.5}, {"age": 1}]
)
def test_a_body_has_the_published_members_in_their_form_and_no_others(bad: dict[str, object]) -> None:
    assert CreateCheckSimSwap.model_validate({}).max_age == 240
    assert CreateCheckSimSwap.model_validate({"maxAge": 2400}).max_age == 2400
    with pytest.raises(ValidationError):
        CreateCheckSimSwap.model_validate(bad)
    with pytest.raises(ValidationError):
        CreateSimSwapDate.model_validate({"maxAge": 240})


def test_what_asks_of_swaps_alone_is_told_from_all_that_asks_of_more() -> None:
    for scope in SWAP_SCOPES:
        assert asks_of_swaps((scope,))
        assert asks_of_swaps(("openid", *SWAP_SCOPES))
        for other in ("phone", "offline_access", *(CAMARA_PERMISSIONS.keys() - SWAP_SCOPES)):
            assert not asks_of_swaps(("openid", scope, other)), other
    assert not asks_of_swaps(("openid",))
    assert not asks_of_swaps(())
