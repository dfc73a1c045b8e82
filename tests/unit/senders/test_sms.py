"""Codes reach the operator's gateway; what is surely not with it is tried again, and what may be is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.watch import MORNING
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Delivered, DeliveryOutcome, Failed, Refused, Unclear
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors.otp import Use
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.senders.sms import NoGateway, SmsGateway

PHONE = "+84950000001"


class Gateway:
    """The operator's side: keeps what it is given, answers with `status` or raises."""

    def __init__(self, status: int = 202, error: Callable[[httpx.Request], Exception] | None = None) -> None:
        self.status, self.error = status, error
        self.taken: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.taken.append(request)
        if self.error is not None:
            raise self.error(request)
        return httpx.Response(self.status)


def message(language: str = "en", **more: str) -> Delivery:
    payload: dict[str, Any] = {"phone": PHONE, "code": "123456", "language": language, **more}
    return Delivery("per_a", "dlv_1", Channel.SMS, payload, MORNING, MORNING + 5 * MINUTE)


async def send(gateway: Gateway, language: str = "en", **more: str) -> DeliveryOutcome:
    sms = SmsGateway("https://sms.example/send", "gateway-token", None, transport=httpx.MockTransport(gateway))
    try:
        return await sms.send(message(language, **more))
    finally:
        await sms.close()


async def test_the_gateway_gets_phone_text_and_token() -> None:
    gateway = Gateway()
    assert await send(gateway) == Delivered()
    (request,) = gateway.taken
    assert request.headers["authorization"] == "Bearer gateway-token"
    body = httpx.Response(200, content=request.content).json()
    assert body == {
        "to": PHONE,
        "text": "123456 is your code. It is valid for 5 minutes. Never tell it to anybody, whoever asks.",
    }


async def test_a_code_for_the_clerk_is_not_said_to_be_for_nobody() -> None:
    gateway = Gateway()
    for use in Use:
        await send(gateway, use=use)
    for_holder, for_clerk = (httpx.Response(200, content=request.content).json()["text"] for request in gateway.taken)
    assert "Never tell it to anybody" in for_holder
    assert "Tell it to the clerk" in for_clerk
    assert "Never" not in for_clerk


async def test_it_speaks_the_language_of_the_person() -> None:
    gateway = Gateway()
    await send(gateway, "vi")
    assert "Mã xác thực của bạn" in httpx.Response(200, content=gateway.taken[0].content).json()["text"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered()),
        (302, Refused("status_302")),
        (400, Refused("status_400")),
        (401, Refused("status_401")),
        (429, Failed("status_429")),
        (503, Failed("status_503")),
        (500, Unclear("status_500")),
        (504, Unclear("status_504")),
    ],
)
async def test_what_an_answer_means(status: int, outcome: DeliveryOutcome) -> None:
    assert await send(Gateway(status)) == outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError, Failed("unreachable")),
        (httpx.ConnectTimeout, Failed("unreachable")),
        (httpx.ReadTimeout, Unclear("no_answer")),
        (httpx.WriteError, Unclear("no_answer")),
        (httpx.RemoteProtocolError, Unclear("no_answer")),
    ],
)
async def test_what_silence_means(error: type[httpx.RequestError], outcome: DeliveryOutcome) -> None:
    assert await send(Gateway(error=lambda request: error(f"{PHONE} 123456", request=request))) == outcome


async def test_without_a_gateway_the_operator_is_told_so() -> None:
    assert await NoGateway().send(message()) == Refused("no_gateway")


def test_an_authority_of_ones_own_that_cannot_be_read_is_no_reason_to_trust_others() -> None:
    with pytest.raises(FileNotFoundError):
        SmsGateway("https://sms.example/send", "gateway-token", Path("/nowhere/ca.pem"))
