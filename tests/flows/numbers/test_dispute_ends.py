"""However a dispute ends: what becomes of the binding and of the carrier's row, and that it ends once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.support.authority import die
from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.on_ladder import secrets_of
from tests.support.registered import put_in_register
from tests.support.shortcuts import Known, known
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number, digest_of_number
from vneid_idp.bindings.subscriber_numbers.words import NumberBoundToAnother
from vneid_idp.clients import families
from vneid_idp.disputes import records, refusals
from vneid_idp.disputes.evidence import Evidence, UsedSince
from vneid_idp.disputes.rules import EVIDENCE_KEPT, DecisionReason, Dispute, DisputeEnd, Side, Whose
from vneid_idp.disputes.words import ClaimWaits, DisputeOver, TooManyClaims
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.registered_numbers.answers import Answer
from vneid_idp.registered_numbers.held import find_row, seize_row, write_row
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_for_number import answer_for_number
from vneid_idp.use_cases.claim_number import Desk, claim_refused
from vneid_idp.use_cases.dispute_evidence import evidence_for_carrier, give_evidence
from vneid_idp.use_cases.end_dispute import decide_dispute, give_up, settle_disputes, settle_disputes_of
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.prove_holder import NumberLevelRequired

CLAIMANT, HOLDER = "complete", "guardian"
WHO = Evidence(UsedSince.YEARS, sim_in_hand=True, contacts="0957 111 222", payments="", note="")


@dataclass
class Scene:
    """Two people, and the numbers of one carrier."""

    land: Country
    claimant: Known
    holder: Known
    desk: Desk
    client: Any
    count: int = 0

    async def do(self, work: Callable[[Unit], Awaitable[Any]]) -> Any:
        """In a unit."""
        return await self.land.idp.db.transact(work)

    def phone(self) -> str:
        """Another number each time."""
        self.count += 1
        return f"+84951200{self.count:03}"

    async def bind(self, unit: Unit, who: Known, phone: str) -> Any:
        """Bind a number to somebody."""
        idp, number = self.land.idp, ConfirmedNumber(phone, "carrier_app", "prepaid", 1)
        return await bind_number(
            unit, idp.vault, idp.keys.blind, number, client_id=self.client.client_id, family_id="song",
            person_id=who.person_id, consent_id="con_1",
        )  # fmt: skip

    async def refused(self, phone: str) -> Dispute | None:
        """The claimant claims a number that is bound to the holder and could not be bound to them."""
        idp, digest = self.land.idp, self.digest(phone)

        async def note(unit: Unit) -> str:
            key = await idp.vault.ensure_key(unit, self.claimant.person_id)
            await refusals.keep(unit, key, self.claimant.person_id, "song", self.client.client_id, digest, phone)
            found = await refusals.list_of_person(unit, key, self.claimant.person_id, 0)
            return next(each.refusal_id for each in found if each.phone_number == phone)

        which = await self.do(note)
        who = self.claimant
        opened: Dispute | None = await self.do(
            lambda unit: claim_refused(unit, self.desk, who.person_id, who.session_id, which)
        )
        return opened

    def digest(self, phone: str) -> str:
        """Under which it is kept."""
        return digest_of_number(self.land.idp.keys.blind, "song", phone)

    async def dispute(self, *, by_row: bool, about: str | None = None) -> Dispute:
        """One that is open: of a number under the claimant's papers, or of one that was refused to them; of another
        number each time, unless told."""
        phone, idp = about or self.phone(), self.land.idp
        await self.do(lambda unit: self.bind(unit, self.holder, phone))
        if not by_row:
            opened = await self.refused(phone)
        else:
            number_id = new_id("nbr")
            record = self.claimant.person.persona.record
            await self.do(
                lambda unit: put_in_register(
                    unit, idp.keys, self.desk.policy, record.personal_number,
                    [(number_id, phone, RowClass.CONSISTENT)], client_id=self.client.client_id,
                )
            )  # fmt: skip
            opened = await self.answer(number_id)
        assert opened is not None
        return opened

    async def answer(self, number_id: str) -> Any:
        """The claimant says that a number is theirs."""
        who, said = self.claimant, Answer.MINE
        return await self.do(
            lambda unit: answer_for_number(unit, self.desk, who.person_id, who.session_id, number_id, said)
        )

    async def decide(self, dispute: Dispute, whose: Whose) -> Dispute:
        """The carrier decides."""
        found: Dispute = await self.do(
            lambda unit: decide_dispute(
                unit,
                secrets_of(self.land),
                self.client,
                dispute.dispute_id,
                whose,
                DecisionReason.USE_SHOWN,
                self.desk.policy,
            )
        )
        return found

    async def leave(self, dispute: Dispute, who: Known) -> Dispute:
        """A party gives up."""
        found: Dispute = await self.do(
            lambda unit: give_up(
                unit, secrets_of(self.land), who.person_id, who.session_id, dispute.dispute_id, self.desk.policy
            )
        )
        return found

    async def release(self, dispute: Dispute) -> None:
        """The holder's binding is released, as by them or with a consent."""

        async def work(unit: Unit) -> None:
            move = NumberMove.RELEASE
            await engine.try_move(
                unit, SUBSCRIBER_NUMBER, dispute.binding_client_id, dispute.binding_id, move, {"by": "person"}
            )
            await settle_disputes_of(unit, dispute.holder_id)

        await self.do(work)

    async def lose_row(self, dispute: Dispute) -> None:
        """The next register has the number no more."""

        async def work(unit: Unit) -> None:
            row = await seize_row(unit, dispute.family_id, dispute.number_digest)
            assert row is not None
            await write_row(unit, replace(row, absent_at=unit.now))

        await self.do(work)
        await settle_disputes(self.land.idp.db)

    async def now(self, dispute: Dispute) -> tuple[str, str, str | None, str | None]:
        """How binding and row stand, whose the number is, and how the dispute ended."""
        async with self.land.idp.db.reading() as unit:
            bound = await engine.get(unit, SUBSCRIBER_NUMBER, dispute.binding_client_id, dispute.binding_id)
            row = await find_row(unit, dispute.family_id, dispute.number_digest)
            after = await records.find(unit, dispute.dispute_id)
        assert row is not None
        assert after is not None
        return bound.state, row.state, after.whose, after.ended


@pytest.fixture
async def scene(land: Country) -> Scene:
    song, idp = await NumbersClient.of(land), land.idp
    async with idp.db.writing() as unit:
        await families.ensure(unit, "song")
    desk = Desk(idp.vault, idp.keys.sealer, idp.keys.blind, await idp.current_policy())
    client = await idp.clients.find(song.carrier.client_id)
    return Scene(land, await known(land, CLAIMANT), await known(land, HOLDER), desk, client)


async def test_every_end_leaves_binding_and_row_as_it_should(scene: Scene) -> None:
    yours, theirs, nobodys = Whose.CLAIMANT, Whose.HOLDER, Whose.NEITHER
    ends: list[tuple[bool, Callable[[Dispute], Awaitable[Any]], tuple[str, str, Whose, DisputeEnd]]] = [
        (True, lambda each: scene.decide(each, yours), ("released", "verified", yours, DisputeEnd.DECIDED)),
        (True, lambda each: scene.decide(each, theirs), ("confirmed", "disowned", theirs, DisputeEnd.DECIDED)),
        (
            True,
            lambda each: scene.decide(each, nobodys),
            ("released", "disowned", nobodys, DisputeEnd.DECIDED),
        ),
        (True, lambda each: scene.leave(each, scene.claimant), ("confirmed", "disowned", theirs, DisputeEnd.GIVEN_UP)),
        (True, lambda each: scene.leave(each, scene.holder), ("released", "verified", yours, DisputeEnd.GIVEN_UP)),
        (True, scene.release, ("released", "verified", yours, DisputeEnd.RELEASED)),
        (True, scene.lose_row, ("confirmed", "registered", theirs, DisputeEnd.ROW_GONE)),
        # Of a number that was refused the row is the holder's, made for the dispute.
        (False, lambda each: scene.decide(each, yours), ("released", "disowned", yours, DisputeEnd.DECIDED)),
        (False, lambda each: scene.decide(each, theirs), ("confirmed", "registered", theirs, DisputeEnd.DECIDED)),
        (False, lambda each: scene.leave(each, scene.holder), ("released", "disowned", yours, DisputeEnd.GIVEN_UP)),
        (False, scene.release, ("released", "registered", yours, DisputeEnd.RELEASED)),
    ]
    for by_row, end, expected in ends:
        opened = await scene.dispute(by_row=by_row)
        assert await scene.now(opened) == ("disputed", RegisteredState.DISPUTED, None, None)
        await end(opened)
        assert await scene.now(opened) == expected, (by_row, expected)
        scene.land.watch.advance(25 * HOUR)
        await settle_disputes(scene.land.idp.db)
        scene.claimant, scene.holder = await known(scene.land, CLAIMANT), await known(scene.land, HOLDER)


@pytest.mark.parametrize(
    ("end", "cause"),
    [
        (lambda scene, each: scene.decide(each, Whose.CLAIMANT), Cause.RECYCLED),
        (lambda scene, each: scene.decide(each, Whose.NEITHER), Cause.RECYCLED),
        (lambda scene, each: scene.decide(each, Whose.HOLDER), None),
        (lambda scene, each: scene.leave(each, scene.holder), Cause.RECYCLED),
        (lambda scene, each: scene.leave(each, scene.claimant), None),
    ],
)
async def test_of_who_loses_the_number_codes_to_it_prove_nothing(
    scene: Scene, end: Callable[[Scene, Dispute], Awaitable[Any]], cause: Cause | None
) -> None:
    record = scene.holder.person.persona.record
    await end(scene, await scene.dispute(by_row=False, about=record.phone))
    async with scene.land.idp.db.reading() as unit:
        found = await distrusted_phones.find(unit, record.person_id)
        assert await distrusted_phones.find(unit, scene.claimant.person_id) is None
    assert (None if found is None else found.cause) is cause


async def test_a_password_alone_gives_no_number_away(scene: Scene) -> None:
    opened = await scene.dispute(by_row=False)
    with pytest.raises(NumberLevelRequired):
        await scene.leave(opened, await known(scene.land, HOLDER, "pwd"))
    assert await scene.now(opened) == ("disputed", RegisteredState.DISPUTED, None, None)


async def test_who_dies_or_is_forgotten_disputes_nothing_any_more(scene: Scene) -> None:
    idp = scene.land.idp
    first, second = await scene.dispute(by_row=True), await scene.dispute(by_row=False)
    await scene.do(lambda unit: die(scene.land, unit, scene.holder.person_id))
    await settle_disputes(idp.db)
    assert await scene.now(first) == ("released", "verified", Whose.CLAIMANT, DisputeEnd.LEFT)
    assert (await scene.now(second))[2:] == (Whose.CLAIMANT, DisputeEnd.LEFT)
    scene.holder = await known(scene.land, "very-long-name")
    third = await scene.dispute(by_row=True)
    told, of = WHO, scene.claimant
    await scene.do(
        lambda unit: give_evidence(unit, idp.keys.sealer, of.person_id, of.session_id, third.dispute_id, told)
    )
    await scene.do(lambda unit: forget_person(unit, idp.vault, idp.keys.blind, scene.claimant.person_id))
    state, _, whose, ended = await scene.now(third)
    assert (state, whose, ended) == ("confirmed", Whose.HOLDER, DisputeEnd.LEFT)
    async with idp.db.reading() as unit:
        after = await records.find(unit, third.dispute_id)
    assert after is not None
    assert (after.claimant_id, after.claimant_evidence) == ("", None)


async def test_evidence_is_of_its_carrier_and_erased_when_its_time_is_over(scene: Scene) -> None:
    idp, of = scene.land.idp, scene.holder
    opened = await scene.dispute(by_row=False)

    async def tell(unit: Unit) -> Dispute:
        return await give_evidence(unit, idp.keys.sealer, of.person_id, of.session_id, opened.dispute_id, WHO)

    told: Dispute = await scene.do(tell)
    async with idp.db.reading() as unit:
        assert await evidence_for_carrier(unit, idp.keys.sealer, told) == {Side.HOLDER: WHO}
    ended = await scene.decide(opened, Whose.HOLDER)
    with pytest.raises(DisputeOver):
        await scene.do(tell)
    kept: list[tuple[Instant, bool]] = [(EVIDENCE_KEPT - 1, True), (1, False)]
    for passes, there in kept:
        scene.land.watch.advance(passes)
        await settle_disputes(idp.db)
        async with idp.db.reading() as unit:
            found = await records.find(unit, ended.dispute_id)
        assert found is not None
        assert (found.holder_evidence is not None) is there


async def test_somebody_has_a_few_disputes_and_not_two_about_one_number(scene: Scene) -> None:
    opened = [await scene.dispute(by_row=False) for _ in range(3)]
    with pytest.raises(TooManyClaims):
        await scene.dispute(by_row=False)
    async with scene.land.idp.db.reading() as unit:
        assert len(await records.open_of_person(unit, scene.claimant.person_id)) == 3
    with pytest.raises(ClaimWaits):
        await scene.refused("+84951200001")
    await scene.release(opened[0])
    assert await scene.refused("+84951200001") is None, "nobody has it any more"


async def test_a_decision_a_release_and_bindings_at_once_leave_one_holder_at_most(scene: Scene) -> None:
    """Whatever comes first: the dispute ends once, and nobody but a party has the number."""
    opened = await scene.dispute(by_row=False)
    phone = "+84951200001"

    async def tried(work: Awaitable[Any]) -> bool:
        try:
            await work
        except (DomainError, NumberBoundToAnother):
            return False
        return True

    binds = [scene.do(lambda unit: scene.bind(unit, scene.claimant, phone)) for _ in range(8)]
    decisions = [scene.decide(opened, whose) for whose in (Whose.CLAIMANT, Whose.HOLDER, Whose.NEITHER) * 2]
    leaves = [scene.leave(opened, scene.holder), scene.release(opened), settle_disputes(scene.land.idp.db)]
    await asyncio.gather(*map(tried, [*binds, *decisions, *leaves]))
    async with scene.land.idp.db.reading() as unit:
        after = await records.find(unit, opened.dispute_id)
        held = await engine.find_by_resource(unit, SUBSCRIBER_NUMBER, "song", scene.digest(phone))
        row = await find_row(unit, "song", scene.digest(phone))
    assert after is not None
    assert after.ended_at is not None
    assert row is not None
    assert row.facts.disputed_at is None
    assert held is None or held.facts.disputed_at is None
    assert held is None or held.person_id == (
        scene.holder.person_id if held.binding_id == opened.binding_id else scene.claimant.person_id
    )
    first = await scene.land.idp.db.transact(lambda unit: records.seize(unit, opened.dispute_id))
    assert first == after
