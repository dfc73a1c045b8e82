"""The signed request of CIBA as a value: what is missing in it, and what is null."""

from typing import Any

import pytest

from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.backchannel_object import check_complete
from vneid_idp.protocol.errors import InvalidRequestObject
from vneid_idp.protocol.jose import Unverified

NOW = 1_900_000_000
GOOD: dict[str, Any] = {"aud": "a", "iss": "c", "exp": NOW + 60, "iat": NOW, "nbf": NOW, "jti": "j"}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_null_is_missing(name: str) -> None:
    assert check_complete(Unverified("", {}, GOOD)) == ("j", (NOW + 60) * SECOND)
    for claims in (GOOD | {name: None}, {kept: GOOD[kept] for kept in GOOD if kept != name}):
        with pytest.raises(InvalidRequestObject, match=f"no {name}"):
            check_complete(Unverified("", {}, claims))


@pytest.mark.parametrize("jti", [7, "", "j" * 1025])
def test_what_it_counts_once_by_is_a_text_of_some_length(jti: object) -> None:
    with pytest.raises(InvalidRequestObject, match="jti"):
        check_complete(Unverified("", {}, GOOD | {"jti": jti}))
