"""Which number of the person at the carrier one is: counted exactly, also where many come at once."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.support.country import Country
from tests.support.numbers import NUMBERS, NumbersClient, asked
from tests.support.registered import put_in_register
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import agreed
from tests.support.visitor import shown
from vneid_idp.bindings.subscriber_numbers import service as subscriber_numbers
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.registered_numbers import store
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.unit import Reading

MANY = 3


def first(place: int) -> dict[str, object]:
    """A number that is said to be the first, each another one."""
    return {**NUMBER, "phone_number": f"+8495100000{place}", "sequence": 1}


async def test_of_many_first_numbers_at_once_one_is_the_first(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    held_at = subscriber_numbers.held_at

    async def and_waits(unit: Reading, family_id: str, person_id: str) -> Mapping[str, SubscriberNumber]:
        """What was counted stays unwritten for a moment, as on a busy machine."""
        found = await held_at(unit, family_id, person_id)
        await asyncio.sleep(1)
        return found

    song = await NumbersClient.of(land)
    someone = await agreed(land, song.carrier)
    tokens = [(await song.answered(someone, first(place)), first(place)) for place in range(MANY)]
    monkeypatch.setattr(subscriber_numbers, "held_at", and_waits)
    answers = await asyncio.gather(
        *(song.carrier.call("POST", NUMBERS, token, json=asked(detail)) for token, detail in tokens)
    )
    assert Counter(answer.json().get("code") for answer in answers) == {None: 1, "sequence_taken": MANY - 1}


async def test_numbers_that_stand_under_the_persons_papers_in_the_carriers_register_count(land: Country) -> None:
    song = await NumbersClient.of(land)
    someone, keys, policy = await agreed(land, song.carrier), land.idp.keys, await land.idp.current_policy()
    id_number = land.people["complete"].record.personal_number
    rows = [
        (RowClass.CONSISTENT, "+84952000001"),
        (RowClass.NAME_DIFFERS, "+84952000002"),
        (RowClass.ORGANISATION, "+84952000003"),
        (RowClass.MACHINE, "+84952000004"),
        (RowClass.CONSISTENT, "+84952000005"),
        (RowClass.CONSISTENT, "+84952000006"),
    ]
    numbers = [(f"nbr_{place:026}", phone_number, row_class) for place, (row_class, phone_number) in enumerate(rows)]
    async with land.idp.db.writing() as unit:
        made = await put_in_register(unit, keys, policy, id_number, numbers)
        await put_in_register(
            unit, keys, policy, id_number, [("nbr_" + "z" * 26, "+84952000007", RowClass.CONSISTENT)], family_id="other"
        )
        for number, over in zip(made[-2:], ("disowned_at", "ended_at"), strict=True):
            await store.write(unit, number.with_facts(**{over: unit.now}))
    second, third = ({**first(place), "sequence": place} for place in (2, 3))
    # One that stands there already is counted once.
    known = {**first(4), "phone_number": "+84952000001", "sequence": 2}
    token = await song.answered(someone, second, third, known)
    assert "number 3" in (await song.bind(token, "sequence_taken", second))["detail"]
    await song.bind(token, detail=known)
    await song.bind(token, detail=third)


async def test_an_organisations_number_is_bound_to_its_user_and_counts_among_nobodys(land: Country) -> None:
    song = await NumbersClient.of(land)
    someone = await agreed(land, song.carrier)
    lent = {**first(5), "organisation_code": "0101234567"}
    token = await song.answered(someone, lent, first(6))
    await song.bind(token, "number_not_confirmed", first(5))
    await song.bind(token, "contract_required", lent)
    made = await song.call("POST", "", token, json=asked(lent) | {"contract_reference": "HD-TC-1"})
    assert (made["_status"], made["organisation_code"], made["contract_reference"]) == (201, "0101234567", "HD-TC-1")
    assert (await song.bind(token, detail=first(6)))["organisation_code"] is None
    page = shown(await someone.person.open("/me/numbers")).text
    assert page.count("Số của tổ chức có mã 0101234567") == 1
