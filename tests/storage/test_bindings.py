"""Bindings on both databases: one owner an account, a limit that no race breaks, an event for every move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.people import persona
from tests.support.watch import MORNING, Watch
from vneid_idp.audit import service as audit
from vneid_idp.audit.tables import events
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import BindingNotFound, IdempotencyConflict, MoveForbidden
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.engine.tables import binding_requests
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.bindings.social_accounts.rules import BindingMethod, BindingProof, SocialAccount
from vneid_idp.bindings.social_accounts.tables import social_accounts as table
from vneid_idp.bindings.social_accounts.words import (
    AccountBoundToAnother,
    AccountLimitReached,
    GuardianRequired,
)
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

RULES = shipped().at(MORNING)
BLIND = BlindIndex(b"k" * 32)
LAN = BindingProof("per_lan", age=30, level=2)
MINH = BindingProof("per_minh", age=41, level=1)
CHILD = BindingProof("per_child", age=15, level=2, guardian_id="per_lan")
NETWORK = "net"

Bind = Callable[..., Coroutine[Any, Any, Bound[SocialAccount]]]


@pytest.fixture
def bind(db: Database) -> Bind:
    async def bind_one(proof: BindingProof = LAN, account: str = "lan.1990", **more: object) -> Bound[SocialAccount]:
        async with db.writing() as unit:
            arguments = {"client_id": NETWORK, "account_id": account, "proof": proof, "rules": RULES} | more
            return await social_accounts.bind_social_account(unit, BLIND, **arguments)  # type: ignore[arg-type]

    return bind_one


async def kinds(db: Database, person_id: str) -> list[str]:
    async with db.reading() as unit:
        return sorted(event.kind for event in await audit.history_of(unit, person_id))


async def make(db: Database, binding_id: str, move: Move, client_id: str = NETWORK) -> BindingState:
    async with db.writing() as unit:
        return (await engine.move(unit, SOCIAL_ACCOUNT, client_id, binding_id, move)).state


async def test_an_account_is_bound(db: Database, bind: Bind, watch: Watch) -> None:
    bound = await bind()
    assert bound.created
    binding = bound.binding
    assert (binding.state, binding.level, binding.method) == (BindingState.VERIFIED, 2, BindingMethod.OWN_PROOF)
    assert binding.facts.verified_at == watch.now()
    async with db.reading() as unit:
        assert await engine.find(unit, SOCIAL_ACCOUNT, NETWORK, binding.binding_id) == binding
        assert await social_accounts.find_by_account(unit, BLIND, NETWORK, "lan.1990") == binding
        assert await engine.find(unit, SOCIAL_ACCOUNT, "other", binding.binding_id) is None
        assert await social_accounts.find_by_account(unit, BLIND, "other", "lan.1990") is None
        (event,) = await audit.history_of(unit, "per_lan")
    assert (event.kind, event.client_id, event.subject_id) == ("binding.verified", NETWORK, binding.binding_id)
    assert event.data == {"kind": "social_account", "method": "own_proof", "level": 2}


async def test_the_account_id_is_nowhere_in_the_database(db: Database, bind: Bind) -> None:
    await bind(account="a-handle-to-look-for", idempotency_key="a-key-to-look-for")
    await bind(account="a-handle-to-look-for", client_id="net_2")
    async with db.reading() as unit:
        rows = [await unit.fetch(Statement(select(kept))) for kept in (table, events, binding_requests)]
        digests = {row["resource_digest"] for row in rows[0]}
    assert "to-look-for" not in repr([tuple(dict(row).values()) for group in rows for row in group])
    assert len(digests) == 2, "the same handle in two networks must not show as the same"


async def test_binding_again_changes_nothing(db: Database, bind: Bind, watch: Watch) -> None:
    first = await bind()
    watch.advance(MINUTE)
    again = await bind()
    assert (again.created, again.binding) == (False, first.binding)
    assert await kinds(db, "per_lan") == ["binding.verified"]


async def test_an_account_belongs_to_one_person(db: Database, bind: Bind) -> None:
    bound = await bind()
    with pytest.raises(AccountBoundToAnother):
        await bind(MINH)
    assert (await bind(MINH, client_id="net_2")).created
    async with db.writing() as unit:
        await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, bound.binding.binding_id, Move.RELEASE, by="client")
    assert (await bind(MINH)).created


async def test_a_network_limits_accounts_of_a_person(bind: Bind) -> None:
    for number in range(3):
        await bind(account=f"a{number}")
    with pytest.raises(AccountLimitReached):
        await bind(account="a3")
    assert not (await bind(account="a0")).created
    assert (await bind(account="a3", account_limit=4)).created
    assert (await bind(account="a4", client_id="net_2")).created
    assert (await bind(MINH, account="a4")).created


async def test_a_released_place_is_free_again(db: Database, bind: Bind) -> None:
    bound = [await bind(account=f"a{number}") for number in range(3)]
    async with db.writing() as unit:
        await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, bound[1].binding.binding_id, Move.RELEASE, by="client")
    assert (await bind(account="a3")).created
    with pytest.raises(AccountLimitReached):
        await bind(account="a4")


async def test_a_lowered_limit_counts_accounts_and_not_places(db: Database, bind: Bind) -> None:
    made = [(await bind(account=f"a{number}")).binding for number in range(3)]
    for binding in made[:2]:
        await make(db, binding.binding_id, Move.RELEASE)
    with pytest.raises(AccountLimitReached):
        await bind(account="a3", account_limit=1)
    assert (await bind(account="a3", account_limit=2)).created


async def test_a_child_is_bound_by_a_guardian(db: Database, bind: Bind) -> None:
    with pytest.raises(GuardianRequired):
        await bind(replace(CHILD, guardian_id=None))
    binding = (await bind(CHILD)).binding
    assert (binding.person_id, binding.representative_id, binding.method) == (
        "per_child",
        "per_lan",
        BindingMethod.GUARDIAN,
    )
    async with db.reading() as unit:
        assert await ledger.list_for_person(unit, "per_lan") == (binding,)
        assert await ledger.list_for_person(unit, "per_child") == (binding,)
        (event,) = await audit.history_of(unit, "per_child")
    assert event.data["guardian_id"] == "per_lan"


async def test_at_16_the_own_proof_takes_the_account_over(db: Database, bind: Bind, watch: Watch) -> None:
    supervised = (await bind(CHILD)).binding
    watch.advance(MINUTE)
    own = await bind(BindingProof("per_child", age=16, level=1))
    assert not own.created
    assert own.binding.binding_id == supervised.binding_id
    assert (own.binding.method, own.binding.representative_id, own.binding.level) == (BindingMethod.OWN_PROOF, None, 1)
    assert own.binding.facts.verified_at == watch.now()
    assert await kinds(db, "per_child") == ["binding.proved", "binding.verified"]
    async with db.reading() as unit:
        assert await ledger.list_for_person(unit, "per_lan") == ()


async def test_a_higher_level_is_taken_and_a_lower_one_left(db: Database, bind: Bind) -> None:
    await bind(MINH)
    assert (await bind(replace(MINH, level=2))).binding.level == 2
    assert (await bind(MINH)).binding.level == 2
    assert await kinds(db, "per_minh") == ["binding.proved", "binding.verified"]


async def test_a_suspended_binding_holds_its_account_and_is_not_lifted_by_binding(db: Database, bind: Bind) -> None:
    bound = (await bind(MINH)).binding
    assert await make(db, bound.binding_id, Move.SUSPEND) is BindingState.SUSPENDED
    assert (await bind(replace(MINH, level=2))).binding.state is BindingState.SUSPENDED
    with pytest.raises(AccountBoundToAnother):
        await bind(LAN)
    assert await make(db, bound.binding_id, Move.RESUME) is BindingState.VERIFIED
    assert await kinds(db, "per_minh") == ["binding.resumed", "binding.suspended", "binding.verified"]


async def test_ending_twice_is_forgiven_and_leaves_one_event(db: Database, bind: Bind, watch: Watch) -> None:
    binding_id = (await bind()).binding.binding_id
    async with db.writing() as unit:
        first = await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, binding_id, Move.RELEASE, by="client")
    watch.advance(MINUTE)
    async with db.writing() as unit:
        assert await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, binding_id, Move.RELEASE, by="client") == first
    assert first.state is BindingState.RELEASED
    assert await kinds(db, "per_lan") == ["binding.released", "binding.verified"]
    for move in (Move.RESUME, Move.SUSPEND, Move.VERIFY, Move.REVOKE):
        with pytest.raises(MoveForbidden):
            await make(db, binding_id, move)


async def test_nobody_ends_a_strangers_binding(db: Database, bind: Bind) -> None:
    binding_id = (await bind(CHILD)).binding.binding_id
    with pytest.raises(BindingNotFound):
        await make(db, binding_id, Move.RELEASE, client_id="other")

    async def by(person_id: str) -> StrEnum:
        async with db.writing() as unit:
            return (await ledger.release_by_person(unit, person_id, binding_id, record, shipped())).state

    record = replace(persona("fifteen").record, person_id="per_child", guardian_ids=("per_lan",))
    with pytest.raises(BindingNotFound):
        await by("per_minh")
    assert await by("per_lan") is BindingState.RELEASED
    async with db.reading() as unit:
        released = next(e for e in await audit.history_of(unit, "per_child") if e.kind == "binding.released")
    assert released.data == {"kind": "social_account", "by": "guardian", "guardian_id": "per_lan"}


@pytest.mark.parametrize("state", [None, *BindingState])
async def test_a_network_lists_its_own_in_pages(db: Database, bind: Bind, state: BindingState | None) -> None:
    made = [(await bind(BindingProof(f"per_{n}", 20, 2), account=f"a{n}")).binding for n in range(9)]
    await bind(account="elsewhere", client_id="net_2")
    for index, move in enumerate((Move.SUSPEND, Move.RELEASE, Move.REVOKE)):
        for binding in made[index::4]:
            await make(db, binding.binding_id, move)
    seen = []
    after = None
    async with db.reading() as unit:
        everything = {b.binding_id: b for b in await engine.list_for_client(unit, SOCIAL_ACCOUNT, NETWORK)}
        while page := await engine.list_for_client(unit, SOCIAL_ACCOUNT, NETWORK, state=state, after=after, limit=2):
            assert len(page) <= 2
            seen += [binding.binding_id for binding in page]
            after = page[-1].binding_id
    assert set(everything) == {binding.binding_id for binding in made}
    assert seen == sorted(b for b in everything if state in (None, everything[b].state))
    assert seen


async def test_a_person_lists_in_pages_the_latest_first(db: Database, bind: Bind) -> None:
    made = [(await bind(account=f"a{n}", account_limit=9)).binding.binding_id for n in range(5)]
    async with db.reading() as unit:
        first = await ledger.list_for_person(unit, "per_lan", limit=3)
        rest = await ledger.list_for_person(unit, "per_lan", before=first[-1].binding_id, limit=3)
    assert [binding.binding_id for binding in (*first, *rest)] == sorted(made, reverse=True)


async def test_an_idempotency_key_repeats_the_answer(db: Database, bind: Bind, watch: Watch) -> None:
    first = await bind(idempotency_key="key")
    assert (await bind(idempotency_key="key")).binding == first.binding
    for other in ({"proof": MINH}, {"account": "another"}):
        with pytest.raises(IdempotencyConflict):
            await bind(**{"idempotency_key": "key", **other})
    assert (await bind(MINH, account="m", client_id="net_2", idempotency_key="key")).created
    stood = await bind(idempotency_key="second")
    async with db.writing() as unit:
        await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, first.binding.binding_id, Move.RELEASE, by="client")
    assert (await bind(idempotency_key="second")).binding.binding_id == stood.binding.binding_id
    assert (await bind(idempotency_key="key")).binding.state is BindingState.RELEASED
    watch.advance(DAY + 1)
    async with db.writing() as unit:
        assert await ledger.forget_old_keys(unit) == 3
    assert (await bind(idempotency_key="key")).created


async def test_who_acts_for_the_child_is_part_of_the_request_that_a_key_repeats(bind: Bind) -> None:
    first = await bind(CHILD, idempotency_key="key")
    assert (await bind(CHILD, idempotency_key="key")).binding == first.binding
    for other in (replace(CHILD, guardian_id="per_minh"), replace(CHILD, guardian_id=None, age=16)):
        with pytest.raises(IdempotencyConflict):
            await bind(other, idempotency_key="key")


async def test_a_refused_request_does_not_use_up_its_key(bind: Bind) -> None:
    bound = await bind()
    assert bound.created
    with pytest.raises(AccountBoundToAnother):
        await bind(MINH, idempotency_key="key")
    assert (await bind(MINH, account="another", idempotency_key="key")).created


async def outcomes(*calls: Coroutine[Any, Any, Bound[SocialAccount]]) -> list[object]:
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, DomainError):
            raise result
    return list(results)


async def test_of_50_people_who_bind_one_account_one_wins(db: Database, bind: Bind) -> None:
    results = await outcomes(*(bind(BindingProof(f"per_{number}", 30, 2)) for number in range(50)))
    assert sum(isinstance(result, Bound) and result.created for result in results) == 1
    assert sum(isinstance(result, AccountBoundToAnother) for result in results) == 49
    async with db.reading() as unit:
        assert len(await unit.fetch(Statement(select(events)))) == 1


async def test_of_50_times_the_same_request_one_makes_the_binding(db: Database, bind: Bind) -> None:
    keyed = [bind(idempotency_key="key") for _ in range(25)]
    plain = [bind() for _ in range(25)]
    results = await outcomes(*keyed, *plain)
    assert sum(isinstance(result, Bound) and result.created for result in results) == 1
    assert len({result.binding.binding_id for result in results if isinstance(result, Bound)}) == 1
    assert await kinds(db, "per_lan") == ["binding.verified"]


@asynccontextmanager
async def not_committed_yet(db: Database, **more: object) -> AsyncIterator[Bound[SocialAccount]]:
    """Lan's binding of `lan.1990`, made in a transaction that ends with the block."""
    async with db.writing() as unit:
        arguments = {"client_id": NETWORK, "account_id": "lan.1990", "proof": LAN, "rules": RULES} | more
        yield await social_accounts.bind_social_account(unit, BLIND, **arguments)  # type: ignore[arg-type]
        # Time for the other request to run into what is not committed yet.
        await asyncio.sleep(0.2)


async def test_the_second_of_two_transactions_sees_who_won_the_account(db: Database, bind: Bind) -> None:
    async with not_committed_yet(db):
        other, same = asyncio.create_task(bind(MINH)), asyncio.create_task(bind())
    with pytest.raises(AccountBoundToAnother):
        await other
    assert not (await same).created


async def test_the_second_of_two_transactions_takes_the_next_place(db: Database, bind: Bind) -> None:
    async with not_committed_yet(db):
        second = asyncio.create_task(bind(account="a2", account_limit=2))
        alone = asyncio.create_task(bind(account="a3", account_limit=1))
    assert (await second).created
    with pytest.raises(AccountLimitReached):
        await alone


async def test_the_second_of_two_transactions_with_one_key_repeats_the_first(db: Database, bind: Bind) -> None:
    async with not_committed_yet(db, idempotency_key="key") as first:
        same = asyncio.create_task(bind(idempotency_key="key"))
        other = asyncio.create_task(bind(account="a2", idempotency_key="key"))
    assert (await same).binding == first.binding
    with pytest.raises(IdempotencyConflict):
        await other


async def test_the_limit_holds_under_parallel_requests(db: Database, bind: Bind) -> None:
    results = await outcomes(*(bind(account=f"a{number}") for number in range(30)))
    assert sum(isinstance(result, Bound) and result.created for result in results) == 3
    assert sum(isinstance(result, AccountLimitReached) for result in results) == 27


async def test_binding_and_releasing_in_parallel_never_loses_count(db: Database, bind: Bind) -> None:
    async def come_and_go(number: int) -> None:
        for turn in range(4):
            try:
                bound = await bind(account=f"a{(number + turn) % 5}")
            except AccountLimitReached:
                continue
            async with db.writing() as unit:
                await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, bound.binding.binding_id, Move.RELEASE, by="client")

    await asyncio.gather(*(come_and_go(number) for number in range(12)))
    history = await kinds_all(db)
    assert history.count("binding.verified") == history.count("binding.released")


async def kinds_all(db: Database) -> list[str]:
    async with db.reading() as unit:
        return [row["kind"] for row in await unit.fetch(Statement(select(events)))]
