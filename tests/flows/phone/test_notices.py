"""Phones are told to look, through the push service of their browser, which learns nothing; and the open app waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.signing_in import post_json
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Delivered, Failed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.phone.wait import Held
from vneid_idp.senders.phone_notices import PhoneNotices


@dataclass
class PushService:
    """A stranger that takes notices: what it was told, and what it answers."""

    port: int = 0
    status: int = 201
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Where one browser takes its notices."""
        return f"http://localhost:{self.port}/push/abc"


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """One, for as long as the block lasts."""
    service = PushService()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        service.heard.append((headers, await reader.readexactly(int(headers.get("content-length", 0)))))
        writer.write(f"HTTP/1.1 {service.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def phone(land: Country) -> Phone:
    """The phone of the persona `complete`."""
    mine = Phone(land, "complete")
    await mine.enrol()
    return mine


async def subscribe(phone: Phone, endpoint: str) -> int:
    return (await post_json(phone.person, await phone.open(), "/phone/notices", {"endpoint": endpoint})).status_code


async def test_a_notice_says_nothing_and_who_sends_it(land: Country, phone: Phone) -> None:
    idp, person_id = land.idp, phone.person.persona.record.person_id
    sender = PhoneNotices(idp.issuer, idp.clock, idp.db, idp.keys, idp.vault, idp.outbound.notices)
    now = idp.clock.now()
    notice = Delivery(person_id, "dlv_1", Channel.PHONE_NOTICE, {}, now, now + 2 * MINUTE)
    async with push_service() as service:
        assert await sender.send(notice) == Delivered(), "a phone that takes none is told nothing"
        assert await subscribe(phone, service.endpoint) == 200
        assert await sender.send(notice) == Delivered()
        ((headers, body),) = service.heard
        assert (body, headers["ttl"], headers["topic"]) == (b"", "120", "waiting")
        scheme, _, told = headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in told.split(","))
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), from_base64url(parts["k"]))
        origin = f"http://localhost:{service.port}"
        claims = jwt.decode(parts["t"], point, algorithms=["ES256"], audience=origin, options={"verify_exp": False})
        assert (scheme, parts["k"]) == ("vapid", idp.keys.vapid.public_key)
        assert claims["sub"] == "https://localhost", "whom the push service may ask"
        assert 0 < claims["exp"] - now // 1000 <= 24 * 3600
        service.status = 503
        assert await sender.send(notice) == Failed("status_503")
        service.status = 410
        assert await sender.send(notice) == Delivered()
    async with idp.db.reading() as unit:
        (left,) = await enrolled_phones.list_phones(unit, person_id)
    assert left.push is None, "where nobody takes notices any more none is sent"


async def test_a_phone_whose_push_service_hangs_or_fails_keeps_no_other_waiting(land: Country, phone: Phone) -> None:
    idp, person_id, now = land.idp, phone.person.persona.record.person_id, land.idp.clock.now()
    other, both = Phone(land, "complete"), asyncio.Barrier(2)
    await other.enrol()

    class Meeting:
        async def post_nothing(self, url: str, headers: dict[str, str]) -> int:
            await both.wait()
            if url.endswith("/b"):
                raise OSError
            return 503

    async with push_service() as service:
        for each, name in ((phone, "b"), (other, "a")):
            assert await subscribe(each, f"{service.endpoint}/{name}") == 200
    sender = PhoneNotices(idp.issuer, idp.clock, idp.db, idp.keys, idp.vault, Meeting())  # type: ignore[arg-type]
    notice = Delivery(person_id, "dlv_1", Channel.PHONE_NOTICE, {}, now, now + 2 * MINUTE)
    async with asyncio.timeout(5):
        assert await sender.send(notice) == Failed("failed")


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "ftp://push.example/x", "http://push.example/x", "https://u:p@push.example/", "https://[2620::1]/",
        "https://push.example:/x",
    ],
)  # fmt: skip
async def test_notices_go_to_push_services_alone(phone: Phone, endpoint: str) -> None:
    assert await subscribe(phone, endpoint) == 422


async def test_the_open_app_is_told_when_something_changes_and_not_before(land: Country, phone: Phone) -> None:
    seen = (await phone.open()).response.text.partition("/phone/wait?seen=")[2].partition('"')[0]
    assert (await phone.person.browser.get("/phone/wait?seen=other")).json() == {"changed": True}
    waits = asyncio.create_task(phone.person.browser.get(f"/phone/wait?seen={seen}"))
    await asyncio.sleep(0.1)
    assert not waits.done()
    later = asyncio.create_task(phone.person.browser.get(f"/phone/wait?seen={seen}"))
    assert (await waits).json() == {"changed": False, "again_in": 0}
    later.cancel()
    stranger = Phone(land, "plain")
    assert (await stranger.person.browser.get("/phone/wait")).status_code == 403


def test_a_worker_holds_one_request_a_phone_and_so_many_in_all() -> None:
    held = Held(most=2)
    first, other = held.enter("a"), held.enter("b")
    assert first is not None
    assert other is not None
    assert held.enter("c") is None
    second = held.enter("a")
    assert second is not None
    assert (held.has("a", first), held.has("a", second)) == (False, True)
    held.leave("a", first)
    assert held.enter("c") is None, "an older turn that ends takes nothing away from the later one"
    held.leave("a", second)
    assert held.enter("c") is not None
    again = held.enter("b")
    assert again is not None
    held.leave("b", again)
    assert held.enter("b") != other, "who sleeps in an old turn does not wake up in a new one"
