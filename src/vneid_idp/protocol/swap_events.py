"""What is posted to the address of a subscription: CloudEvents 1.0 in the form of CAMARA SimSwap r3.3. Pure."""

from enum import StrEnum
from typing import Any

from vneid_idp.kernel.clock import Instant, to_rfc3339

CLOUD_EVENT = "application/cloudevents+json"
_TYPES = "org.camaraproject.sim-swap-subscriptions.v0."


class SwapEvent(StrEnum):
    """What is told. Waiting deliveries name it, so a member is never renamed."""

    STARTED = "subscription-started"
    SWAPPED = "swapped"
    ENDED = "subscription-ended"


def cloud_event(
    issuer: str, event_id: str, event: SwapEvent, subscription_id: str, at: Instant, reason: str | None
) -> dict[str, Any]:
    """The event. It has no phone number: whose it is, the client knows by the subscription, which it asked for with
    the access token of a person. `reason`: why a subscription ended."""
    data = {"subscriptionId": subscription_id}
    if event is SwapEvent.STARTED:
        data["initiationReason"] = "SUBSCRIPTION_CREATED"
    elif event is SwapEvent.ENDED:
        assert reason is not None, "what ended has a reason"
        data["terminationReason"] = reason
    return {
        "id": event_id,
        "source": issuer,
        "type": f"{_TYPES}{event}",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "time": to_rfc3339(at),
        "data": data,
    }
