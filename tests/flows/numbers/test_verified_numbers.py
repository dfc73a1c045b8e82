"""A number is verified by a match of all four fields: once, for its person, number, channel and carrier."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.support.authority import lock, unlock
from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.matching import carrier_of, compare, evaluated, face, own, right
from tests.support.numbers import FAMILY, NumbersClient, asked
from tests.support.registered import put_in_register
from tests.support.rich_requests import ANOTHER, NUMBER
from tests.support.shortcuts import Known, agreed
from tests.support.visitor import shown
from vneid_idp.instructions.tables import instructions
from vneid_idp.kernel.clock import MINUTE, to_datetime
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.statement import Statement


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    return await NumbersClient.of(land)


@pytest.fixture
async def someone(land: Country, song: NumbersClient) -> Known:
    return await agreed(land, song.carrier)


async def matched(back_end: Carrier, slug: str = "complete", /, **changes: Any) -> str:
    """The id of a match that a client made in its own name, of all four fields unless told otherwise."""
    land = back_end.country
    known = {"face": await face(back_end, land.people[slug].record.personal_number), "channel": "carrier_app"}
    answer = await compare(back_end, await own(back_end), right(land, slug, **known | changes))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["match_id"])


async def verify(song: NumbersClient, token: str, match_id: str, code: str | None = None) -> dict[str, Any]:
    return await song.call("POST", "", token, code, json=asked(NUMBER) | {"match_id": match_id})


async def test_a_number_is_verified_by_a_match_that_a_client_of_its_carrier_made(
    land: Country, song: NumbersClient, someone: Known
) -> None:
    back_end = await carrier_of(land, family=FAMILY)
    token, match_id = await song.token(someone), await matched(back_end)
    bound = await verify(song, token, match_id)
    assert (bound["_status"], bound["state"], bound["match_id"]) == (201, "verified", match_id)
    assert await verify(song, token, match_id) == bound | {"_status": 200}
    assert "Đã xác thực" in shown(await someone.person.open("/me/numbers")).text
    assert "đã được xác thực" in shown(await someone.person.open("/me/history")).text
    # What a match has verified once it verifies no more.
    own_token = await song.own_token()
    await song.call("POST", f"/{bound['number_id']}/release", own_token)
    fresh = await song.token(someone)
    await verify(song, fresh, match_id, "match_not_usable")
    address = f"/{(await verify(song, fresh, await matched(back_end)))['number_id']}"
    async with land.idp.db.writing() as unit:
        await lock(land, unit, someone.person_id)
    assert (await song.call("GET", address, own_token))["state"] == "suspended"
    async with land.idp.db.writing() as unit:
        await unlock(land, unit, someone.person_id)
    assert (await song.call("GET", address, own_token))["state"] == "verified"


async def test_a_number_that_was_confirmed_before_is_verified_later(
    land: Country, song: NumbersClient, someone: Known
) -> None:
    back_end = await carrier_of(land, family=FAMILY)
    token = await song.token(someone)
    confirmed = await song.bind(token)
    assert (confirmed["state"], confirmed["verified_at"], confirmed["match_id"]) == ("confirmed", None, None)
    match_id, key = await matched(back_end), {"Idempotency-Key": "one"}
    verified = await verify(song, token, match_id)
    assert (verified["_status"], verified["number_id"]) == (200, confirmed["number_id"])
    assert (verified["state"], verified["match_id"]) == ("verified", match_id)
    assert await song.bind(token) == verified
    body = asked(NUMBER) | {"match_id": match_id}
    assert await song.call("POST", "", token, json=body, headers=key) == verified
    await song.call("POST", "", token, "idempotency_conflict", json=asked(NUMBER), headers=key)


async def test_no_other_match_verifies_a_number_and_what_is_refused_changes_nothing(
    land: Country, song: NumbersClient, someone: Known
) -> None:
    back_end, stranger = await carrier_of(land, family=FAMILY), await carrier_of(land, family="another")
    token = await song.token(someone, NUMBER, ANOTHER)
    for other in (
        await matched(stranger),
        await matched(back_end, "plain"),
        await matched(back_end, face=None),
        await matched(back_end, channel=None),
        await matched(back_end, channel="carrier_point"),
        await matched(back_end, phone_number=None),
        await matched(back_end, phone_number=ANOTHER["phone_number"]),
        await matched(await carrier_of(land)),
        "mtc_" + 26 * "0",
    ):
        await verify(song, token, other, "match_not_usable")
    assert (await song.call("GET", "", await song.own_token()))["items"] == []
    assert "binding.requested" not in await kinds_of(land)
    assert (await verify(song, token, await matched(back_end)))["state"] == "verified"


async def test_a_match_is_the_proof_for_which_the_carriers_register_asks(
    land: Country, song: NumbersClient, someone: Known
) -> None:
    back_end = await carrier_of(land, family=FAMILY)
    policy, record = await land.idp.current_policy(), land.people["complete"].record
    in_register = [("nbr_" + 26 * "0", NUMBER["phone_number"], RowClass.NAME_DIFFERS)]
    async with land.idp.db.writing() as unit:
        (made,) = await put_in_register(unit, land.idp.keys, policy, record.personal_number, in_register, one_way_at=1)
    await verify(song, await song.token(someone), await matched(back_end))
    async with land.idp.db.reading() as unit:
        found = await store.find(unit, FAMILY, made.number_digest)
        given = [row["kind"] for row in await unit.fetch(Statement(select(instructions)))]
    assert found is not None
    assert (found.state, found.next_step, given) == (RegisteredState.VERIFIED, None, ["restore"])


async def test_a_template_of_the_carriers_own_verifies_what_the_state_verified_before(
    land: Country, song: NumbersClient, someone: Known
) -> None:
    back_end, number = await carrier_of(land, family=FAMILY), land.people["complete"].record.personal_number
    await evaluated(back_end)
    own_template = await matched(back_end, face=await face(back_end, number, route="own_template"))
    token = await song.token(someone)
    await verify(song, token, own_template, "national_route_required")
    await verify(song, token, await matched(back_end))
    verified = await verify(song, token, own_template)
    assert verified["match_id"] == own_template
    # Of who has the number in another SIM now it says nothing.
    land.watch.advance(MINUTE)
    told = {"occurred_at": to_datetime(land.watch.now() - MINUTE // 2).isoformat()}
    await song.call("POST", f"/{verified['number_id']}/swaps", await song.own_token(), json=told)
    own_template = await matched(back_end, face=await face(back_end, number, route="own_template"))
    await verify(song, token, own_template, "national_route_required")


@pytest.mark.parametrize(("happened", "state"), [("device-changes", "rechecking"), ("swaps", "frozen")])
async def test_a_match_of_before_does_not_prove_what_happened_after_it(
    land: Country, song: NumbersClient, someone: Known, happened: str, state: str
) -> None:
    back_end = await carrier_of(land, family=FAMILY)
    token, own_token = await song.token(someone), await song.own_token()
    number = await verify(song, token, await matched(back_end))
    before = await matched(back_end)
    land.watch.advance(2 * MINUTE)
    told = {"occurred_at": to_datetime(land.watch.now() - MINUTE).isoformat()}
    address = f"/{number['number_id']}"
    assert (await song.call("POST", f"{address}/{happened}", own_token, json=told))["state"] == state
    await verify(song, token, before, "match_not_usable")
    assert (await song.call("GET", address, own_token))["state"] == state
    assert (await verify(song, token, await matched(back_end)))["state"] == "verified"


@pytest.mark.parametrize(
    ("channel", "row_class", "stands"),
    [
        ("identity_app", RowClass.CONSISTENT, RegisteredState.VERIFIED),
        ("identity_app", RowClass.NAME_DIFFERS, RegisteredState.CONFIRMED),
        ("carrier_app", RowClass.CONSISTENT, RegisteredState.REGISTERED),
    ],
)
async def test_what_is_confirmed_in_the_identity_app_answers_for_the_row_of_the_register(
    land: Country, song: NumbersClient, someone: Known, channel: str, row_class: RowClass, stands: RegisteredState
) -> None:
    row = (f"nbr_{'0' * 26}", str(NUMBER["phone_number"]), row_class)
    async with land.idp.db.writing() as unit:
        (put,) = await put_in_register(
            unit, land.idp.keys, await land.idp.current_policy(), land.people["complete"].record.personal_number, [row]
        )
    token = await song.token(someone, NUMBER | {"channel": channel})
    assert (await song.bind(token, detail=NUMBER | {"channel": channel}))["state"] == "confirmed"
    async with land.idp.db.reading() as unit:
        found = await store.find(unit, FAMILY, put.number_digest)
    assert found is not None
    assert found.state is stands
    page = shown(await someone.person.open("/me/numbers")).text
    assert ("Có phải số của bạn?" in page) is (stands is RegisteredState.REGISTERED)
