"""What can go wrong between the provider and a registry server: an error of its own, and never half a person."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest

from tests.support.people import persona
from tests.support.registry import OTHER_KEY, PROVIDER_KEY, REGISTRY_KEY, URL, client, providers, registrys
from tests.support.watch import Watch
from vneid_idp.identity.register.records import RegistryHealth, RegistryUnavailable
from vneid_idp.identity.register.reports import Death, Report
from vneid_idp.kernel.clock import SECOND
from vneid_idp.registry_client.http_registry import HttpRegistry
from vneid_idp.registry_client.signatures import (
    GOOD_FOR,
    Answer,
    NotSigned,
    OwnKey,
    RequestMessage,
    Signatures,
    TheirKey,
    signature_headers,
)
from vneid_idp.registry_client.transport import LARGEST_ANSWER, BadAnswer
from vneid_idp.registry_client.wire import Person

PLAIN = persona("plain").record
ID = PLAIN.person_id
Reply = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def signed(request: httpx.Request, status: int, body: bytes, signatures: Signatures) -> httpx.Response:
    """An answer as the registry signs it."""
    asked = RequestMessage(request.method, str(request.url), signature_headers(request.headers.items()))
    answer = Answer(status, asked)
    signatures.sign_answer(answer, body)
    return httpx.Response(status, content=streamed(body), headers=answer.headers)


def streamed(body: bytes) -> Any:
    """As a server sends it."""

    async def parts() -> Any:
        yield body

    return parts()


def person(**changes: Any) -> bytes:
    return orjson.dumps(orjson.loads(Person.of(PLAIN).model_dump_json()) | changes)


class Server:
    """Gives the next of `replies` to each request, the last one for ever."""

    def __init__(self, watch: Watch, *replies: Reply | int | bytes | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []
        self.signatures = registrys(watch)
        self.registry: HttpRegistry = client(watch, httpx.MockTransport(self._reply))

    def health(self) -> RegistryHealth:
        """How the registry stands, asked anew each time."""
        return self.registry.health

    async def _reply(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        match reply:
            case Exception():
                raise reply
            case int():
                return httpx.Response(reply)
            case bytes():
                return signed(request, 200, reply, self.signatures)
            case _:
                answer = reply(request)
                return answer if isinstance(answer, httpx.Response) else await answer


async def never(_: httpx.Request) -> httpx.Response:
    """Takes the question and says nothing."""
    await asyncio.sleep(60)
    raise AssertionError


async def test_a_question_is_asked_again_and_answered(watch: Watch) -> None:
    server = Server(watch, httpx.ReadTimeout("slow"), 500, person())
    assert await server.registry.find(ID) == PLAIN
    assert len(server.requests) == 3
    assert server.health() is RegistryHealth.OK


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.PoolTimeout("full"), 503, 429]
)
async def test_what_stays_without_an_answer_is_unavailable(watch: Watch, failure: Any) -> None:
    server = Server(watch, failure)
    with pytest.raises(RegistryUnavailable) as refused:
        await server.registry.find_by_number(PLAIN.personal_number)
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (503, "registry_unavailable", 30)
    assert len(server.requests) == 3
    assert server.health() is RegistryHealth.DEGRADED


async def test_a_report_is_sent_once(watch: Watch) -> None:
    server = Server(watch, 500)
    with pytest.raises(RegistryUnavailable):
        await server.registry.report(Report("rep_1", ID, "per_clerk", Death(1)))
    assert len(server.requests) == 1


async def test_a_registry_that_never_answers_keeps_nobody_waiting(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.registry_client.transport._IN_ALL", 0.05)
    with pytest.raises(RegistryUnavailable):
        await Server(watch, never).registry.find(ID)


async def test_the_circuit_opens_and_closes_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(time=lambda: watch.now() / SECOND)
    monkeypatch.setattr("purgatory.domain.model.time", clock)
    server = Server(watch, 500)
    for _ in range(2):
        with pytest.raises(RegistryUnavailable):
            await server.registry.find(ID)
    assert len(server.requests) == 5  # the fifth failure in a row opened it, in the middle of the second question
    assert server.health() is RegistryHealth.UNREACHABLE
    server.replies = [person()]
    with pytest.raises(RegistryUnavailable):
        await server.registry.find(ID)
    assert len(server.requests) == 5
    watch.advance(16 * SECOND)
    assert await server.registry.find(ID) == PLAIN
    assert server.health() is RegistryHealth.OK


async def test_a_registry_that_takes_questions_and_answers_none_is_out_and_stays_so(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purgatory.domain.model.time", SimpleNamespace(time=lambda: watch.now() / SECOND))
    monkeypatch.setattr("vneid_idp.registry_client.transport._IN_ALL", 0.05)
    server = Server(watch, never)
    for _ in range(5):
        with pytest.raises(RegistryUnavailable):
            await server.registry.find(ID)
    assert (len(server.requests), server.health()) == (5, RegistryHealth.UNREACHABLE)
    watch.advance(16 * SECOND)
    # Of all who ask now one finds out; the others are told at once, and afterwards everybody is.
    found = await asyncio.gather(*(server.registry.find(ID) for _ in range(10)), return_exceptions=True)
    assert {type(each) for each in found} == {RegistryUnavailable}
    assert (len(server.requests), server.health()) == (6, RegistryHealth.UNREACHABLE)
    with pytest.raises(RegistryUnavailable):
        await server.registry.find(ID)
    assert len(server.requests) == 6


async def test_who_gives_up_asking_says_nothing_of_the_registry(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("purgatory.domain.model.time", SimpleNamespace(time=lambda: watch.now() / SECOND))
    server = Server(watch, 500)
    for _ in range(2):
        with pytest.raises(RegistryUnavailable):
            await server.registry.find(ID)
    watch.advance(16 * SECOND)
    arrived = asyncio.Event()

    async def says_so(request: httpx.Request) -> httpx.Response:
        arrived.set()
        return await never(request)

    server.replies = [says_so]
    asking = asyncio.create_task(server.registry.find(ID))
    await arrived.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert server.health() is RegistryHealth.UNREACHABLE
    server.replies = [person()]
    assert await server.registry.find(ID) == PLAIN
    assert server.health() is RegistryHealth.OK


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON",
        b"[]",
        b"{}",
        person(full_name=None),
        person(full_name=""),
        person(birth_date="1990-02-30"),
        person(birth_date=19900230),
        person(personal_number="12345"),
        person(revision="1"),
        person(sex="x"),
        person(deceased_at="2026-01-01T00:00:00"),
        person(phone="0950000001"),
        person(card={"kind": "library_card", "issued_on": "2020-01-01", "expires_on": None}),
        person(address={"street": "", "ward": "", "province": "00"}),
        person(person_id="per_another"),
    ],
)
async def test_a_bad_record_is_no_record(watch: Watch, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(watch, body)
    with pytest.raises(BadAnswer):
        await server.registry.find(ID)
    assert len(server.requests) == 1
    assert PLAIN.full_name not in caplog.text
    assert PLAIN.personal_number not in caplog.text


async def test_what_a_later_registry_tells_too_is_left_alone(watch: Watch) -> None:
    assert await Server(watch, person(blood_type="O")).registry.find(ID) == PLAIN


async def test_only_those_who_were_asked_for_are_believed(watch: Watch) -> None:
    one = orjson.loads(person())
    registry = Server(watch, orjson.dumps({"people": [one]})).registry
    assert await registry.find_many([ID]) == {ID: PLAIN}
    with pytest.raises(BadAnswer):
        await registry.find_many(["per_another"])
    with pytest.raises(BadAnswer):
        await registry.children_of("per_guardian")
    with pytest.raises(BadAnswer):
        await Server(watch, orjson.dumps({"people": [one, one]})).registry.find_many([ID])
    with pytest.raises(BadAnswer):
        await Server(watch, person()).registry.find_by_number("097095999999")


async def test_too_much_is_not_read(watch: Watch) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100 * LARGEST_ANSWER:
            sent += 2**16
            yield b" " * 2**16

    server = Server(watch, lambda _: httpx.Response(200, content=endless()))
    with pytest.raises(BadAnswer):
        await server.registry.find(ID)
    assert sent <= LARGEST_ANSWER + 2**17


async def test_an_answer_is_believed_only_with_the_registrys_signature(watch: Watch) -> None:
    stranger = registrys(watch, OTHER_KEY)

    def altered(request: httpx.Request) -> httpx.Response:
        good = signed(request, 200, person(), registrys(watch))
        return httpx.Response(200, content=streamed(person(full_name="Other")), headers=good.headers)

    def of_another_status(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            404, content=streamed(person()), headers=signed(request, 200, person(), registrys(watch)).headers
        )

    replies: Iterable[Reply] = (
        lambda request: signed(request, 200, person(), stranger),
        lambda _: httpx.Response(200, content=streamed(person())),
        lambda _: httpx.Response(404, content=streamed(b"")),
        altered,
        of_another_status,
    )
    for reply in replies:
        with pytest.raises(BadAnswer):
            await Server(watch, reply).registry.find(ID)


async def test_the_answer_to_another_question_is_not_believed(watch: Watch) -> None:
    kept: list[httpx.Response] = []

    def replay(request: httpx.Request) -> httpx.Response:
        if not kept:
            kept.append(signed(request, 404, b"{}", registrys(watch)))
        return httpx.Response(404, content=streamed(b"{}"), headers=kept[0].headers)

    registry = Server(watch, replay).registry
    assert await registry.find("per_nobody") is None
    with pytest.raises(BadAnswer):
        await registry.find(ID)


def test_a_request_is_believed_once_signed_and_for_a_minute(watch: Watch) -> None:
    ours, theirs = providers(watch), registrys(watch)
    good = RequestMessage("POST", f"{URL}/registry/v1/reports")
    ours.sign_request(good, b"{}")
    theirs.check_request(good, b"{}")
    for spoiled, body in (
        (good, b"{} "),
        (replace(good, method="PUT"), b"{}"),
        (replace(good, url=f"{URL}/registry/v1/people/many"), b"{}"),
        (replace(good, headers={}), b"{}"),
    ):
        with pytest.raises(NotSigned):
            theirs.check_request(spoiled, body)
    stranger = RequestMessage("POST", good.url)
    providers(watch, OTHER_KEY).sign_request(stranger, b"{}")
    with pytest.raises(NotSigned):
        theirs.check_request(stranger, b"{}")
    watch.advance(GOOD_FOR)
    theirs.check_request(good, b"{}")
    watch.advance(SECOND)
    with pytest.raises(NotSigned):
        theirs.check_request(good, b"{}")


async def test_no_number_stands_in_an_address(watch: Watch) -> None:
    server = Server(watch, person())
    await server.registry.find_by_number(PLAIN.personal_number)
    assert PLAIN.personal_number not in str(server.requests[0].url)
    assert PLAIN.personal_number in server.requests[0].content.decode()


def test_a_side_goes_from_one_key_to_the_next_without_a_pause(watch: Watch) -> None:
    """The one that checks takes both, by the name that the signature gives; then the one that signs changes."""
    first, following = TheirKey("provider", PROVIDER_KEY.public_key()), TheirKey("provider-2", OTHER_KEY.public_key())

    def believed(own: OwnKey, *taken: TheirKey) -> bool:
        message = RequestMessage("POST", f"{URL}/registry/v1/reports")
        Signatures(own, [], watch).sign_request(message, b"{}")
        try:
            Signatures(OwnKey("registry", REGISTRY_KEY), taken, watch).check_request(message, b"{}")
        except NotSigned:
            return False
        return True

    old, new = OwnKey("provider", PROVIDER_KEY), OwnKey("provider-2", OTHER_KEY)
    assert [believed(own, first) for own in (old, new)] == [True, False]
    assert [believed(own, first, following) for own in (old, new)] == [True, True]
    assert [believed(own, following) for own in (old, new)] == [False, True]
    # A key signs under its own name only.
    assert not believed(OwnKey("provider", OTHER_KEY), first, following)
