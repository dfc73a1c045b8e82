"""Any history of bindings, against a model of a few lines."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from tests.support.capabilities import may
from tests.support.schema import build
from tests.support.watch import MORNING, Watch
from vneid_idp.audit.tables import events
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import MoveForbidden
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.capabilities import Action
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingState, Move
from vneid_idp.bindings.social_accounts.rules import BindingMethod, BindingProof, SocialAccount
from vneid_idp.bindings.social_accounts.words import (
    AccountBoundToAnother,
    AccountLimitReached,
    GuardianRequired,
    LevelRequired,
    OwnProofRequired,
)
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement

RULES = shipped().at(MORNING)
BLIND = BlindIndex(b"k" * 32)
LIMIT = 2
PEOPLE = ("per_a", "per_b", "per_c")
ACCOUNTS = ("a1", "a2", "a3", "a4")
COUNTS = Statement(select(events.c.kind, func.count().label("count")).group_by(events.c.kind))


@cache
def template() -> Path:
    path = Path(tempfile.mkdtemp()) / "template.sqlite3"
    build(f"sqlite:///{path}")
    return path


class Histories(RuleBasedStateMachine):
    """SocialAccount, proving, suspending and ending in any order, by people of any age."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(template(), self.folder / "db.sqlite3")
        self.watch = Watch()
        self.runner = asyncio.Runner()
        self.db = open_database(f"sqlite:///{self.folder / 'db.sqlite3'}", self.watch)
        self.ages = dict.fromkeys(PEOPLE, 15)
        self.held: dict[str, SocialAccount] = {}
        self.ended: list[SocialAccount] = []
        self.recorded: dict[str, int] = {}

    def teardown(self) -> None:
        self.runner.run(self.db.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def tell(self, move: Move) -> None:
        self.recorded[LIFECYCLE.events[move]] = self.recorded.get(LIFECYCLE.events[move], 0) + 1

    def expected_refusal(self, proof: BindingProof, account: str) -> type[DomainError] | None:
        if proof.age < 16 and proof.guardian_id is None:
            return GuardianRequired
        if proof.age >= 16 and proof.guardian_id is not None:
            return OwnProofRequired
        if proof.level < (1 if proof.guardian_id is None else 2):
            return LevelRequired
        holder = self.held.get(account)
        if holder is not None:
            return None if holder.person_id == proof.person_id else AccountBoundToAnother
        full = sum(binding.person_id == proof.person_id for binding in self.held.values()) >= LIMIT
        return AccountLimitReached if full else None

    @rule(
        person=st.sampled_from(PEOPLE),
        account=st.sampled_from(ACCOUNTS),
        level=st.sampled_from([1, 2]),
        guardian=st.none() | st.just("per_parent"),
    )
    def bind(self, person: str, account: str, level: int, guardian: str | None) -> None:
        proof = BindingProof(person, self.ages[person], level, guardian)
        refusal = self.expected_refusal(proof, account)

        async def bind() -> Bound[SocialAccount]:
            async with self.db.writing() as unit:
                return await social_accounts.bind_social_account(
                    unit, BLIND, client_id="net", account_id=account, proof=proof, rules=RULES, account_limit=LIMIT
                )

        if refusal is not None:
            with pytest.raises(refusal):
                self.runner.run(bind())
            return
        bound = self.runner.run(bind())
        before = self.held.get(account)
        assert bound.created == (before is None)
        if before is None:
            self.tell(Move.VERIFY)
        elif bound.binding != before:
            self.tell(Move.PROVE)
            assert before.state is BindingState.VERIFIED
            assert bound.binding.method is BindingMethod.OWN_PROOF
            assert before.method is BindingMethod.GUARDIAN or bound.binding.level > before.level
            moved = replace(
                before,
                method=BindingMethod.OWN_PROOF,
                level=level,
                representative_id=None,
                facts=replace(before.facts, verified_at=self.watch.now()),
            )
            assert bound.binding == moved
        self.held[account] = bound.binding

    @precondition(lambda self: self.held)
    @rule(data=st.data(), move=st.sampled_from([move for move in Move if move is not Move.PROVE]))
    def move(self, data: st.DataObject, move: Move) -> None:
        account = data.draw(st.sampled_from(sorted(self.held)))
        self.check_move(self.held[account], move, account)

    @precondition(lambda self: self.ended)
    @rule(data=st.data(), move=st.sampled_from([move for move in Move if move is not Move.PROVE]))
    def move_what_ended(self, data: st.DataObject, move: Move) -> None:
        self.check_move(data.draw(st.sampled_from(self.ended)), move, None)

    def check_move(self, binding: SocialAccount, move: Move, account: str | None) -> None:
        end = LIFECYCLE.moves.get((binding.state, move))

        async def make() -> SocialAccount:
            async with self.db.writing() as unit:
                return await engine.move(unit, SOCIAL_ACCOUNT, "net", binding.binding_id, move)

        try:
            moved = self.runner.run(make())
        except MoveForbidden:
            assert end is None
            return
        if end is None:
            assert (binding.state, move) in {(BindingState.RELEASED, Move.RELEASE), (BindingState.REVOKED, Move.REVOKE)}
            assert moved == binding
            return
        assert moved.state is end
        self.tell(move)
        assert account is not None
        if end in LIFECYCLE.live:
            self.held[account] = moved
        else:
            del self.held[account]
            self.ended.append(moved)

    @rule(person=st.sampled_from(PEOPLE))
    def birthday(self, person: str) -> None:
        self.ages[person] += 1

    @rule(by=st.integers(1, 10**9))
    def wait(self, by: int) -> None:
        self.watch.advance(by)

    @invariant()
    def the_database_agrees(self) -> None:
        async def read() -> tuple[set[SocialAccount], dict[str, int]]:
            async with self.db.reading() as unit:
                rows = await unit.fetch(COUNTS)
                found = await engine.list_for_client(unit, SOCIAL_ACCOUNT, "net", limit=1_000)
                # What a parent is told besides stands in the own history of the parent.
                return set(found), {row["kind"]: row["count"] for row in rows if row["kind"].startswith("binding.")}

        found, recorded = self.runner.run(read())
        assert found == {*self.held.values(), *self.ended}
        assert recorded == self.recorded

    @invariant()
    def rights_come_from_proof_only(self) -> None:
        for binding in (*self.held.values(), *self.ended):
            age = self.ages[binding.person_id]
            if may(binding, age, Action.POST, RULES):
                assert binding.state is BindingState.VERIFIED
                assert (binding.method is BindingMethod.GUARDIAN) == (age < 16)
            if may(binding, age, Action.COMMERCIAL_LIVESTREAM, RULES):
                assert (binding.level, binding.method) == (2, BindingMethod.OWN_PROOF)


Histories.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase
