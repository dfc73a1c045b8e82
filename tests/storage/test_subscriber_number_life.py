"""Any life of a number that people bind, against a model of a few lines: one holder, and what rests on it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from tests.support.fresh import Fresh
from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.tables import events
from vneid_idp.bindings import service as ledger
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.rules import MoveForbidden
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.subscriber_numbers import reports
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove, NumberState
from vneid_idp.bindings.subscriber_numbers.reports import ReportKind
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber, Verified
from vneid_idp.bindings.subscriber_numbers.service import (
    ConfirmedNumber,
    bind_number,
    digest_of_number,
    list_of_family,
    verified_among,
)
from vneid_idp.bindings.subscriber_numbers.words import NumberBoundToAnother
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

BLIND = BlindIndex(b"k" * 32)
FAMILY, CLIENT = "song", "cli_song"
PHONE = "+84951234567"
DIGEST = digest_of_number(BLIND, FAMILY, PHONE)
PEOPLE = ("per_a", "per_b", "per_c")
_COUNTS = Statement(select(events.c.kind, func.count().label("count")).group_by(events.c.kind))
_AWAKE = (NumberState.CONFIRMED, NumberState.VERIFIED)
_TOLD = {
    ReportKind.DEVICE_CHANGE: EventKind.BINDING_RECHECK_ASKED,
    ReportKind.SWAP: EventKind.BINDING_FROZEN,
    ReportKind.PORT_OUT: EventKind.BINDING_FROZEN,
}


@dataclass
class Held:
    """What somebody has, as far as the model knows."""

    person: str
    binding_id: str
    verified: bool = False
    rechecking: bool = False
    frozen: bool = False
    suspended: bool = False

    @property
    def state(self) -> NumberState:
        """How it stands."""
        if self.suspended:
            return NumberState.SUSPENDED
        if self.frozen:
            return NumberState.FROZEN
        if self.rechecking:
            return NumberState.RECHECKING
        return NumberState.VERIFIED if self.verified else NumberState.CONFIRMED


class NumberHeld(RuleBasedStateMachine):
    """Three people and their carrier: they bind, prove, lose and give back one number, several at a time."""

    fresh: ClassVar[Fresh]

    def __init__(self) -> None:
        super().__init__()
        self.database = type(self).fresh()
        self.watch = Watch()
        self.runner = asyncio.Runner()
        self.db = open_database(self.database.__enter__(), self.watch)
        self.held: Held | None = None
        self.released: list[str] = []
        self.reported: set[tuple[ReportKind, Instant]] = set()
        self.expected = Counter[str]()

    def teardown(self) -> None:
        self.runner.run(self.db.close())
        self.runner.close()
        self.database.__exit__(None, None, None)

    def do(self, *works: Callable[[Unit], Awaitable[Any]]) -> list[Any]:
        """Do these at once, each in a unit of its own; what each comes to, or why it was refused."""

        async def together() -> list[Any]:
            return await asyncio.gather(*(self.db.transact(work) for work in works), return_exceptions=True)

        return self.runner.run(together())

    def move(self, how: NumberMove, **brought: Any) -> Callable[[Unit], Awaitable[Any]]:
        assert self.held is not None
        binding_id = self.held.binding_id
        return lambda unit: engine.move(unit, SUBSCRIBER_NUMBER, CLIENT, binding_id, how, **brought)

    @rule(people=st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=4))
    def bind(self, people: list[str]) -> None:
        confirmed = ConfirmedNumber(PHONE, "carrier_app", "prepaid", 1)

        def of(person: str) -> Callable[[Unit], Awaitable[Bound[SubscriberNumber]]]:
            return lambda unit: bind_number(
                unit, Vault(SEALER), BLIND, confirmed,
                client_id=CLIENT, family_id=FAMILY, person_id=person, consent_id="con_1",
            )  # fmt: skip

        found = self.do(*map(of, people))
        made = [each for each in found if isinstance(each, Bound)]
        if self.held is None:
            (first,) = [each.binding for each in made if each.created]
            self.held = Held(first.person_id, first.binding_id)
            self.expected[EventKind.BINDING_REQUESTED] += 1
        else:
            assert not any(each.created for each in made)
        for person, each in zip(people, found, strict=True):
            if person == self.held.person:
                assert isinstance(each, Bound)
                assert each.binding.binding_id == self.held.binding_id
            else:
                assert isinstance(each, NumberBoundToAnother)

    @precondition(lambda self: self.held is not None)
    @rule()
    def verify(self) -> None:
        assert self.held is not None
        (found,) = self.do(self.move(NumberMove.VERIFY, match_id="mtc_1", channel="carrier_app", holder_digest="h"))
        if self.held.suspended:
            assert isinstance(found, MoveForbidden)
            return
        self.held.verified, self.held.rechecking, self.held.frozen = True, False, False
        self.expected[EventKind.BINDING_PROVED] += 1

    @rule(kind=st.sampled_from(ReportKind), hours=st.sampled_from((0, 1, 24)), times=st.integers(1, 3))
    def report(self, kind: ReportKind, hours: int, times: int) -> None:
        at, held = self.watch.now() - hours * HOUR, self.held

        async def told(unit: Unit) -> bool:
            if not await reports.add(unit, FAMILY, DIGEST, kind, at):
                return False
            if held is not None:
                await engine.try_move(unit, SUBSCRIBER_NUMBER, CLIENT, held.binding_id, kind.move, {"by": "client"})
            return True

        is_new = (kind, at) not in self.reported
        assert sorted(self.do(*[told] * times)) == [False] * (times - is_new) + [True] * is_new
        self.reported.add((kind, at))
        if held is None or not is_new:
            return
        self.expected[_TOLD[kind]] += 1
        if kind is ReportKind.DEVICE_CHANGE:
            held.rechecking = True
        else:
            held.frozen = True

    @precondition(lambda self: self.held is not None)
    @rule(times=st.integers(1, 3))
    def thaw(self, times: int) -> None:
        assert self.held is not None
        found = self.do(*[self.move(NumberMove.THAW)] * times)
        thaws = self.held.frozen and not self.held.suspended
        assert sum(not isinstance(each, MoveForbidden) for each in found) == thaws
        if thaws:
            self.held.frozen = False
            self.expected[EventKind.BINDING_THAWED] += 1

    @rule(other=st.sampled_from((None, None, *PEOPLE)), with_swap=st.booleans())
    def lock(self, other: str | None, with_swap: bool) -> None:
        """The identity of the holder or of somebody is locked, perhaps while the carrier tells of another SIM."""
        person = self.held.person if other is None and self.held is not None else other or PEOPLE[0]
        works: list[Callable[[Unit], Awaitable[Any]]] = [lambda unit: ledger.suspend_all(unit, person)]
        if with_swap and self.held is not None:
            binding_id = self.held.binding_id
            works.append(
                lambda unit: engine.try_move(unit, SUBSCRIBER_NUMBER, CLIENT, binding_id, NumberMove.FREEZE, {})
            )
            self.held.frozen = True
            self.expected[EventKind.BINDING_FROZEN] += 1
        self.do(*works)
        if self.held is not None and self.held.person == person and not self.held.suspended:
            self.held.suspended = True
            self.expected[EventKind.BINDING_SUSPENDED] += 1

    @rule(person=st.sampled_from(PEOPLE))
    def unlock(self, person: str) -> None:
        self.do(lambda unit: ledger.resume_all(unit, person, since=0))
        if self.held is not None and self.held.person == person and self.held.suspended:
            self.held.suspended = False
            self.expected[EventKind.BINDING_RESUMED] += 1

    @precondition(lambda self: self.held is not None and self.held.state not in _AWAKE)
    @rule(times=st.integers(1, 2), by_match=st.booleans())
    def come_back(self, times: int, by_match: bool) -> None:
        """The holder does what it takes for the number to count again."""
        assert self.held is not None
        self.unlock(self.held.person)
        if by_match or self.held.rechecking:
            self.verify()
        else:
            self.thaw(times)
        assert self.held.state in _AWAKE

    @precondition(lambda self: self.held is not None)
    @rule(times=st.integers(1, 3))
    def release(self, times: int) -> None:
        assert self.held is not None
        found = self.do(*[self.move(NumberMove.RELEASE)] * times)
        assert all(isinstance(each, SubscriberNumber) for each in found), "who asks twice is told the same"
        self.released.append(self.held.binding_id)
        self.held = None
        self.expected[EventKind.BINDING_RELEASED] += 1

    @rule(hours=st.integers(1, 50))
    def wait(self, hours: int) -> None:
        self.watch.advance(hours * HOUR)

    @invariant()
    def one_has_it_and_it_stands_so(self) -> None:
        async def look() -> tuple[tuple[SubscriberNumber, ...], dict[str, Verified], Counter[str]]:
            async with self.db.reading() as unit:
                found = await list_of_family(unit, FAMILY, after=None, limit=100)
                counts = Counter({row["kind"]: row["count"] for row in await unit.fetch(_COUNTS)})
                return found, await verified_among(unit, FAMILY, [DIGEST]), counts

        found, verified, counts = self.runner.run(look())
        live = [(each.person_id, each.binding_id, each.state) for each in found if each.facts.released_at is None]
        assert live == ([] if self.held is None else [(self.held.person, self.held.binding_id, self.held.state)])
        assert {each.binding_id for each in found} == {*self.released, *(() if self.held is None else [live[0][1]])}
        is_verified = self.held is not None and self.held.verified and not (self.held.rechecking or self.held.frozen)
        assert (DIGEST in verified) == is_verified
        assert counts == self.expected, "each happened once, and is on record once"


def test_any_number_that_is_bound_has_one_holder_and_stands_as_it_was_told(fresh: Fresh) -> None:
    few = settings(
        max_examples=15, stateful_step_count=30, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    run_state_machine_as_test(type("HeldHere", (NumberHeld,), {"fresh": staticmethod(fresh)}), settings=few)
