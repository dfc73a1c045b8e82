"""A polled request is answered once, by who was asked, with the number in hand, and in time."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.spent_budgets import ONCE_IN, SpentBudgets
from vneid_idp.audit.tables import events
from vneid_idp.cross_device import opening, service
from vneid_idp.cross_device.opening import Opened
from vneid_idp.cross_device.rules import FETCHED_WITHIN, Approved, Denied, Expired, Outcome, Pending
from vneid_idp.cross_device.service import RequestOver
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.protocol.authorisation import Authorisation, Origin
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.answer_polled import cancel_polled, refuse_polled
from vneid_idp.use_cases.settle_polled import settle_polled, sweep_polled

ASKED = AuthorizationRequest("cli_a", None, "query", None, ("openid",))
ALLOWED = Authorisation("cli_a", "per_a", ("openid",), Origin.BACKCHANNEL)
BLIND = BlindIndex(b"k" * 32)
LIFE = 2 * MINUTE
IN_APP = PolledKind.BACKCHANNEL


async def opened(db: Database, person_id: str | None = "per_a", **changes: Any) -> Opened:
    terms: dict[str, Any] = {
        "life": LIFE,
        "interval": 2 * SECOND,
        "binding_message": "Counter 7",
        "declared_place": None,
        "with_number": True,
        "notification_token": "told",
    }
    return await db.transact(
        lambda unit: opening.open_backchannel_request(unit, SEALER, ASKED, person_id, **terms | changes)
    )


async def approve(db: Database, found: Opened, person_id: str = "per_a", phone: str | None = "pho_a") -> None:
    polled = replace(found.polled, phone_id=phone)
    await db.transact(lambda unit: service.approve(unit, SEALER, polled, person_id, "grt_a", ALLOWED))


async def take(db: Database, found: Opened, number: str | None = None, phone: str = "pho_a", by: str = "per_a") -> bool:
    return await db.transact(lambda unit: service.take(unit, found.polled, by, phone, number or ""))


async def hold(db: Database, found: Opened, by: str) -> None:
    await db.transact(lambda unit: service.hold_open(unit, found.polled.request_id, by))


async def end(db: Database, found: Opened, by: str | None) -> None:
    await db.transact(lambda unit: service.end(unit, found.polled, by, Outcome.REFUSED))


async def poll(db: Database, found: Opened, client_id: str = "cli_a", kind: PolledKind = IN_APP) -> object:
    async with db.single() as unit:
        return await service.poll(unit, SEALER, kind, client_id, found.handle)


async def test_what_waits_is_what_was_asked(db: Database) -> None:
    found = await opened(db)
    async with db.reading() as unit:
        assert await service.waiting_for(unit, SEALER, "per_a") == (found.polled,)
        assert await service.waiting_for(unit, SEALER, "per_b") == ()
        assert await service.find_for(unit, SEALER, "per_b", "pho_a", found.polled.request_id) is None
        assert await service.shown_number(unit, found.polled) == found.number
    assert found.number in found.polled.numbers
    assert not found.polled.is_picked
    assert found.handle not in found.polled.request_id


async def test_without_the_right_number_nothing_is_approved(db: Database) -> None:
    found = await opened(db)
    with pytest.raises(RequestOver):
        await approve(db, found)
    assert not await take(db, found, next(number for number in found.polled.numbers if number != found.number))
    with pytest.raises(RequestOver):
        await approve(db, found)
    assert await take(db, found, found.number)
    with pytest.raises(RequestOver):
        await approve(db, found, "per_b")
    await approve(db, found)
    assert await poll(db, found) == Approved("grt_a", ALLOWED)


async def test_it_is_taken_refused_and_held_by_who_was_asked_alone_on_one_phone(db: Database) -> None:
    found, of_nobody = await opened(db, with_number=False), await opened(db, with_number=False, person_id=None)
    for request, by in ((found, "per_b"), (found, None), (of_nobody, "per_a"), (of_nobody, None)):
        for act in (
            take(db, request, by=by or ""),
            end(db, request, by),
            approve(db, request, by or ""),
            hold(db, request, by or ""),
        ):
            with pytest.raises(RequestOver):
                await act
    for phone in ("pho_a", None):
        with pytest.raises(RequestOver):
            await approve(db, found, phone=phone)
    assert await take(db, found)
    assert await take(db, found), "pressed twice"
    for act in (take(db, found, phone="pho_b"), approve(db, found, phone="pho_b"), approve(db, found, phone=None)):
        with pytest.raises(RequestOver):
            await act
    async with db.reading() as unit:
        assert len(await service.waiting_on(unit, SEALER, "per_a", "pho_a")) == 1
        assert await service.waiting_on(unit, SEALER, "per_a", "pho_b") == ()
    await approve(db, found)
    await db.transact(lambda unit: service.end_approved_on(unit, "per_a", "pho_b"))
    assert await poll(db, found) == Approved("grt_a", ALLOWED)
    await db.transact(lambda unit: service.end_approved_on(unit, "per_a", "pho_a"))
    assert await poll(db, found) == Denied()


async def test_an_answer_is_given_once(db: Database) -> None:
    found = await opened(db, with_number=False)
    await take(db, found)
    await approve(db, found)
    with pytest.raises(RequestOver):
        await approve(db, found)
    with pytest.raises(RequestOver):
        await end(db, found, "per_a")
    refused = await opened(db, with_number=False)
    await take(db, refused)
    await end(db, refused, "per_a")
    with pytest.raises(RequestOver):
        await approve(db, refused)
    assert await poll(db, refused) == Denied()


async def test_time_runs_out_for_the_answer_and_then_for_its_client(db: Database, watch: Watch) -> None:
    late, last = await opened(db, with_number=False), await opened(db, with_number=False)
    for request in (late, last):
        await take(db, request)
    watch.advance(LIFE - 1)
    await approve(db, last)
    watch.advance(1)
    for act in (approve(db, late), hold(db, late, "per_a")):
        with pytest.raises(RequestOver):
            await act
    assert await poll(db, late) == Expired()
    watch.advance(FETCHED_WITHIN - 2)
    assert await poll(db, last) == Approved("grt_a", ALLOWED)
    watch.advance(1)
    assert await poll(db, last) == Expired()
    watch.advance(10 * MINUTE + 1)
    await db.transact(sweep_polled)
    assert await poll(db, late) is None


async def test_who_polls_too_soon_waits_longer_each_time(db: Database, watch: Watch) -> None:
    found = await opened(db)
    told = []
    for seconds in (0, 2, 1, 5, 12, 12, 11):
        watch.advance(seconds * SECOND)
        told.append(await poll(db, found) == Pending(too_soon=True))
    assert told == [False, False, True, True, False, False, True]


async def test_nobody_elses_handle_is_polled_and_a_code_is_no_handle(db: Database) -> None:
    found = await opened(db)
    device = await db.transact(lambda unit: opening.open_device_request(unit, SEALER, BLIND, ASKED, "192.0.2.1"))
    assert await poll(db, found, client_id="cli_b") is None
    assert await poll(db, found, kind=PolledKind.DEVICE) is None
    assert await poll(db, device) is None
    async with db.reading() as unit:
        assert await service.find_by_code(unit, SEALER, BLIND, device.user_code or "") == device.polled
        assert await service.find_by_code(unit, SEALER, BlindIndex(b"x" * 32), device.user_code or "") is None


async def on_record(db: Database) -> list[tuple[str, str | None, dict[str, Any]]]:
    """What workers put on record now."""
    before = len(await recorded(db))
    await db.transact(settle_polled)
    await db.transact(sweep_polled)
    return (await recorded(db))[before:]


async def recorded(db: Database) -> list[tuple[str, str | None, dict[str, Any]]]:
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(events).order_by(events.c.event_id)))
    return [(row["kind"], row["person_id"] or None, json.loads(row["data"])) for row in rows]


async def test_what_is_asked_of_a_person_goes_on_record_and_of_nobody_a_number_stays(
    db: Database, watch: Watch
) -> None:
    """Beside the requests, so that none of them takes longer for somebody than for nobody."""
    app = {"kind": "backchannel"}
    found, of_nobody = await opened(db), [await opened(db, person_id=None) for _ in range(3)]
    taken_back = [await opened(db), await opened(db, person_id=None)]
    device = await db.transact(lambda unit: opening.open_device_request(unit, SEALER, BLIND, ASKED, "192.0.2.1"))
    assert await on_record(db) == [("request.asked", "per_a", app)] * 2
    assert await on_record(db) == []
    for each in taken_back:
        await db.transact(lambda unit, of=each.handle: cancel_polled(unit, "cli_a", of))  # type: ignore[misc]
    await db.transact(lambda unit: refuse_polled(unit, SEALER, device.polled, None))
    assert len(await recorded(db)) == 2, "who refused is not known"
    assert await on_record(db) == [("request.cancelled", "per_a", app)]
    watch.advance(LIFE)
    for each in (found, of_nobody[0]):
        assert await poll(db, each) == Expired()
    assert await on_record(db) == [("request.expired", "per_a", app)]
    watch.advance(DAY)
    assert await on_record(db) == [
        ("request.swept", None, {"kind": "backchannel", "ended": "cancelled", "count": 1}),
        ("request.swept", None, {"kind": "backchannel", "ended": "expired", "count": len(of_nobody)}),
        ("request.swept", None, {"kind": "device", "ended": "refused", "count": 1}),
    ]


async def test_spent_budgets_go_on_record_once_in_a_while(db: Database, watch: Watch) -> None:
    budgets = SpentBudgets(watch)
    for _ in range(9):
        budgets.spent(EventKind.REQUEST_BUDGET_SPENT, "per_a", "cli_a")
        budgets.spent(EventKind.REQUEST_BUDGET_SPENT, None, "cli_a")
    await budgets.write_down(db)
    await budgets.write_down(db)
    assert [event[:2] for event in await recorded(db)] == [("request.budget_spent", who) for who in ("per_a", None)]
    watch.advance(ONCE_IN)
    budgets.spent(EventKind.REQUEST_BUDGET_SPENT, "per_a", "cli_a")
    await budgets.write_down(db)
    assert len(await recorded(db)) == 3


async def test_who_is_forgotten_leaves_nothing(db: Database) -> None:
    found = await opened(db)
    await db.transact(lambda unit: service.disown(unit, "per_a", "cli_a"))
    async with db.reading() as unit:
        assert await service.is_disowned(unit, "per_a", "cli_a")
        assert not await service.is_disowned(unit, "per_a", "cli_b")
    await db.transact(lambda unit: service.forget(unit, "per_a"))
    async with db.reading() as unit:
        assert not await service.is_disowned(unit, "per_a", "cli_a")
    assert await poll(db, found) is None
