"""The engine drives a kind that it has never heard of, on both databases, and the ledger shows it beside the first."""

import asyncio

import pytest

from tests.support.lifecycles import check
from tests.support.toy_numbers import LIFECYCLE, TOY_NUMBER, Move, State, ToyNumber, create, new
from tests.support.watch import MORNING, Watch
from vneid_idp.audit import service as audit
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine import store
from vneid_idp.bindings.engine.rules import BindingNotFound, IdempotencyConflict, MoveForbidden
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.lifecycle import BindingState as AccountState
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Database, Unit

BLIND = BlindIndex(b"k" * 32)
BOTH = {**KINDS, TOY_NUMBER.name: TOY_NUMBER}


@pytest.fixture
def database_url(database_url: str) -> str:
    create(database_url)
    return database_url


async def occupy(
    unit: Unit,
    number: str,
    person_id: str | None = "per_lan",
    *,
    client_id: str = "app",
    limit: int | None = None,
    key: str | None = None,
) -> Bound[ToyNumber] | None:
    digest = engine.digest_of(BLIND, TOY_NUMBER, "fam", number)
    way_in = Move.REGISTER if person_id is None else Move.BIND

    async def bind(binding_id: str) -> Bound[ToyNumber]:
        bound = await engine.occupy(
            unit, TOY_NUMBER, way_in, new(binding_id, client_id, person_id, unit.now), digest, limit=limit
        )
        assert bound is not None
        return bound

    if key is not None:
        return await engine.once(unit, BLIND, TOY_NUMBER, client_id, key, f"{digest} {person_id}", bind)
    binding = new(new_id("bind"), client_id, person_id, unit.now)
    return await engine.occupy(unit, TOY_NUMBER, way_in, binding, digest, limit=limit)


async def bound(db: Database, number: str, person_id: str | None = "per_lan", **more: object) -> Bound[ToyNumber]:
    async with db.writing() as unit:
        made = await occupy(unit, number, person_id, **more)  # type: ignore[arg-type]
    assert made is not None
    return made


async def make(db: Database, binding: ToyNumber, move: Move, **brought: object) -> ToyNumber:
    async with db.writing() as unit:
        return await engine.move(unit, TOY_NUMBER, binding.client_id, binding.binding_id, move, **brought)  # type: ignore[arg-type]


def test_its_table_holds_together() -> None:
    check(LIFECYCLE, State, Move)


async def in_state(db: Database, state: State, number: str) -> ToyNumber:
    ways: dict[State, tuple[str | None, tuple[Move, ...]]] = {
        State.REGISTERED: (None, ()),
        State.VERIFIED: ("per_lan", ()),
        State.DISOWNED: (None, (Move.DISOWN,)),
        State.FROZEN: ("per_lan", (Move.FREEZE,)),
        State.ENDED: ("per_lan", (Move.END,)),
        State.RECYCLED: ("per_lan", (Move.END, Move.RECYCLE)),
    }
    person_id, moves = ways[state]
    binding = (await bound(db, number, person_id)).binding
    for move in moves:
        binding = await make(db, binding, move)
    assert binding.state is state
    return binding


@pytest.mark.parametrize("state", State)
async def test_every_move_from_every_state(db: Database, state: State) -> None:
    for move in Move:
        binding = await in_state(db, state, f"{state} {move}")
        brought = {"person_id": "per_minh"} if move is Move.CONFIRM else {}
        end = LIFECYCLE.moves.get((state, move))
        if end is not None:
            assert (await make(db, binding, move, **brought)).state is end
        elif state in LIFECYCLE.ends(move):
            assert await make(db, binding, move, **brought) == binding
        else:
            with pytest.raises(MoveForbidden):
                await make(db, binding, move, **brought)


async def test_a_move_brings_the_columns_of_its_kind_and_leaves_its_event(db: Database, watch: Watch) -> None:
    registered = (await bound(db, "0951", None)).binding
    assert registered.person_id is None
    confirmed = await make(db, registered, Move.CONFIRM, person_id="per_lan")
    assert (confirmed.person_id, confirmed.state) == ("per_lan", State.VERIFIED)
    async with db.reading() as unit:
        (event,) = await audit.history_of(unit, "per_lan")
    assert (event.kind, event.subject_id) == ("binding.proved", registered.binding_id)
    assert event.data == {"kind": "toy_number", "by": "provider"}


async def test_a_number_has_one_holder_in_the_whole_family(db: Database) -> None:
    first = await bound(db, "0951")
    again = await bound(db, "0951", "per_minh", client_id="shop")
    assert (again.created, again.binding) == (False, first.binding)
    await make(db, first.binding, Move.END)
    assert (await bound(db, "0951", "per_minh", client_id="shop")).created


async def test_places_are_counted_in_the_whole_family(db: Database) -> None:
    await bound(db, "0951", limit=2)
    await bound(db, "0952", limit=2, client_id="shop")
    async with db.writing() as unit:
        assert await occupy(unit, "0953", limit=2) is None
    for number in ("0954", "0955", "0956"):
        assert (await bound(db, number, "per_minh")).created, "without a limit there are no places"


async def test_of_20_who_want_a_number_at_once_one_holds_it(db: Database) -> None:
    made = await asyncio.gather(*(bound(db, "0951", f"per_{number}") for number in range(20)))
    assert sum(each.created for each in made) == 1
    assert len({each.binding.binding_id for each in made}) == 1


async def test_an_idempotency_key_belongs_to_its_kind(db: Database) -> None:
    first = await bound(db, "0951", key="key")
    assert (await bound(db, "0951", key="key")).binding == first.binding
    with pytest.raises(IdempotencyConflict):
        await bound(db, "0952", key="key")
    async with db.writing() as unit:
        account = await social_accounts.bind_social_account(
            unit,
            BLIND,
            client_id="app",
            account_id="lan",
            proof=BindingProof("per_lan", 30, 2),
            rules=shipped().at(MORNING),
            idempotency_key="key",
        )
    assert account.created


@pytest.mark.parametrize("state", [None, *State])
async def test_a_client_lists_its_own_by_state(db: Database, state: State | None) -> None:
    made = {found: await in_state(db, found, found) for found in State}
    await bound(db, "elsewhere", client_id="shop")
    async with db.reading() as unit:
        listed = await engine.list_for_client(unit, TOY_NUMBER, "app", state=state)
    assert set(listed) == {binding for found, binding in made.items() if state in (None, found)}


async def both_kinds(db: Database, watch: Watch) -> list[str]:
    """Turn by turn a number and an account of one person; their ids, the latest first."""
    made = []
    for turn in range(6):
        watch.advance(MINUTE)
        async with db.writing() as unit:
            if turn % 2:
                number = await occupy(unit, f"095{turn}")
                assert number is not None
                made.append(number.binding.binding_id)
                continue
            account = await social_accounts.bind_social_account(
                unit,
                BLIND,
                client_id="net",
                account_id=f"a{turn}",
                proof=BindingProof("per_lan", 30, 2),
                rules=shipped().at(MORNING),
            )
            made.append(account.binding.binding_id)
    return made[::-1]


async def test_the_ledger_shows_all_kinds_in_one_order(db: Database, watch: Watch) -> None:
    made = await both_kinds(db, watch)
    async with db.reading() as unit:
        seen: list[str] = []
        before = None
        while page := await ledger.list_for_person(unit, "per_lan", before=before, limit=2, kinds=BOTH):
            assert len(page) <= 2
            seen += [binding.binding_id for binding in page]
            before = seen[-1]
        assert seen == made
        found = await ledger.find_for_person(unit, "per_lan", made[0], kinds=BOTH)
        assert found is not None
        assert found.kind == "toy_number"
        assert await ledger.find_for_person(unit, "per_minh", made[0], kinds=BOTH) is None


async def states(db: Database) -> set[str]:
    async with db.reading() as unit:
        return {str(b.state) for b in await ledger.list_for_person(unit, "per_lan", kinds=BOTH)}


async def test_everything_of_a_person_rests_counts_again_and_ends_together(db: Database, watch: Watch) -> None:
    made = await both_kinds(db, watch)
    watch.advance(MINUTE)
    locked_at = watch.now()
    async with db.writing() as unit:
        await ledger.suspend_all(unit, "per_lan", kinds=BOTH)
    assert await states(db) == {AccountState.SUSPENDED, State.FROZEN}
    async with db.writing() as unit:
        await ledger.resume_all(unit, "per_lan", since=locked_at + 1, kinds=BOTH)
    assert await states(db) == {AccountState.SUSPENDED, State.FROZEN}, "that lock was another one"
    async with db.writing() as unit:
        await ledger.resume_all(unit, "per_lan", since=locked_at, kinds=BOTH)
    assert await states(db) == {AccountState.VERIFIED, State.VERIFIED}
    async with db.writing() as unit:
        released = await ledger.release_by_person(unit, "per_lan", made[0], None, shipped(), kinds=BOTH)
        assert released.state is State.ENDED
        with pytest.raises(BindingNotFound):
            await ledger.release_by_person(unit, "per_minh", made[1], None, shipped(), kinds=BOTH)
    async with db.writing() as unit:
        assert await ledger.release_own(unit, "per_lan", kinds=BOTH) == len(made) - 1
    assert await states(db) == {AccountState.RELEASED, State.ENDED}


async def test_what_is_live_is_walked_in_pages(db: Database) -> None:
    # Earlier and later than those of the client before it: a page ends between two clients.
    before = (await bound(db, "before", client_id="shop")).binding
    made = {found: await in_state(db, found, found) for found in State}
    after = (await bound(db, "after", client_id="shop")).binding
    walked = [binding async for page in engine.live_pages(db, TOY_NUMBER, page=2) for binding in page]
    assert len(walked) == len(set(walked))
    assert set(walked) == {before, after, *(made[state] for state in LIFECYCLE.live)}


async def test_the_resource_of_a_binding_that_is_nowhere_cannot_be_occupied_again(db: Database) -> None:
    nowhere = new(new_id("bind"), "app", "per_lan", MORNING)
    async with db.writing() as unit:
        with pytest.raises(BindingNotFound):
            await engine.occupy_again(unit, TOY_NUMBER, Move.BIND, nowhere, nowhere)


async def test_who_looked_before_another_was_faster_finds_what_that_one_made(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await bound(db, "090")

    async def too_early(*_: object) -> tuple[ToyNumber, ...]:
        return ()

    monkeypatch.setattr(store, "find_held", too_early)
    assert await bound(db, "090") == Bound(first.binding, created=False)
    assert (await bound(db, "091")).created
    async with db.writing() as unit:
        # Of two places the first is taken, by a number that this one did not see.
        other = await occupy(unit, "092", limit=2)
        assert other is not None
        assert other.created
        assert await occupy(unit, "092", limit=2) == Bound(other.binding, created=False)
