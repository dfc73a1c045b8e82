"""A carrier that takes events is told what to do with its numbers, each in order and until it has it (RFC 8935)."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.support.back_channel import Service, listening, queue
from tests.support.country import ISSUER, SECRET, Country
from tests.support.numbers import NumbersClient
from tests.support.office import colleague
from tests.support.on_ladder import secrets_of
from tests.support.pages import opened
from tests.support.registered import put_in_register
from vneid_idp.delivery.channels import LEASE, MANNERS, Channel
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.identity.offices.roles import Role
from vneid_idp.instructions.rules import ANSWER_WITHIN
from vneid_idp.instructions.stream import TRIED_FOR
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import DAY, SECOND
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.sweep_ladder import sweep_ladder
from vneid_idp.use_cases.wake_streams import wake_streams

ROOT = Path(__file__).parents[3]
NUMBERS = ("+84951234561", "+84951234562")
_GIVEN = Statement(select(instructions).order_by(instructions.c.number_id, instructions.c.place))


async def carrier(land: Country, service: Service) -> NumbersClient:
    """One with two numbers, of each of which a notice is due."""
    song = await NumbersClient.of(land, security_event_endpoint=service.uri)
    policy, record = await land.idp.current_policy(), land.people["complete"].record
    numbers = [(f"nbr_{number[1:]:0>26}", number, RowClass.NAME_DIFFERS) for number in NUMBERS]
    async with land.idp.db.writing() as unit:
        made = await put_in_register(
            unit, land.idp.keys, policy, record.personal_number, numbers, client_id=song.carrier.client_id
        )
    assert made[0].next_step is not None
    land.watch.set(made[0].next_step.at)
    await sweep_ladder(land.idp.db, policy, secrets_of(land))
    return song


async def sent(land: Country) -> None:
    """Whoever has something to be told has been, and what came of it is settled."""
    await wake_streams(land.idp.db, land.idp.clients)
    await land.idp.dispatcher.drain()
    if under_way := set(land.idp.dispatcher._under_way):
        await asyncio.wait(under_way)


async def given(land: Country) -> list[tuple[int, bool, str | None]]:
    """Of each instruction its place, whether it was received, and with what error."""
    async with land.idp.db.reading() as unit:
        rows = await unit.fetch(_GIVEN)
    return [(row["place"], row["received_at"] is not None, row["event_error"]) for row in rows]


def heard(land: Country, service: Service) -> list[dict[str, Any]]:
    """The claims of the events that it got."""
    found = [land.idp.keys.verify_own(body, land.watch.now(), typ="secevent+jwt") for _, body in service.raw]
    assert all("content-type: application/secevent+jwt\r\n" in head for head, _ in service.raw)
    service.raw.clear()
    return found


async def test_each_event_is_sent_until_it_is_taken_and_the_next_of_its_number_after_it(land: Country) -> None:
    async with listening() as service:
        song, service.status = await carrier(land, service), 503
        land.watch.advance(DAY)
        await sweep_ladder(land.idp.db, await land.idp.current_policy(), secrets_of(land))
        await sent(land)
        tried = heard(land, service)
        assert {told["sub_id"]["phone_number"] for told in tried} == set(NUMBERS)
        assert len(tried) == 2, "the second of a number waits for the first"
        (waiting,) = await queue(land)
        assert (waiting.recipient, waiting.attempts, waiting.last_outcome) == (song.carrier.client_id, 1, "status_503")
        await sent(land)
        assert service.raw == [], "not before its time"
        service.status = 202
        land.watch.advance(longest_pause(MANNERS[Channel.SECURITY_EVENTS], 1))
        await sent(land)
        told = heard(land, service)
        assert {each["jti"] for each in told[:2]} == {each["jti"] for each in tried}
        assert [event["order"] for each in told for event in each["events"].values()] == [1, 1, 2, 2]
        assert {(each["iss"], each["aud"]) for each in told} == {(ISSUER, song.carrier.client_id)}
        assert await given(land) == [(1, True, None), (2, True, None)] * 2
        assert await queue(land) == []
        await sent(land)
        assert service.raw == [], "nobody is told twice"


async def test_what_cannot_be_read_is_not_sent_again_and_after_some_days_nothing_is(land: Country) -> None:
    async with listening() as service:
        await carrier(land, service)
        service.status = 400
        await sent(land)
        assert await given(land) == [(1, True, "invalid_request")] * 2
        service.raw.clear()
        service.status = 503
        land.watch.advance(DAY)
        await sweep_ladder(land.idp.db, await land.idp.current_policy(), secrets_of(land))
        await sent(land)
        assert len(heard(land, service)) == 2
        land.watch.advance(TRIED_FOR + 1)
        service.status = 202
        await sent(land)
        assert (service.raw, await queue(land)) == ([], []), "it can be polled still"
        assert [received for _, received, _ in await given(land)] == [True, False] * 2


async def test_what_a_carrier_leaves_unanswered_for_a_day_the_operator_is_told(land: Country) -> None:
    async with listening() as service, land.browser() as prober:
        await carrier(land, service)
        for waited, seconds in ((ANSWER_WITHIN - 1, 0), (SECOND + 1, 1)):
            land.watch.advance(waited)
            assert (await prober.get("/healthz")).json()["instructions_overdue_seconds"] == seconds
    page = await opened(await colleague(land, "plain", Role.OPERATOR), "/console")
    assert "song chưa trả lời 2 chỉ thị về số thuê bao" in page.text


async def test_who_sends_is_killed_and_every_event_comes_and_none_is_another(land: Country, database_url: str) -> None:
    async with listening() as service:
        await carrier(land, service)
        land.watch.advance(DAY)
        await sweep_ladder(land.idp.db, await land.idp.current_policy(), secrets_of(land))
        service.answers = asyncio.Event()
        command = [sys.executable, "-m", "tests.support.push_worker", database_url, str(land.watch.now()), SECRET]
        victim = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        async with asyncio.timeout(60):
            while len(service.raw) < 2:
                assert victim.returncode is None
                await asyncio.sleep(0.05)
        victim.kill()
        await victim.wait()
        service.answers.set()
        under_way = heard(land, service)
        await sent(land)
        assert service.raw == [], "nobody knows yet that the sender is gone"
        land.watch.advance(LEASE)
        await sent(land)
        told = heard(land, service)
        # What nobody knows the end of comes again as the very same, and everything else once, in order of its number.
        assert {each["jti"] for each in told[:2]} == {each["jti"] for each in under_way}
        assert len({each["jti"] for each in told}) == len(told) == 4
        assert [event["order"] for each in told for event in each["events"].values()] == [1, 1, 2, 2]
        assert await given(land) == [(1, True, None), (2, True, None)] * 2
        await sent(land)
        assert (service.raw, await queue(land)) == ([], [])
