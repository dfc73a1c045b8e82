"""What a client of CIBA has to register, and what it cannot (CIBA Core §4)."""

from typing import Any

import pytest

from tests.support.registration import JWKS, OPERATOR, SELF, read
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import CIBA

GOOD: dict[str, Any] = {
    "profile": "ciba",
    "grant_types": [CIBA],
    "response_types": [],
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": JWKS,
    "backchannel_token_delivery_mode": "ping",
    "backchannel_client_notification_endpoint": "https://rp.example/told",
    "backchannel_authentication_request_signing_alg": "ES256",
}


@pytest.mark.parametrize("registrar", [OPERATOR, SELF])
def test_a_client_of_ciba_says_how_it_learns_of_the_answer(registrar: Any) -> None:
    found = read(registrar, **GOOD)
    assert {name: found[name] for name in GOOD} == GOOD
    poll = {**GOOD, "backchannel_token_delivery_mode": "poll", "backchannel_client_notification_endpoint": None}
    assert "backchannel_client_notification_endpoint" not in read(registrar, **poll)


@pytest.mark.parametrize(
    ("member", "changes"),
    [
        ("backchannel_token_delivery_mode", {"backchannel_token_delivery_mode": None}),
        ("backchannel_token_delivery_mode", {"backchannel_token_delivery_mode": "push"}),
        ("backchannel_client_notification_endpoint", {"backchannel_client_notification_endpoint": None}),
        (
            "backchannel_client_notification_endpoint",
            {"backchannel_client_notification_endpoint": "http://rp.example/t"},
        ),
        ("backchannel_authentication_request_signing_alg", {"backchannel_authentication_request_signing_alg": "RS256"}),
        (
            "backchannel_authentication_request_signing_alg",
            {"jwks": None, "token_endpoint_auth_method": "client_secret_basic"},
        ),
        ("backchannel_user_code_parameter", {"backchannel_user_code_parameter": True}),
        ("grant_types", {"token_endpoint_auth_method": "none", "jwks": None}),
    ],
)
def test_what_does_not_belong_together_is_refused(member: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidClientMetadata) as refused:
        read(OPERATOR, **GOOD | changes)
    assert refused.value.member == member
