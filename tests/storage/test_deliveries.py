"""The queue on both databases: who takes, and what a process that dies or a recipient that hangs leaves behind."""

import asyncio
from collections import Counter

from tests.support.deliveries import (
    SMS,
    TOKEN,
    Broken,
    attempt_now,
    dispatcher,
    enqueue,
    give_up_lost,
    queue,
    recorded,
    run,
    take,
)
from tests.support.senders import Recorder
from tests.support.watch import Watch
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import LEASE, MANNERS
from vneid_idp.delivery.outcomes import Delivered, Failed, Refused
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database


async def test_eight_workers_send_each_of_two_hundred_once(db: Database, database_url: str, watch: Watch) -> None:
    made = [await enqueue(db, f"cli_{number % 20}") for number in range(200)]
    watch.advance(MINUTE)
    sender = Recorder()
    others = [open_database(database_url, watch, connections=2) for _ in range(8)]
    try:
        assert await run(*(dispatcher(each, sender, at_once=5) for each in others)) == 200
    finally:
        for each in others:
            await each.close()
    assert Counter(sender.ids) == Counter(delivery.delivery_id for delivery in made)
    assert await queue(db) == []


async def test_a_worker_goes_on_while_there_is_more_than_it_sends_at_a_time(db: Database, watch: Watch) -> None:
    for number in range(10):
        await enqueue(db, f"cli_{number}")
    watch.advance(MINUTE)
    sender = Recorder()
    process = dispatcher(db, sender, at_once=3)
    await process.drain()
    await process.finish()
    assert len(sender.sent) == 10
    assert await queue(db) == []


async def test_who_caused_it_and_the_workers_send_it_once(db: Database, watch: Watch) -> None:
    sender = Recorder()
    first, second = dispatcher(db, sender), dispatcher(db, sender)
    delivery = await enqueue(db)
    watch.advance(MINUTE)
    await asyncio.gather(attempt_now(first, delivery), attempt_now(second, delivery), run(first), run(second))
    assert sender.ids == [delivery.delivery_id]
    await attempt_now(first, delivery)
    assert len(sender.sent) == 1


async def test_workers_leave_a_new_one_to_who_caused_it(db: Database, watch: Watch) -> None:
    sender = Recorder()
    process = dispatcher(db, sender)
    await enqueue(db)
    watch.advance(MANNERS[TOKEN].head_start - 1)
    assert await run(process) == 0
    watch.advance(1)
    assert await run(process) == 1


async def test_what_a_dead_process_had_taken_is_sent_after_its_lease(db: Database, watch: Watch) -> None:
    sender = Recorder()
    delivery = await enqueue(db)
    watch.advance(MINUTE)
    (taken,) = await take(db, TOKEN)
    watch.advance(LEASE - 1)
    assert await run(dispatcher(db, sender)) == 0
    watch.advance(1)
    assert await give_up_lost(db) == 0, "it may be sent again"
    assert await run(dispatcher(db, sender)) == 1
    assert sender.ids == [delivery.delivery_id]
    assert sender.sent[0].payload == delivery.payload
    assert taken.attempts == 1


async def test_a_code_that_a_dead_process_had_taken_is_never_sent_again(db: Database, watch: Watch) -> None:
    sender = Recorder()
    delivery = await enqueue(db, "per_a", SMS, watch.now() + 5 * MINUTE)
    watch.advance(10 * SECOND)
    assert len(await take(db, SMS)) == 1
    assert await give_up_lost(db) == 0
    watch.advance(LEASE)
    process = dispatcher(db, sender)
    assert await run(process) == 0
    await attempt_now(process, delivery)
    assert await give_up_lost(db) == 1
    assert await run(process) == 0
    assert sender.sent == []
    (dead,) = await queue(db, dead=True)
    assert (dead.last_outcome, dead.sealed) == ("interrupted", None)
    assert (await recorded(db))["delivery.given_up"] == 1


async def test_what_was_sent_and_not_settled_is_repeated_under_the_same_id(db: Database, watch: Watch) -> None:
    sender = Recorder()
    delivery = await enqueue(db)
    watch.advance(MINUTE)
    assert await run(dispatcher(Broken(db), sender)) == 1  # type: ignore[arg-type]
    watch.advance(LEASE)
    assert await run(dispatcher(db, sender)) == 1
    assert sender.ids == [delivery.delivery_id] * 2
    assert await queue(db) == []


async def test_who_settles_after_the_lease_changes_nothing(db: Database, watch: Watch) -> None:
    await enqueue(db)
    watch.advance(MINUTE)
    (late,) = await take(db, TOKEN)
    watch.advance(LEASE)
    (mine,) = await take(db, TOKEN)
    for outcome in (Delivered(), Failed("unreachable"), Refused("status_400")):
        async with db.writing() as unit:
            await service.settle(unit, late, outcome, 0.5)
        assert await queue(db) == [mine]


async def test_a_recipient_that_hangs_holds_up_only_its_own(db: Database, watch: Watch) -> None:
    for _ in range(100):
        await enqueue(db, "cli_hanging")
    watch.advance(1)
    others = [await enqueue(db, f"cli_{number}") for number in range(20)]
    watch.advance(MINUTE)
    sender, most = Recorder(hang={"cli_hanging"}), MANNERS[TOKEN].per_recipient
    process, another = dispatcher(db, sender), dispatcher(db, sender)
    assert await process.round() == most + len(others)
    await settled(db, 100)
    assert {other.delivery_id for other in others} <= set(sender.ids)
    # What is under way already counts, in all processes.
    assert await process.round() == await another.round() == 0
    assert sender.most_under_way["cli_hanging"] == most
    sender.released.set()
    await process.finish()
    assert await process.round() == most
    await process.finish()


async def test_what_is_sent_before_its_time_counts_as_under_way_too(db: Database, watch: Watch) -> None:
    sender = Recorder(hang={"cli_hanging"})
    process = dispatcher(db, sender)
    await enqueue(db, "cli_hanging")
    watch.advance(SECOND)
    at_once = [await enqueue(db, "cli_hanging") for _ in range(MANNERS[TOKEN].per_recipient)]
    attempt = asyncio.create_task(process.attempt(at_once))
    async with asyncio.timeout(30):
        while len(sender.sent) < len(at_once):  # noqa: ASYNC110 the sender is not asked to tell
            await asyncio.sleep(0.01)
    watch.advance(MANNERS[TOKEN].head_start)
    assert await process.round() == 0
    sender.released.set()
    await attempt
    assert await run(process) == 1


async def test_no_more_run_at_a_time_than_a_process_has_room_for(db: Database, watch: Watch) -> None:
    """Neither of those that it was asked to send at once, nor of those that are due."""
    made = [await enqueue(db, f"cli_{number}") for number in range(5)]
    sender = Recorder(hang={each.recipient for each in made})
    process = dispatcher(db, sender, at_once=2)
    attempt = asyncio.create_task(process.attempt(made))
    async with asyncio.timeout(30):
        while len(sender.sent) < 2:  # noqa: ASYNC110 the sender is not asked to tell
            await asyncio.sleep(0.01)
    watch.advance(MINUTE)
    await process.attempt(made)
    assert await process.round() == 0
    assert len(sender.sent) == 2
    sender.released.set()
    await attempt
    assert await run(process) == 3
    assert Counter(sender.ids) == Counter(each.delivery_id for each in made)


async def test_each_sender_is_swept_and_at_the_end_closed_once(db: Database, watch: Watch) -> None:
    done: list[str] = []

    class Holding(Recorder):
        async def sweep(self) -> None:
            done.append("swept")

        async def close(self) -> None:
            assert await queue(db) == [], "not while something is under way"
            done.append("closed")

    sender = Holding()
    process = dispatcher(db, sender)
    await process.sweep()
    delivery = await enqueue(db)
    watch.advance(MINUTE)
    assert await process.round() == 1
    await process.finish()
    assert (done, sender.ids) == (["swept", "closed"], [delivery.delivery_id])


async def settled(db: Database, left: int) -> None:
    """Return when no more than `left` deliveries are in the queue."""
    async with asyncio.timeout(30):
        while len(await queue(db)) > left:  # noqa: ASYNC110 the queue is in the database
            await asyncio.sleep(0.01)


async def test_an_attempt_has_an_end(db: Database, watch: Watch) -> None:
    for channel in (TOKEN, SMS):
        await enqueue(db, "hanging", channel)
    watch.advance(MINUTE)
    assert await run(dispatcher(db, Recorder(hang={"hanging"}), seconds=0.05)) == 2
    found = {row.channel: row for row in await queue(db)}
    assert [row.last_outcome for row in found.values()] == ["timed_out", "timed_out"]
    # Nobody knows whether it arrived: a code is given up for that, a log-out token sent again.
    assert found[SMS].given_up_at is not None
    assert found[TOKEN].given_up_at is None


async def test_codes_to_one_phone_do_not_overtake_each_other(db: Database, watch: Watch) -> None:
    until = watch.now() + 5 * MINUTE
    first = await enqueue(db, "per_a", SMS, until)
    watch.advance(SECOND)
    second, other = await enqueue(db, "per_a", SMS, until), await enqueue(db, "per_b", SMS, until)
    watch.advance(10 * SECOND)
    sender = Recorder(Failed("unreachable"))
    process = dispatcher(db, sender)
    await attempt_now(process, second)
    assert sender.sent == []
    assert await run(process) == 2
    assert set(sender.ids) == {first.delivery_id, other.delivery_id}
    sender.outcome = Delivered()
    watch.advance(longest_pause(MANNERS[SMS], 1))
    assert await run(process) == 3
    assert [sent for sent in sender.ids[2:] if sent != other.delivery_id] == [first.delivery_id, second.delivery_id]
