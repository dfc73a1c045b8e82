"""Consents: one stands between a person and a client, it grows by what is decided, and each decision has its proof."""

import asyncio
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import select

from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.consent import service, store
from vneid_idp.consent.proofs import find_fault
from vneid_idp.consent.service import ByGuardian, Consent, NothingToWithdraw, Receipt, Shown, Withdrawn
from vneid_idp.consent.tables import consent_receipts
from vneid_idp.kernel import secrets
from vneid_idp.kernel.clock import DAY, SECOND, Instant
from vneid_idp.protocol.acts import Acts
from vneid_idp.protocol.claims import Decision, Decisions
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

PERSON, OTHER, CLIENT, ELSEWHERE = "per_a", "per_b", "cli_a", "cli_b"
GIVEN, LEFT_OUT = Decision("account", 1, given=True), Decision("account", 1, given=False)
SMALLER = Decision("account", 1, given=False, instead="age_over_16")


async def give(
    db: Database,
    decided: Decisions,
    person_id: str = PERSON,
    client_id: str = CLIENT,
    shown: str = "text",
    child_id: str | None = None,
) -> Consent:
    async with db.writing() as unit:
        return await service.give(unit, person_id, client_id, decided, Shown(shown, "en"), child_id, alone_from=16)


async def withdraw(db: Database, consent_id: str, person_id: str = PERSON) -> Withdrawn:
    async with db.writing() as unit:
        return await service.withdraw(unit, person_id, consent_id)


async def standing(
    db: Database, person_id: str = PERSON, client_id: str = CLIENT, child_id: str | None = None
) -> Consent | None:
    async with db.reading() as unit:
        return await service.find_current(unit, person_id, client_id, child_id)


async def receipts(db: Database, client_id: str = CLIENT) -> list[Receipt]:
    async with db.reading() as unit:
        return await service.list_receipts(unit, PERSON, client_id)


def answered_at(at: Instant, decided: Decisions) -> Decisions:
    """What was decided, as it stands when it was answered `at` this moment."""
    return {name: replace(decision, at=at) for name, decision in decided.items()}


async def recorded(
    db: Database, person_id: str = PERSON
) -> list[tuple[str, str | None, str | None, dict[str, object]]]:
    async with db.reading() as unit:
        history = sorted(await audit.history_of(unit, person_id), key=lambda event: event.event_id)
    return [(event.kind, event.client_id, event.subject_id, dict(event.data)) for event in history]


async def test_a_later_answer_goes_over_an_earlier_one_and_leaves_the_rest(db: Database, watch: Watch) -> None:
    start = watch.now()
    first = await give(db, {"email": GIVEN, "phone_number": LEFT_OUT})
    assert (first.given_at, first.changed_at) == (start, start)
    watch.advance(DAY)
    second = await give(db, {"phone_number": GIVEN, "birthdate": SMALLER})
    merged = answered_at(start, {"email": GIVEN})
    merged |= answered_at(start + DAY, {"phone_number": GIVEN, "birthdate": SMALLER})
    expected = Consent(first.consent_id, PERSON, CLIENT, start, start + DAY, merged, alone_from=16)
    assert second == expected == await standing(db)
    async with db.reading() as unit:
        assert await service.list_current(unit, PERSON) == [expected]


async def test_a_receipt_proves_what_was_shown_and_decided_then(db: Database, watch: Watch) -> None:
    start = watch.now()
    given = await give(db, {"email": GIVEN}, shown="one")
    watch.advance(SECOND)
    await give(db, {"phone_number": LEFT_OUT}, shown="two")
    await give(db, {"email": GIVEN}, client_id=ELSEWHERE, shown="elsewhere")
    await give(db, {"email": GIVEN}, person_id=OTHER, shown="another's")
    newest, oldest = await receipts(db)
    assert (newest.shown, newest.given_at, oldest.shown, oldest.given_at) == ("two", start + SECOND, "one", start)
    assert newest.decisions == answered_at(start + SECOND, {"phone_number": LEFT_OUT})
    assert oldest.decisions == answered_at(start, {"email": GIVEN})
    assert {(each.consent_id, each.client_id, each.language) for each in (newest, oldest)} == {
        (given.consent_id, CLIENT, "en")
    }


async def test_the_record_names_what_was_given_and_the_receipt(db: Database) -> None:
    decided = {"phone_number": GIVEN, "email": GIVEN, "gender": LEFT_OUT, "birthdate": SMALLER}
    given = await give(db, decided)
    (receipt,) = await receipts(db)
    digest = (await recorded(db))[0][3]["receipt_digest"]
    data = {
        "receipt_id": receipt.receipt_id,
        "given": ["email", "phone_number"],
        "smaller": ["birthdate"],
        "receipt_digest": digest,
    }
    assert await recorded(db) == [("consent.given", CLIENT, given.consent_id, data)]
    async with db.reading() as unit:
        row = await unit.fetch_one(Statement(select(consent_receipts)))
    assert row is not None
    said = {name: value for name, value in dict(row).items() if name != "details"}
    assert row["details"] is None
    assert digest == secrets.digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()), "of all it says"
    async with db.reading() as unit:
        by_name = [(PERSON, receipt.receipt_id), (OTHER, receipt.receipt_id), (PERSON, "rct_none")]
        assert [await store.find_receipt_digest(unit, *name) for name in by_name] == [digest, None, None]
    assert await withdraw(db, given.consent_id) == Withdrawn(CLIENT, None)
    assert (await recorded(db))[1:] == [("consent.withdrawn", CLIENT, given.consent_id, {})]


async def test_a_record_whose_receipt_is_missing_or_changed_is_found_out(db: Database) -> None:
    await give(db, {"email": GIVEN})
    (receipt,) = await receipts(db)
    missing = consent_receipts.delete()
    changed = consent_receipts.update().values(language="vi")
    found = []
    for change in (None, changed, missing):
        if change is not None:
            async with db.writing() as unit:
                await unit.execute(Statement(change))
        async with db.reading() as unit:
            (event,) = await audit.history_of(unit, PERSON)
            found.append(await find_fault(unit, event))
    assert found == [
        None,
        f"the receipt {receipt.receipt_id}, which it names, was changed",
        f"the receipt {receipt.receipt_id}, which it names, is missing",
    ]


async def test_the_record_tells_a_link_from_an_answer(db: Database) -> None:
    told: list[list[str]] = []
    asked: list[tuple[Decisions, bool]] = [({}, False), ({}, True), ({"email": GIVEN}, True)]
    for decided, link in asked:
        async with db.writing() as unit:
            await service.give(unit, PERSON, CLIENT, decided, Shown("text", "en"), acts=Acts(link=link), alone_from=16)
        told.append([kind for kind, *_ in await recorded(db)][sum(map(len, told)) :])
    assert [sorted(kinds) for kinds in told] == [
        ["consent.given"], ["link.confirmed"], ["consent.given", "link.confirmed"],
    ]  # fmt: skip


async def test_confirmed_details_open_a_consent_are_each_on_record_and_proven_by_their_receipt(db: Database) -> None:
    acts = Acts(details=({"type": "subscriber_number", "sequence": 1}, {"type": "identity_match"}))
    for sealed in ("first", "second"):
        async with db.writing() as unit:
            shown = Shown("text", "en")
            await service.give(unit, PERSON, CLIENT, {}, shown, acts=acts, details=sealed, alone_from=16)
    kinds = ["details.confirmed", "details.confirmed"]
    assert [kind for kind, *_ in await recorded(db)] == ["consent.given", *kinds, *kinds]
    assert [data["type"] for kind, _, _, data in await recorded(db) if kind in kinds] == [
        "subscriber_number", "identity_match",
    ] * 2  # fmt: skip
    assert await standing(db) is not None
    async with db.reading() as unit:
        history = await audit.history_of(unit, PERSON)
        assert [await find_fault(unit, event) for event in history] == [None] * 5
    async with db.writing() as unit:
        await unit.execute(Statement(consent_receipts.update().values(details="another")))
    async with db.reading() as unit:
        assert all([await find_fault(unit, event) for event in history])


async def test_what_is_agreed_for_each_child_and_for_oneself_stands_and_ends_by_itself(
    db: Database, watch: Watch
) -> None:
    own = await give(db, {"email": GIVEN})
    first = await give(db, {"email": LEFT_OUT}, child_id="per_an")
    second = await give(db, {"phone_number": GIVEN}, child_id="per_binh")
    again = await give(db, {"gender": GIVEN}, child_id="per_an")
    assert len({own.consent_id, first.consent_id, second.consent_id}) == 3
    assert again.consent_id == first.consent_id
    assert (await standing(db), await standing(db, child_id="per_binh")) == (own, second)
    found = await standing(db, child_id="per_an")
    assert found is not None
    assert found.child_id == "per_an"
    assert found.decisions == answered_at(watch.now(), {"email": LEFT_OUT, "gender": GIVEN})
    assert {each.consent_id for each in await receipts(db)} == {own.consent_id, first.consent_id, second.consent_id}
    assert await withdraw(db, first.consent_id) == Withdrawn(CLIENT, "per_an")
    assert await standing(db, child_id="per_an") is None
    assert (await standing(db), await standing(db, child_id="per_binh")) == (own, second)
    told = [(kind, data.get("child_id")) for kind, _, _, data in await recorded(db)]
    given = "consent.given"
    assert told[:4] == [(given, None), (given, "per_an"), (given, "per_binh"), (given, "per_an")]
    assert told[4:] == [("consent.withdrawn", "per_an")]


async def test_a_consent_is_withdrawn_once_and_by_its_person(db: Database) -> None:
    given, elsewhere = await give(db, {"email": GIVEN}), await give(db, {"email": GIVEN}, client_id=ELSEWHERE)
    for consent_id, person_id in ((given.consent_id, OTHER), ("con_none", PERSON)):
        with pytest.raises(NothingToWithdraw):
            await withdraw(db, consent_id, person_id)
    assert await standing(db) == given
    await withdraw(db, given.consent_id)
    with pytest.raises(NothingToWithdraw):
        await withdraw(db, given.consent_id)
    assert await standing(db) is None
    async with db.reading() as unit:
        assert await service.list_current(unit, PERSON) == [elsewhere]
    assert [kind for kind, *_ in await recorded(db)].count("consent.withdrawn") == 1


async def test_only_what_was_given_alone_is_looked_at_for_the_age_of_who_gave_it(db: Database) -> None:
    alone = await give(db, {"email": GIVEN})
    guardian = ByGuardian("per_p", Shown("text", "en"))
    async with db.writing() as unit:
        await service.give(unit, OTHER, CLIENT, {"email": GIVEN}, Shown("text", "en"), guardian=guardian)
        gone = await service.give(unit, PERSON, ELSEWHERE, {"email": GIVEN}, Shown("text", "en"), alone_from=16)
    await withdraw(db, gone.consent_id)
    async with db.reading() as unit:
        found = {age: await service.list_unsettled(unit, age, ("", ""), 10) for age in (16, 18)}
    assert {age: [each.consent_id for each in each_age] for age, each_age in found.items()} == {
        16: [], 18: [alone.consent_id],
    }  # fmt: skip
    further = [await give(db, {"email": GIVEN}, person_id, CLIENT) for person_id in ("per_b2", "per_z")]
    walked, after = [], ("", "")
    async with db.reading() as unit:
        while page := await service.list_unsettled(unit, 18, after, 1):
            walked += page
            after = (page[-1].person_id, page[-1].consent_id)
    assert [each.consent_id for each in walked] == [each.consent_id for each in (alone, *further)]


async def test_who_agrees_again_after_a_withdrawal_starts_anew(db: Database, watch: Watch) -> None:
    first = await give(db, {"email": GIVEN})
    await withdraw(db, first.consent_id)
    watch.advance(DAY)
    second = await give(db, {"phone_number": GIVEN})
    assert second.consent_id != first.consent_id
    assert (second.given_at, second.decisions) == (
        watch.now(),
        answered_at(watch.now(), {"phone_number": GIVEN}),
    )
    assert len(await receipts(db)) == 2, "the proof of the first stays"


async def test_of_two_that_agree_at_once_neither_loses_what_the_other_decided(db: Database, watch: Watch) -> None:
    made = await asyncio.gather(*(give(db, {f"age_over_{number}": GIVEN}) for number in range(8)))
    assert len({each.consent_id for each in made}) == 1
    found = await standing(db)
    assert found is not None
    assert found.decisions == answered_at(watch.now(), {f"age_over_{number}": GIVEN for number in range(8)})


async def test_consents_are_listed_newest_first_without_anothers(db: Database, watch: Watch) -> None:
    for number in range(3):
        await give(db, {"email": GIVEN}, client_id=f"cli_{number}")
        await give(db, {"email": GIVEN}, person_id=OTHER, client_id=f"cli_{number}")
        watch.advance(SECOND)
    await give(db, {"phone_number": GIVEN}, client_id="cli_0")
    async with db.reading() as unit:
        listed = await service.list_current(unit, PERSON)
    assert [each.client_id for each in listed] == ["cli_2", "cli_1", "cli_0"], "by when each was first given"
    assert {each.person_id for each in listed} == {PERSON}


async def test_with_a_client_that_is_deleted_what_stands_with_it_ends_and_each_reads_its_name(db: Database) -> None:
    mine, yours = await give(db, {"email": GIVEN}), await give(db, {"email": GIVEN}, person_id=OTHER)
    kept = await give(db, {"email": GIVEN}, client_id=ELSEWHERE)
    before = await give(db, {"email": GIVEN}, person_id="per_c")
    await withdraw(db, before.consent_id, "per_c")
    async with db.writing() as unit:
        await service.end_all_of_client(unit, CLIENT, "Mạng thử")
    for person_id, ended in ((PERSON, mine), (OTHER, yours)):
        assert await standing(db, person_id) is None
        told = [event for event in await recorded(db, person_id) if event[0] == "consent.ended"]
        assert told == [("consent.ended", CLIENT, ended.consent_id, {"service": "Mạng thử"})]
    assert await standing(db, client_id=ELSEWHERE) == kept
    assert [kind for kind, *_ in await recorded(db, "per_c")] == ["consent.given", "consent.withdrawn"]


async def test_the_newest_50_receipts_and_200_consents_are_listed(db: Database, watch: Watch) -> None:
    for number in range(51):
        await give(db, {"email": GIVEN}, shown=f"text {number}")
    assert [each.shown for each in await receipts(db)] == [f"text {number}" for number in range(50, 0, -1)]
    made = []
    for number in range(201):
        watch.advance(SECOND)
        made.append(await give(db, {"email": GIVEN}, OTHER, client_id=f"cli_{number}"))
    async with db.reading() as unit:
        assert [each.consent_id for each in await service.list_current(unit, OTHER)] == [
            each.consent_id for each in made[:0:-1]
        ]
    start = watch.now()
    for each in made:
        watch.advance(SECOND)
        await withdraw(db, each.consent_id, OTHER)
    async with db.reading() as unit:
        found = await service.list_withdrawn(unit, OTHER, since=start)
    assert [each.consent_id for each in found] == [each.consent_id for each in made[:0:-1]]
