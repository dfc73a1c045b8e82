"""What runs beside the requests: each task on its own beat, in every process, safe to run in several at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from vneid_idp.audit import service as audit
from vneid_idp.bindings import service as bindings
from vneid_idp.clients import key_readers
from vneid_idp.clients import service as clients
from vneid_idp.consent import approvals
from vneid_idp.consent.disclosures import Disclosures
from vneid_idp.delivery import service as deliveries
from vneid_idp.grants import acts
from vneid_idp.grants import service as grants
from vneid_idp.identity.factors import otp, phone_sign_ins, sessions
from vneid_idp.identity.offices import lock_requests
from vneid_idp.instructions import forgetting as instructions
from vneid_idp.interaction import service as interactions
from vneid_idp.kernel.clock import Instant
from vneid_idp.keys import service as keys
from vneid_idp.log import Log
from vneid_idp.matching import mismatches
from vneid_idp.matching import service as matches
from vneid_idp.registered_numbers import parts as register_parts
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers import uploads as register_uploads
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.swap_subscriptions import service as swap_subscriptions
from vneid_idp.use_cases.end_consents_given_too_young import end_consents_given_too_young
from vneid_idp.use_cases.end_dispute import settle_disputes
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.receive_register import Desk, read_received
from vneid_idp.use_cases.replan_ladder import replan_ladder
from vneid_idp.use_cases.report_to_registry import Reporting, finish_forgotten_reports
from vneid_idp.use_cases.rest_expired import rest_expired
from vneid_idp.use_cases.rest_unsupervised import rest_unsupervised
from vneid_idp.use_cases.settle_polled import settle_polled, sweep_polled
from vneid_idp.use_cases.sweep_ladder import sweep_ladder
from vneid_idp.use_cases.tell_swaps import end_due_subscriptions
from vneid_idp.use_cases.wake_streams import wake_streams
from vneid_idp.web.context import Idp
from vneid_idp.workers.follower import Follower

_log = Log(__name__)
_PORTION = 1000
"""Rows that are deleted in one unit."""
_PARTS = 50
"""The same of parts of files, which have some megabytes each."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do every `seconds`."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[Any]]


def tasks(provider: Idp, root_secret: bytes, retention: Instant) -> list[Task]:
    """All of it, the most frequent first. `retention` is for how long what ended is kept."""
    db, dispatcher = provider.db, provider.dispatcher

    async def rest() -> int:
        return await rest_expired(db, provider.vault, await provider.policy.current())

    async def end_too_young() -> None:
        ended = await end_consents_given_too_young(db, provider.vault, await provider.policy.current())
        await dispatcher.attempt(ended)

    async def report() -> int:
        to = Reporting(db, provider.vault, provider.keys.blind, provider.registry)
        return await finish_forgotten_reports(to, await provider.policy.current())

    async def climb() -> int:
        secrets = Secrets(provider.vault, provider.keys.sealer, provider.keys.blind)
        return await sweep_ladder(db, await provider.policy.current(), secrets)

    follower = Follower(db, provider.vault, provider.keys.blind, provider.registry, provider.policy)
    return [
        Task("send deliveries", 1, dispatcher.drain),
        Task("have carriers told", 2, lambda: wake_streams(db, provider.clients)),
        Task("follow the registry", 5, follower.round),
        Task("reload keys", 5, lambda: provider.keys.reload(db)),
        Task("seal events", 5, lambda: seal_events(db)),
        Task("note who fetched keys", 10, lambda: provider.key_readers.write_down(db)),
        Task("finish reports to the registry", 10, report),
        Task("give up lost deliveries", 10, lambda: db.transact(deliveries.give_up_lost)),
        Task("sweep waiting requests", 30, lambda: db.transact(interactions.sweep, durable=False)),
        Task("put polled requests on record", 5, lambda: db.transact(settle_polled)),
        Task("note spent budgets", 10, lambda: provider.spent_budgets.write_down(db)),
        Task("sweep polled requests", 60, lambda: db.transact(sweep_polled)),
        Task("rest what expired cards held", 60, rest),
        Task("plan the ladder anew", 60, lambda: replan_ladder(db)),
        Task("take the steps of the ladder that are due", 60, climb),
        Task("end what children agreed to alone", 60, end_too_young),
        Task("end subscriptions that are over", 30, lambda: end_due_subscriptions(db)),
        Task("read registers of carriers", 5, lambda: read_registers(provider)),
        Task("end what is over of carriers' registers", 60, lambda: end_what_is_over(db)),
        Task("rest what nobody supervises", 300, lambda: rest_unsupervised(db, provider.vault)),
        Task("sweep", 300, lambda: db.transact(sweep, durable=False)),
        Task("forget what ended", 300, lambda: forget_ended(db, retention)),
        Task("forget what was told long ago", 300, lambda: forget_told(db, provider.disclosures)),
        Task("sweep what senders keep", 300, dispatcher.sweep),
        Task("end old lock requests", 300, lambda: db.transact(lock_requests.expire)),
        Task("count what was sealed", 60, lambda: count_seals(provider)),
        Task("tend keys", 600, lambda: db.transact(lambda unit: keys.tend(unit, root_secret))),
    ]


async def sweep(unit: Unit) -> None:
    """Delete what is good for nothing any more, whatever `retention` says."""
    await clients.forget_assertions(unit)
    await bindings.forget_old_keys(unit)
    await acts.forget(unit)
    await otp.sweep(unit)
    await phone_sign_ins.sweep(unit)
    await approvals.sweep(unit)
    await deliveries.sweep(unit)
    await key_readers.sweep(unit)
    await matches.sweep(unit)
    await mismatches.sweep(unit)


async def seal_events(db: Database) -> None:
    """Chain all events that are in no batch yet, and tell the operator's log of those that are alarms: every event
    passes here once, whatever wrote it."""
    with suppress(audit.EventsCameIn):
        while True:
            sealed = await db.transact(audit.seal_batch)
            for event in () if sealed is None else sealed.alarms:
                _log.warning("audit.alarm", code=event.kind, client_id=event.client_id)
            if sealed is None or sealed.batch.count < audit.FULL_BATCH:
                return


async def count_seals(provider: Idp) -> None:
    """Write down how much this process has sealed since the last time. What is lost with a process is a minute's."""
    generation, count = provider.keys.sealer.take_note()
    if count:
        await provider.db.transact(lambda unit: keys.note_seals(unit, generation, count), durable=False)


async def forget_ended(db: Database, retention: Instant) -> None:
    """Delete sessions and grants that ended so long ago, instructions that were answered and subscriptions that are
    over, in portions that nobody waits for."""
    for forget in (
        sessions.forget_ended,
        grants.forget_ended,
        instructions.forget_answered,
        swap_subscriptions.forget_ended,
    ):
        while await db.transact(partial(_portion, forget, retention), durable=False) == _PORTION:
            pass


async def forget_told(db: Database, told: Disclosures) -> None:
    """Delete what services were told longer ago than people can read it, in portions as well."""
    while await db.transact(lambda unit: told.forget(unit, _PORTION), durable=False) == _PORTION:
        pass


async def read_registers(provider: Idp) -> None:
    """Read the registers that carriers sent, one after the other."""
    desk = Desk(provider.db, provider.vault, provider.keys.sealer, provider.keys.blind, provider.registry)
    while await read_received(desk, await provider.policy.current()):
        pass


async def end_what_is_over(db: Database) -> None:
    """End disputes that are over by themselves, and forget the registers of carriers that are gone."""
    await settle_disputes(db)
    await forget_registers(db)


async def forget_registers(db: Database) -> None:
    """Give up files with which nobody goes on, and delete the numbers of carriers that were deleted, files that were
    read or given up, and what was wrong with rows long ago, in portions as well."""
    await db.transact(register_uploads.give_up, durable=False)
    while await db.transact(partial(register_parts.forget, portion=_PARTS), durable=False) >= _PARTS:
        pass
    for forget in (registered_numbers.forget_unreadable, register_uploads.forget_faults):
        while await db.transact(partial(forget, portion=_PORTION), durable=False) >= _PORTION:
            pass


async def _portion(forget: Callable[[Unit, Instant, int], Awaitable[int]], retention: Instant, unit: Unit) -> int:
    return await forget(unit, unit.now - retention, _PORTION)


async def repeat(task: Task) -> None:
    """Do it, for ever. A failure is logged, and tried again."""
    while True:
        await asyncio.sleep(task.seconds)
        try:
            await task.work()
        except Exception as error:
            _log.failure("task.failed", error, task=task.name)


@asynccontextmanager
async def running(tasks: Sequence[Task]) -> AsyncIterator[None]:
    """Run `tasks` while the block lasts."""
    started = [asyncio.create_task(repeat(task), name=task.name) for task in tasks]
    try:
        yield
    finally:
        for each in started:
            each.cancel()
        await asyncio.gather(*started, return_exceptions=True)
