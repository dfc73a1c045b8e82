"""What comes of a delivery on both databases: repeated, given up, expired, retried or discarded by the operator."""

import asyncio

import orjson
import pytest
from sqlalchemy import select, update

from tests.support.deeds import DEED
from tests.support.deliveries import (
    LOGO,
    MARK,
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
from tests.support.people import SEALER
from tests.support.senders import Recorder
from tests.support.watch import Watch
from vneid_idp.audit.tables import events
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.dispatcher import Dispatcher
from vneid_idp.delivery.outcomes import Delivered, Failed, Refused
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.delivery.service import CannotBeRetried, NotGivenUp, QueueState
from vneid_idp.delivery.tables import deliveries
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database


@pytest.mark.parametrize("channel", [SMS, TOKEN])
async def test_nothing_is_sent_once_it_has_expired(db: Database, watch: Watch, channel: Channel) -> None:
    sender = Recorder()
    delivery = await enqueue(db, "per_a", channel, watch.now() + 5 * MINUTE)
    watch.advance(5 * MINUTE)
    process = dispatcher(db, sender)
    await attempt_now(process, delivery)
    assert await run(process) == 0
    assert await give_up_lost(db) == 1
    assert sender.sent == []
    assert [(row.last_outcome, row.sealed) for row in await queue(db, dead=True)] == [("expired", None)]


@pytest.mark.parametrize("channel", [SMS, TOKEN])
async def test_what_expires_under_way_is_not_given_up_while_its_lease_lasts(
    db: Database, watch: Watch, channel: Channel
) -> None:
    await enqueue(db, "per_a", channel, watch.now() + MINUTE)
    watch.advance(MINUTE - 1)
    (taken,) = await take(db, channel)
    watch.advance(1)
    assert await give_up_lost(db) == 0
    async with db.writing() as unit:
        await service.settle(unit, taken, Delivered(), 0.5)
    assert await queue(db) == []


async def test_who_settles_what_was_wanted_anew_meanwhile_changes_nothing(db: Database, watch: Watch) -> None:
    taken = []
    for _ in range(2):
        async with db.writing() as unit:
            await service.enqueue_only(unit, LOGO, "cli_a")
        taken += await take(db, LOGO)
        watch.advance(1)
    late, mine = taken
    for outcome in (Delivered(), Failed("unreachable"), Refused("status_400")):
        async with db.writing() as unit:
            await service.settle(unit, late, outcome, 0.5)
        assert await queue(db) == [mine], "both are a first attempt, and only one of them is the latest"


async def test_a_failure_is_repeated_later_and_later_and_then_given_up(db: Database, watch: Watch) -> None:
    sender, manner = Recorder(Failed("status_503")), MANNERS[TOKEN]
    process = dispatcher(db, sender)
    await enqueue(db)
    watch.advance(MINUTE)
    for made in range(1, 7):
        assert await run(process) == 1
        if made < 6:
            watch.advance(longest_pause(manner, made) - 2)
            assert await run(process) == 0
            watch.advance(2)
    watch.advance(DAY)
    assert await run(process) == 0
    (dead,) = await queue(db, dead=True)
    assert (dead.attempts, dead.last_outcome, dead.taken_until) == (6, "status_503", None)
    assert await recorded(db) == {"delivery.given_up": 1}


async def test_the_operator_retries_and_discards_what_was_given_up(db: Database, watch: Watch) -> None:
    sender = Recorder(Refused("status_400"))
    process = dispatcher(db, sender)
    first, second = await enqueue(db), await enqueue(db)
    for each in (first, second):
        with pytest.raises(NotGivenUp):
            await change(db, service.retry, each.delivery_id)
        with pytest.raises(NotGivenUp):
            await change(db, service.discard, each.delivery_id)
    await attempt_now(process, first, second)
    assert len(await queue(db, dead=True)) == 2
    sender.outcome = Delivered()
    await change(db, service.retry, first.delivery_id)
    assert await run(process) == 1
    assert sender.sent[-1] == first, "as it was the first time, with all that is in it"
    await change(db, service.discard, second.delivery_id)
    assert await queue(db) == []
    assert await recorded(db) == {"delivery.given_up": 2, "delivery.retried": 1, "delivery.discarded": 1}
    with pytest.raises(NotGivenUp):
        await change(db, service.discard, second.delivery_id)


@pytest.mark.parametrize(("channel", "column"), [(SMS, "person_id"), (TOKEN, "client_id"), (LOGO, "client_id")])
async def test_what_became_of_it_is_an_event_about_whom_it_was_for(
    db: Database, watch: Watch, channel: Channel, column: str
) -> None:
    delivery = await enqueue(db, "whoever", channel)
    await attempt_now(dispatcher(db, Recorder(Refused("status_400"))), delivery)
    watch.advance(MINUTE)
    if channel is not SMS:
        await change(db, service.retry, delivery.delivery_id)
        watch.advance(MINUTE)
        await run(dispatcher(db, Recorder(Refused("status_401"))))
        watch.advance(MINUTE)
    await change(db, service.discard, delivery.delivery_id)
    last = "status_400" if channel is SMS else "status_401"
    made: dict[str, object] = {"channel": channel.value, "attempts": 1}
    who = {"by": "ops-1", "reason": "A test needs it"}
    expected = [("delivery.given_up", made | {"outcome": last}), ("delivery.discarded", made | {"outcome": last} | who)]
    if channel is not SMS:
        first = made | {"outcome": "status_400"}
        expected = [("delivery.given_up", first), ("delivery.retried", first | who), *expected]
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events).order_by(events.c.event_id)))
    assert [(row["kind"], orjson.loads(row["data"])) for row in rows] == expected
    names: dict[str, str | None] = {"person_id": "", "client_id": None, column: "whoever"}
    for row in rows:
        assert {name: row[name] for name in names} == names
        assert row["subject_id"] == delivery.delivery_id


async def test_each_of_those_that_were_taken_together_has_an_outcome_of_its_own(db: Database, watch: Watch) -> None:
    made = [await enqueue(db) for _ in range(4)]
    watch.advance(MINUTE)
    rows = {row.delivery_id: row for row in await take(db, TOKEN)}
    arrived, refused, failed, waits = (rows[each.delivery_id] for each in made)
    async with db.writing() as unit:
        await service.settle(unit, arrived, Delivered(), 0.5)
        await service.settle(unit, refused, Refused("status_400"), 0.5)
        await service.settle(unit, failed, Failed("status_503"), 0.5)
    left = {row.delivery_id: (row.last_outcome, row.given_up_at is not None) for row in await queue(db)}
    assert left == {
        refused.delivery_id: ("status_400", True),
        failed.delivery_id: ("status_503", False),
        waits.delivery_id: (None, False),
    }
    assert [row.delivery_id for row in await queue(db, dead=True)] == [refused.delivery_id]


async def test_a_retry_is_another_whole_round_of_attempts(db: Database, watch: Watch) -> None:
    sender, most = Recorder(Failed("status_503")), MANNERS[TOKEN].most_attempts
    assert most is not None
    process = dispatcher(db, sender)
    delivery = await enqueue(db)
    for whole in (1, 2):
        for _ in range(most):
            watch.advance(DAY)
            await run(process)
        assert len(sender.sent) == whole * most
        await change(db, service.retry, delivery.delivery_id)


async def change(db: Database, what: object, delivery_id: str) -> None:
    async with db.writing() as unit:
        await what(unit, delivery_id, DEED)  # type: ignore[operator]


async def test_a_code_is_not_retried_by_anybody(db: Database, watch: Watch) -> None:
    delivery = await enqueue(db, "per_a", SMS, watch.now() + 5 * MINUTE)
    await attempt_now(dispatcher(db, Recorder(Refused("status_400"))), delivery)
    assert [row.sealed for row in await queue(db, dead=True)] == [None]
    with pytest.raises(CannotBeRetried):
        await change(db, service.retry, delivery.delivery_id)
    await change(db, service.discard, delivery.delivery_id)


async def test_what_was_given_up_stays_a_month(db: Database, watch: Watch) -> None:
    delivery = await enqueue(db)
    await attempt_now(dispatcher(db, Recorder(Refused("status_400"))), delivery)
    await enqueue(db, "cli_b")

    for passed, swept in ((service.KEPT, 0), (1, 1)):
        watch.advance(passed)
        async with db.writing() as unit:
            assert await service.sweep(unit) == swept
    assert [row.recipient for row in await queue(db)] == ["cli_b"]


async def test_how_each_channel_stands(db: Database, watch: Watch) -> None:
    refused = await enqueue(db)
    await attempt_now(dispatcher(db, Recorder(Refused("status_400"))), refused)
    await enqueue(db)
    watch.advance(MANNERS[TOKEN].head_start + service.OVERDUE)
    await enqueue(db)
    async with db.writing() as unit:
        await service.enqueue_only(unit, LOGO, "cli_a")
        assert await service.queue_states(unit) == [
            QueueState(SMS, 0, 0, 0),
            QueueState(TOKEN, 2, 1, 1),
            QueueState(LOGO, 1, 0, 0),
            QueueState(Channel.PHONE_NOTICE, 0, 0, 0),
            QueueState(Channel.BACKCHANNEL_ANSWER, 0, 0, 0),
            QueueState(Channel.SECURITY_EVENTS, 0, 0, 0),
            QueueState(Channel.SWAP_EVENTS, 0, 0, 0),
        ]


async def test_no_payload_can_be_read_in_the_database_nor_moved_to_another_row(db: Database, watch: Watch) -> None:
    mine, other = await enqueue(db, "per_a"), await enqueue(db, "per_b")
    async with db.writing() as unit:
        rows = {row["recipient"]: row for row in await unit.fetch(Statement(select(deliveries)))}
        stored = repr([tuple(row[column.name] for column in deliveries.c) for row in rows.values()])
        assert MARK not in stored
        assert "135790" not in stored
        stolen = {"sealed": rows["per_b"]["sealed"]}
        await unit.execute(Statement(update(deliveries).where(deliveries.c.recipient == "per_a").values(**stolen)))
    sender = Recorder()
    await attempt_now(dispatcher(db, sender), mine, other)
    assert sender.ids == [other.delivery_id]
    assert [row.last_outcome for row in await queue(db)] == ["unreadable"]
    assert MARK not in repr(mine)


async def test_what_needs_no_payload_waits_once_for_each_recipient(db: Database, watch: Watch) -> None:
    sender = Recorder(Failed("unreachable"))
    process = dispatcher(db, sender)

    async def want() -> None:
        async with db.writing() as unit:
            await service.enqueue_only(unit, LOGO, "cli_a")

    await asyncio.gather(want(), want(), want())
    assert await run(process) == 1
    assert await run(process) == 0
    await want()
    assert [(row.attempts, row.last_outcome) for row in await queue(db)] == [(0, None)]
    sender.outcome = Delivered()
    assert await run(process) == 1
    watch.advance(DAY - 1)
    assert await run(process) == 0
    watch.advance(1)
    assert await run(process) == 1
    async with db.writing() as unit:
        assert await service.cancel(unit, LOGO, "cli_a") == 1
    assert await queue(db) == []


async def test_only_what_was_cancelled_is_not_sent(db: Database, watch: Watch) -> None:
    kept = [await enqueue(db), await enqueue(db, "cli_b", LOGO)]
    await enqueue(db, "cli_a", LOGO)
    async with db.writing() as unit:
        assert await service.cancel(unit, LOGO, "cli_a") == 1
    assert {row.delivery_id for row in await queue(db)} == {each.delivery_id for each in kept}


async def test_a_change_that_is_rolled_back_sends_nothing(db: Database, watch: Watch) -> None:
    async def change() -> None:
        async with db.writing() as unit:
            await service.enqueue_about(unit, TOKEN, "cli_a", {"session_id": "ses_1"})
            raise KeyError

    with pytest.raises(KeyError):
        await change()
    watch.advance(DAY)
    assert await run(dispatcher(db, Recorder())) == 0


async def test_ids_that_it_is_about_reach_the_sender(db: Database, watch: Watch) -> None:
    sender, about = Recorder(), {"person_id": "per_a", "session_id": "ses_1"}
    async with db.writing() as unit:
        await service.enqueue_about(unit, TOKEN, "cli_a", about)
    watch.advance(MINUTE)
    await run(dispatcher(db, sender))
    assert [dict(sent.payload) for sent in sender.sent] == [about]


async def test_a_channel_without_sender_is_left_to_other_processes(db: Database, watch: Watch) -> None:
    delivery = await enqueue(db)
    watch.advance(MINUTE)
    process = Dispatcher(db, SEALER, {SMS: Recorder()})
    await attempt_now(process, delivery)
    assert await run(process) == 0
    assert [row.attempts for row in await queue(db)] == [0]


async def test_who_waits_does_not_wait_for_a_database_that_is_away(db: Database, watch: Watch) -> None:
    delivery = await enqueue(db)
    await attempt_now(dispatcher(Broken(db), Recorder()), delivery)  # type: ignore[arg-type]
    assert [row.attempts for row in await queue(db)] == [0]
