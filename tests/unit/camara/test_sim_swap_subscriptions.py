"""SIM Swap Subscriptions keeps the published shape (SimSwap r3.3)."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.camara import check_published
from tests.support.sim_swaps import wanted
from vneid_idp.camara.refusals import InvalidCredential, InvalidProtocol, InvalidSinkToken
from vneid_idp.camara.subscription_bodies import SubscriptionRequest
from vneid_idp.protocol.swap_events import SwapEvent, cloud_event
from vneid_idp.swap_subscriptions.rules import BEFORE_TOKEN_ENDS, Reason, SwapSubscription

BODY = wanted("https://bank.example/sink")
TOKEN = {
    "credentialType": "ACCESSTOKEN", "accessToken": "abc", "accessTokenExpiresUtc": "2026-12-01T00:00:00Z",
    "accessTokenType": "bearer",
}  # fmt: skip


def test_it_is_as_published() -> None:
    check_published("sim-swap-subscriptions/v0.3", "ABORTED", "MISSING_IDENTIFIER", "TOO_MANY_REQUESTS")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"protocol": "MQTT5"}, InvalidProtocol), ({"protocol": "SMTP"}, ValidationError),
        ({"sinkCredential": {"credentialType": "PLAIN", "identifier": "a", "secret": "b"}}, InvalidCredential),
        ({"sinkCredential": {**TOKEN, "credentialType": "REFRESHTOKEN"}}, InvalidCredential),
        ({"sinkCredential": {**TOKEN, "accessTokenType": "dpop"}}, InvalidSinkToken),
        ({"sinkCredential": {**TOKEN, "accessToken": "a\r\nb"}}, ValidationError),
        ({"sinkCredential": {"credentialType": "ACCESSTOKEN"}}, ValidationError),
        ({"sinkCredential": {**TOKEN, "accessTokenExpiresUtc": "2026-12-01T00:00:00"}}, ValidationError),
        ({"types": []}, ValidationError), ({"types": [*BODY["types"], *BODY["types"]]}, ValidationError),
        ({"types": ["org.camaraproject.sim-swap-subscriptions.v0.subscription-ended"]}, ValidationError),
        ({"config": {}}, ValidationError), ({"config": {**BODY["config"], "initialEvent": True}}, ValidationError),
        ({"config": {**BODY["config"], "subscriptionMaxEvents": 0}}, ValidationError),
        ({"config": {**BODY["config"], "subscriptionExpireTime": None}}, ValidationError),
        ({"protocolSettings": {"headers": {"Host": "elsewhere"}}}, ValidationError),
    ],
)  # fmt: skip
def test_a_body_has_the_published_members_in_their_form_and_no_others(
    change: dict[str, Any], refusal: type[Exception]
) -> None:
    SubscriptionRequest.model_validate(BODY)
    SubscriptionRequest.model_validate({**BODY, "sinkCredential": TOKEN})
    with pytest.raises(refusal):
        SubscriptionRequest.model_validate({**BODY, **change})


@pytest.mark.parametrize(
    ("event", "reason", "data"),
    [
        (SwapEvent.STARTED, None, {"initiationReason": "SUBSCRIPTION_CREATED"}), (SwapEvent.SWAPPED, None, {}),
        (SwapEvent.ENDED, "SUBSCRIPTION_EXPIRED", {"terminationReason": "SUBSCRIPTION_EXPIRED"}),
    ],
)  # fmt: skip
def test_events_are_as_published_and_name_no_number(event: SwapEvent, reason: str | None, data: dict[str, str]) -> None:
    assert cloud_event("https://id.example", "dlv_1", event, "sub_1", 1_000, reason) == {
        "id": "dlv_1",
        "source": "https://id.example",
        "type": f"org.camaraproject.sim-swap-subscriptions.v0.{event}",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "time": "1970-01-01T00:00:01Z",
        "data": {"subscriptionId": "sub_1", **data},
    }


@pytest.mark.parametrize(
    ("expires_at", "token_expires_at", "due"),
    [
        (None, None, None), (7, None, (7, Reason.SUBSCRIPTION_EXPIRED)),
        (None, BEFORE_TOKEN_ENDS + 7, (7, Reason.ACCESS_TOKEN_EXPIRED)),
        (8, BEFORE_TOKEN_ENDS + 7, (7, Reason.ACCESS_TOKEN_EXPIRED)),
        (7, BEFORE_TOKEN_ENDS + 8, (7, Reason.SUBSCRIPTION_EXPIRED)),
    ],
)  # fmt: skip
def test_it_ends_by_itself_at_the_earlier_of_two(
    expires_at: int | None, token_expires_at: int | None, due: tuple[int, Reason] | None
) -> None:
    one = SwapSubscription("per_a", "sub_1", "cli_a", "https://bank.example", None, token_expires_at, 0, expires_at)
    assert one.due == due
