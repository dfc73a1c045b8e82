"""A waiting request is open until it is answered or its time runs out: then nothing more is done to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.interaction import service, store
from vneid_idp.interaction.service import Interaction, InteractionOver, Taken
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.protocol.acts import Acts, Confirmed
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.storage.unit import Database, Unit

REQUEST = AuthorizationRequest("cli_a", "https://a.example/", "query", None, ("openid",))
BROWSER = "a browser"
Act = Callable[[Unit, Interaction], Awaitable[object]]

ACTS: dict[str, Act] = {
    "adopt": lambda unit, waiting: service.adopt(unit, waiting.interaction_id, BROWSER),
    "refuse": lambda unit, waiting: service.refuse(unit, waiting, "consent"),
    "choose a child": lambda unit, waiting: service.choose_child(unit, waiting, "per_child"),
    "extend": service.extend,
    "end": lambda unit, waiting: service.end(unit, waiting, BROWSER),
    "look": lambda unit, waiting: service.get_in_browser(unit, SEALER, waiting.interaction_id, BROWSER),
}
WRITTEN: dict[str, Callable[[Interaction, Instant], Interaction | None]] = {
    "adopt": lambda was, now: replace(was, expires_at=now + service.LIFE),
    "refuse": lambda was, now: replace(was, refused="consent"),
    "choose a child": lambda was, now: replace(was, child_id="per_child"),
    "extend": lambda was, now: replace(was, expires_at=now + service.LIFE),
    "end": lambda was, now: None,
    "look": lambda was, now: was,
}
"""What is open after each."""
acts = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


LINK = Acts(link=True)


async def opened(db: Database) -> Interaction:
    return await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, BROWSER, unit.now))


@pytest.mark.parametrize("act", ACTS)
async def test_an_open_request_goes_on_as_each_step_says(db: Database, watch: Watch, act: str) -> None:
    waiting = await opened(db)
    watch.advance(MINUTE)
    await db.transact(lambda unit: ACTS[act](unit, waiting))
    async with db.reading() as unit:
        left = await service.find_open(unit, SEALER, waiting.interaction_id)
        assert left == WRITTEN[act](waiting, unit.now)


@pytest.mark.parametrize(("browser", "life"), [(BROWSER, service.LIFE), (None, service.PUSHED_LIFE)])
async def test_a_request_counts_from_its_arrival_however_late_it_was_kept(
    db: Database, watch: Watch, browser: str | None, life: Instant
) -> None:
    """Somebody who signs in meanwhile did so for it, and is not asked once more (`prompt=login`)."""
    arrived = watch.now()
    watch.advance(MINUTE)
    kept = await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, browser, arrived))
    async with db.reading() as unit:
        found = await service.find_open(unit, SEALER, kept.interaction_id)
    assert found == kept
    assert (kept.waiting.opened_at, kept.expires_at) == (arrived, arrived + life)


@acts
async def test_one_whose_time_ran_out_is_over(db: Database, watch: Watch, act: Act) -> None:
    waiting = await opened(db)
    watch.advance(service.LIFE)
    with pytest.raises(InteractionOver):
        await db.transact(lambda unit: act(unit, waiting))
    async with db.reading() as unit:
        assert await service.find_open(unit, SEALER, waiting.interaction_id) is None


@acts
async def test_one_that_was_answered_is_over(db: Database, act: Act) -> None:
    waiting = await opened(db)
    await db.transact(lambda unit: service.end(unit, waiting, BROWSER))
    with pytest.raises(InteractionOver):
        await db.transact(lambda unit: act(unit, waiting))


async def test_one_that_was_pushed_is_ended_by_the_browser_that_answers_it_and_by_no_other(db: Database) -> None:
    pushed = await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, None, unit.now))
    await db.transact(lambda unit: service.adopt(unit, pushed.interaction_id, BROWSER))
    with pytest.raises(InteractionOver):
        await db.transact(lambda unit: service.end(unit, pushed, "another browser"))
    unseen = await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, None, unit.now))
    await db.transact(lambda unit: service.end(unit, unseen, BROWSER))
    async with db.reading() as unit:
        assert await service.find_answered(unit, SEALER, unseen.interaction_id, BROWSER) is not None
        assert await service.find_answered(unit, SEALER, unseen.interaction_id, "another browser") is None


@pytest.mark.parametrize("act", ["adopt", "extend"])
async def test_nothing_is_kept_waiting_for_ever_by_looking_at_it(db: Database, watch: Watch, act: str) -> None:
    waiting = await opened(db)
    times = 0
    while watch.now() < waiting.opened_at + service.LONGEST - 1:
        watch.advance(min(service.LIFE, waiting.opened_at + service.LONGEST - watch.now()) - 1)
        assert times < 20
        await db.transact(lambda unit: ACTS[act](unit, waiting))
        times += 1
    assert times > 10  # who needs time can ask for it ten times
    watch.advance(1)
    async with db.reading() as unit:
        assert await service.find_open(unit, SEALER, waiting.interaction_id) is None


async def test_a_child_is_chosen_once_and_what_is_confirmed_is_about_that_child(db: Database) -> None:
    waiting = await opened(db)

    async def choose(child_id: str) -> str | None:
        try:
            await db.transact(lambda unit: service.choose_child(unit, waiting, child_id))
        except InteractionOver:
            return None
        return child_id

    (chosen,) = {each for each in await asyncio.gather(*map(choose, ("per_a", "per_b", "per_c"))) if each is not None}
    assert await choose("per_d") is None
    for shown in (None, "per_d", chosen):
        page = replace(waiting, child_id=shown)
        confirm = db.transact(lambda unit, page=page: service.confirm(unit, SEALER, page, LINK, "per_parent"))  # type: ignore[misc]
        if shown == chosen:
            await confirm
        else:
            with pytest.raises(InteractionOver):
                await confirm
    async with db.reading() as unit:
        found = await service.find_open(unit, SEALER, waiting.interaction_id)
    assert found is not None
    assert (found.child_id, found.confirmed) == (chosen, Confirmed("per_parent"))


async def test_another_browser_adopts_nothing(db: Database) -> None:
    waiting = await opened(db)
    with pytest.raises(InteractionOver):
        await db.transact(lambda unit: service.adopt(unit, waiting.interaction_id, "another"))


async def test_what_ran_out_is_swept_a_minute_later(db: Database, watch: Watch) -> None:
    waiting = await opened(db)
    watch.advance(service.LIFE + MINUTE)
    later = await opened(db)
    for passed, swept in ((0, 0), (1, 1), (1, 0)):
        watch.advance(passed)
        assert await db.transact(service.sweep) == swept
    async with db.reading() as unit:
        assert await service.find_open(unit, SEALER, waiting.interaction_id) is None
        assert await service.find_open(unit, SEALER, later.interaction_id) == later


async def test_room_is_made_among_ones_own_requests_the_least_needed_first(db: Database, watch: Watch) -> None:
    async def keep(of: str, size: int) -> Interaction:
        watch.advance(1)
        taken = Taken(of, size)
        return await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, BROWSER, unit.now, taken))

    async def left() -> set[str]:
        async with db.reading() as unit:
            found = [(name, await store.find(unit, each.interaction_id)) for name, each in waiting.items()]
            return {name for name, stored in found if stored is not None}

    sizes = {"taken up": 5, "old": 1, "answered": 1, "large": 4, "young": 1}
    waiting = {name: await keep("me", size) for name, size in sizes.items()}
    waiting["neighbour"] = await keep("neighbour", 9)
    await db.transact(lambda unit: service.adopt(unit, waiting["taken up"].interaction_id, BROWSER, signed_in=True))
    await db.transact(lambda unit: service.end(unit, waiting["answered"], BROWSER))
    for size, goes in ((1, "answered"), (3, "large"), (1, "old"), (1, "young"), (5, "taken up")):
        before = await left()
        assert await db.transact(lambda unit, size=size: service.make_room(unit, Taken("me", size)))  # type: ignore[misc]
        assert before - await left() == {goes}
    assert not await db.transact(lambda unit: service.make_room(unit, Taken("me", 1)))
    assert not await db.transact(lambda unit: service.make_room(unit, Taken(None, 1)))
    assert await left() == {"neighbour"}


async def test_of_newcomers_at_once_each_makes_room_of_its_own(db: Database) -> None:
    taken = Taken("me", 1)
    for _ in range(4):
        await db.transact(lambda unit: service.open_interaction(unit, SEALER, REQUEST, BROWSER, unit.now, taken))
    made = await asyncio.gather(*(db.transact(lambda unit: service.make_room(unit, taken)) for _ in range(4)))
    assert made == [True] * 4
    assert not await db.transact(lambda unit: service.make_room(unit, taken))


async def test_which_details_were_confirmed_is_known_and_another_confirmation_takes_their_place(db: Database) -> None:
    waiting = await opened(db)
    numbers = [({"type": "subscriber_number", "sequence": each},) for each in (1, 2)]
    for details in (*numbers, ()):
        acts = Acts(details=details)
        await db.transact(lambda unit, acts=acts: service.confirm(unit, SEALER, waiting, acts, "per_a"))  # type: ignore[misc]
        async with db.reading() as unit:
            found = await service.find_open(unit, SEALER, waiting.interaction_id)
        assert found is not None
        assert found.confirmed is not None
        assert [found.confirmed.covers(Acts(details=each), "per_a") for each in numbers] == [
            each == details for each in numbers
        ]
        assert not found.confirmed.covers(acts, "per_b")


async def test_a_digest_that_earlier_versions_left_unsealed_confirms_nothing(db: Database) -> None:
    waiting, number = await opened(db), ({"type": "subscriber_number"},)
    as_before = Confirmed("per_a", digest_of(number))
    assert await db.transact(lambda unit: store.confirm(unit, waiting.interaction_id, as_before, None))
    async with db.reading() as unit:
        found = await service.find_open(unit, SEALER, waiting.interaction_id)
    assert found is not None
    assert found.confirmed is None
