"""Messages reach the operator's gateway once, and wait when it refuses."""

import httpx
import pytest

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.identity.otp import Message
from vneid_idp.identity.outbox import Outbox
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sms import GatewayRefused, SmsGateway
from vneid_idp.storage.unit import Database

PHONE = "+84950000001"


class Gateway:
    """The operator's side: keeps what it is given, answers with `status`."""

    def __init__(self) -> None:
        self.status = 202
        self.taken: list[tuple[str, bytes]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.taken.append((request.headers["authorization"], request.content))
        return httpx.Response(self.status)


def connected(gateway: Gateway) -> SmsGateway:
    sms = SmsGateway("https://sms.example/send", "gateway-token", None)
    sms._client = httpx.AsyncClient(transport=httpx.MockTransport(gateway), headers=sms._client.headers)
    return sms


async def write(db: Database, outbox: Outbox, watch: Watch, language: str = "en") -> None:
    async with db.writing() as unit:
        await outbox.send(unit, Message(PHONE, "123456", language, watch.now() + 5 * MINUTE))


async def test_a_message_goes_out_once(db: Database, watch: Watch) -> None:
    outbox, gateway = Outbox(SEALER), Gateway()
    await write(db, outbox, watch)
    sms = connected(gateway)
    assert await sms.deliver(db, outbox) == 1
    assert await sms.deliver(db, outbox) == 0
    ((authorization, body),) = gateway.taken
    assert authorization == "Bearer gateway-token"
    assert PHONE.encode() in body
    assert b"123456 is your code. It is valid for 5 minutes." in body


async def test_it_speaks_the_language_of_the_person(db: Database, watch: Watch) -> None:
    outbox, gateway = Outbox(SEALER), Gateway()
    await write(db, outbox, watch, "vi")
    await connected(gateway).deliver(db, outbox)
    assert "Mã xác thực của bạn" in httpx.Response(200, content=gateway.taken[0][1]).json()["text"]


async def test_a_code_that_has_expired_is_not_sent(db: Database, watch: Watch) -> None:
    outbox, gateway = Outbox(SEALER), Gateway()
    await write(db, outbox, watch)
    watch.advance(6 * MINUTE)
    assert await connected(gateway).deliver(db, outbox) == 0
    async with db.writing() as unit:
        assert await outbox.sweep(unit) == 1


async def test_a_refusal_is_an_error_for_the_log_and_tells_nothing_of_the_person(db: Database, watch: Watch) -> None:
    outbox, gateway = Outbox(SEALER), Gateway()
    gateway.status = 500
    await write(db, outbox, watch)
    with pytest.raises(GatewayRefused) as caught:
        await connected(gateway).deliver(db, outbox)
    assert str(caught.value) == "500"
