"""What happens to all that somebody has, or that a network has, however much it is; on both databases."""

from dataclasses import replace

import pytest

from tests.support.watch import MORNING, Watch
from vneid_idp.audit import service as audit
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import IdempotencyConflict
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Database, Reading, Unit

RULES = shipped().at(MORNING)
BLIND = BlindIndex(b"k" * 32)
LAN = BindingProof("per_lan", age=30, level=2)
CHILD = BindingProof("per_child", age=15, level=2, guardian_id="per_lan")
NETWORK = "net"
MANY = 51
"""One more than stand on a page."""


async def bind(
    unit: Unit, account: str, proof: BindingProof = LAN, client_id: str = NETWORK, key: str | None = None
) -> SocialAccount:
    """Somebody binds an account."""
    made = await social_accounts.bind_social_account(
        unit,
        BLIND,
        client_id=client_id,
        account_id=account,
        proof=proof,
        rules=RULES,
        account_limit=MANY,
        idempotency_key=key,
    )
    return made.binding


async def of_network(unit: Reading, client_id: str = NETWORK) -> dict[str, BindingState]:
    """How everything at a network stands."""
    found = await engine.list_for_client(unit, SOCIAL_ACCOUNT, client_id, limit=2 * MANY)
    return {binding.binding_id: binding.state for binding in found}


async def said(unit: Reading, person_id: str, kind: str) -> list[str]:
    """By whom it was, as the events of a kind say."""
    history = await audit.history_of(unit, person_id, limit=4 * MANY)
    return [event.data["by"] for event in history if event.kind == kind]


async def test_all_that_somebody_holds_rests_counts_again_and_is_released(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        for number in range(MANY):
            await bind(unit, f"a{number}")
        childs = (await bind(unit, "child", CHILD)).binding_id
    watch.advance(MINUTE)
    async with db.writing() as unit:
        await ledger.suspend_all(unit, "per_lan")
        states = await of_network(unit)
        assert states.pop(childs) is BindingState.VERIFIED
        assert list(states.values()) == [BindingState.SUSPENDED] * MANY
        await ledger.resume_all(unit, "per_lan", since=unit.now)
        assert set((await of_network(unit)).values()) == {BindingState.VERIFIED}
        assert await ledger.release_own(unit, "per_lan") == MANY
        states = await of_network(unit)
        assert states.pop(childs) is BindingState.VERIFIED
        assert set(states.values()) == {BindingState.RELEASED}
        for kind in ("suspended", "resumed"):
            assert await said(unit, "per_lan", f"binding.{kind}") == ["provider"] * MANY
        assert await said(unit, "per_lan", "binding.released") == ["provider"] * MANY


async def test_what_a_guardian_takes_back_is_released_by_the_guardian(db: Database) -> None:
    async with db.writing() as unit:
        await bind(unit, "own", replace(LAN, consent_id="con_lan"))
        await bind(unit, "child", replace(CHILD, consent_id="con_lan"))
        assert await ledger.release_under(unit, "per_lan", NETWORK, "con_lan") == 2
        assert await said(unit, "per_lan", "binding.released") == ["person"]
        assert await said(unit, "per_child", "binding.released") == ["guardian"]


async def test_all_that_is_bound_at_a_network_that_is_deleted_is_released_by_it(db: Database) -> None:
    async with db.writing() as unit:
        for number in range(MANY):
            await bind(unit, f"a{number}", BindingProof(f"per_{number}", 20, 2))
        taken = await bind(unit, "taken", key="key")
        await engine.move(unit, SOCIAL_ACCOUNT, NETWORK, taken.binding_id, Move.REVOKE)
        await bind(unit, "elsewhere", client_id="net_2", key="key")
        await ledger.release_all_of_client(unit, NETWORK)
        states = await of_network(unit)
        assert states.pop(taken.binding_id) is BindingState.REVOKED
        assert list(states.values()) == [BindingState.RELEASED] * MANY
        assert set((await of_network(unit, "net_2")).values()) == {BindingState.VERIFIED}
        assert await said(unit, "per_50", "binding.released") == ["client"]
        # Another client that is registered under its id is answered nothing that was the first one's.
        assert (await bind(unit, "new", BindingProof("per_new", 20, 2), key="key")).person_id == "per_new"
    with pytest.raises(IdempotencyConflict):
        async with db.writing() as unit:
            await bind(unit, "another", client_id="net_2", key="key")


async def test_a_key_is_remembered_for_a_day(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        first = await bind(unit, "a", key="key")
    watch.advance(DAY)
    async with db.writing() as unit:
        assert await ledger.forget_old_keys(unit) == 0
        assert (await bind(unit, "a", key="key")) == first
    watch.advance(1)
    assert await db.transact(ledger.forget_old_keys) == 1
