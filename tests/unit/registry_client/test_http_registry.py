"""What can go wrong between the provider and a registry server: an error of its own, and never half a person."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest

from tests.support.people import persona
from tests.support.registers import holder_of
from tests.support.registry import OTHER_KEY, URL, client, providers, registrys
from tests.support.watch import Watch
from vneid_idp.identity.register.feed import Fact
from vneid_idp.identity.register.records import RegistryHealth, RegistryUnavailable
from vneid_idp.identity.register.reports import Death, GuardianshipEnded, Report, ReportRefused
from vneid_idp.kernel.clock import SECOND
from vneid_idp.registry_client.http_registry import REGISTRY, BadAnswer, HttpRegistry
from vneid_idp.registry_client.wire import NumberHolder, Person
from vneid_idp.signed_http.signatures import (
    Answer,
    RequestMessage,
    Signatures,
    signature_headers,
)
from vneid_idp.signed_http.transport import LARGEST_ANSWER, Transport

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
    "failure", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.PoolTimeout("full"), 503, 429, 408]
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


async def test_a_report_says_who_reports_what_about_whom(watch: Watch) -> None:
    server = Server(watch, person())
    await server.registry.report(Report("rep_1", ID, "per_clerk", GuardianshipEnded("per_guardian")))
    assert orjson.loads(server.requests[0].content) == {
        "report_id": "rep_1",
        "person_id": ID,
        "reported_by": "per_clerk",
        "fact": {"what": "guardianship_ended", "guardian_id": "per_guardian"},
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, ReportRefused), (409, ReportRefused), (422, ReportRefused), (400, BadAnswer), (403, BadAnswer)],
)
async def test_a_report_is_refused_only_where_the_registry_says_so(
    watch: Watch, status: int, error: type[Exception]
) -> None:
    server = Server(watch, lambda request: signed(request, status, b"{}", registrys(watch)))
    with pytest.raises(error):
        await server.registry.report(Report("rep_1", ID, "per_clerk", Death(1)))
    assert len(server.requests) == 1


async def test_who_was_reported_is_who_comes_back(watch: Watch) -> None:
    with pytest.raises(BadAnswer):
        await Server(watch, person()).registry.report(Report("rep_1", "per_another", "per_clerk", Death(1)))


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 403, 409])
async def test_an_answer_of_another_kind_says_nothing_of_anybody(watch: Watch, status: int) -> None:
    asked: tuple[Callable[[HttpRegistry], Awaitable[object]], ...] = (
        lambda registry: registry.find(ID),
        lambda registry: registry.find_by_number(PLAIN.personal_number),
        lambda registry: registry.find_many([ID]),
        lambda registry: registry.find_holders([PLAIN.personal_number]),
        lambda registry: registry.changes(None, 5),
    )
    for ask in asked:
        server = Server(watch, lambda request: signed(request, status, person(), registrys(watch)))
        with pytest.raises(BadAnswer):
            await ask(server.registry)


def told(*facts: str, number: int = 1) -> dict[str, Any]:
    return {"cursor": f"c{number}", "person_id": ID, "facts": list(facts), "at": "2026-11-24T00:00:00+00:00"}


async def test_no_more_changes_are_believed_than_were_asked_for(watch: Watch) -> None:
    server = Server(watch, orjson.dumps({"changes": [told("name", number=n) for n in range(3)]}))
    assert [change.cursor for change in await server.registry.changes("c", 3)] == ["c0", "c1", "c2"]
    with pytest.raises(BadAnswer):
        await server.registry.changes("c", 2)


async def test_a_fact_that_only_a_later_registry_tells_is_left_out(watch: Watch) -> None:
    server = Server(watch, orjson.dumps({"changes": [told("name", "blood_type", "death"), told("blood_type")]}))
    assert [change.facts for change in await server.registry.changes(None, 5)] == [(Fact.NAME, Fact.DEATH), ()]


async def test_a_registry_that_never_answers_keeps_nobody_waiting(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.signed_http.transport._IN_ALL", 0.05)
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
    for _ in range(2):
        with pytest.raises(RegistryUnavailable):
            await server.registry.find(ID)
        assert len(server.requests) == 5
        watch.advance(14 * SECOND)
    watch.advance(2 * SECOND)
    assert await server.registry.find(ID) == PLAIN
    assert server.health() is RegistryHealth.OK


async def test_a_registry_that_takes_questions_and_answers_none_is_out_and_stays_so(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purgatory.domain.model.time", SimpleNamespace(time=lambda: watch.now() / SECOND))
    monkeypatch.setattr("vneid_idp.signed_http.transport._IN_ALL", 0.05)
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

    def of(*people: Any) -> HttpRegistry:
        return Server(watch, orjson.dumps({"people": people})).registry

    registry = of(one)
    assert await registry.find_many([ID]) == {ID: PLAIN}
    with pytest.raises(BadAnswer):
        await registry.find_many(["per_another"])
    with pytest.raises(BadAnswer):
        await registry.children_of("per_guardian")
    ward = one | {"guardian_ids": ["per_guardian"]}
    dead = ward | {"deceased_at": "2026-01-01T00:00:00Z"}
    assert [child.person_id for child in await of(ward).children_of("per_guardian")] == [ID]
    with pytest.raises(BadAnswer):
        await of(dead).children_of("per_guardian")
    with pytest.raises(BadAnswer):
        await of(one, one).find_many([ID])
    with pytest.raises(BadAnswer):
        await Server(watch, person()).registry.find_by_number("097095999999")


async def test_only_holders_of_the_numbers_asked_for_are_believed(watch: Watch) -> None:
    def of(*holders: Any) -> HttpRegistry:
        return Server(watch, orjson.dumps({"holders": holders})).registry

    number, one = PLAIN.personal_number, orjson.loads(NumberHolder.of(holder_of(PLAIN)).model_dump_json())
    assert await of(one).find_holders([number]) == {number: holder_of(PLAIN)}
    assert await of(one | {"phone": "x"}).find_holders([number]) == {number: holder_of(PLAIN)}
    assert await of().find_holders([number]) == {}
    for bad in (of(one, one), of(one | {"personal_number": "097095999999"}), of(one | {"is_deceased": "no"})):
        with pytest.raises(BadAnswer):
            await bad.find_holders([number])


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


def test_an_authority_of_ones_own_that_cannot_be_read_is_no_reason_to_trust_others(watch: Watch) -> None:
    with pytest.raises(FileNotFoundError):
        Transport(REGISTRY, URL, providers(watch), Path("/nowhere/ca.pem"))


async def test_no_number_stands_in_an_address(watch: Watch) -> None:
    server = Server(watch, person())
    await server.registry.find_by_number(PLAIN.personal_number)
    with pytest.raises(BadAnswer):
        await server.registry.find_holders([PLAIN.personal_number])
    for request in server.requests:
        assert PLAIN.personal_number not in str(request.url)
        assert PLAIN.personal_number in request.content.decode()
