"""A make-believe register is handed in, the days of the law pass for its numbers, and its carrier reads what comes."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.uploads import csv_of
from vneid_idp.kernel.clock import local_date, to_seconds
from vneid_idp.protocol.claims import REGISTER, SUBSCRIBER_NUMBER
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.sandbox import time_lapse
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.storage.statement import Statement
from vneid_idp.workers.tasks import read_registers

LADDER = "/numbers/v1/ladder"
_ANY = Statement(select(registered_numbers.c.number_id))


async def post(land: Country, path: str, **members: Any) -> Any:
    async with land.browser() as program:
        return await program.post(path, json=members)


async def read(song: NumbersClient, path: str, *, scope: str = REGISTER, **more: Any) -> Any:
    form = {"grant_type": "client_credentials", "scope": scope}
    token = (await song.carrier.post("/token", **form)).json()["access_token"]
    return (await song.carrier.call(more.pop("method", "GET"), path, token, **more)).json()


async def handed_in(song: NumbersClient, file: bytes) -> Any:
    known = {"format": "csv", "bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
    begun = await read(song, "/numbers/v1/registers", method="POST", json=known)
    at = f"/numbers/v1/registers/{begun['upload_id']}"
    await read(song, f"{at}/parts/1", method="PUT", content=file)
    await read_registers(song.carrier.country.idp)
    return await read(song, at)


async def test_the_holders_of_a_make_believe_register_are_known(land: Country) -> None:
    song = await NumbersClient.of(land, scope=f"openid {SUBSCRIBER_NUMBER} {REGISTER}")
    asked = {"rows": 60, "seed": 4, "junk": {"name_differs": 200, "malformed": 100}}
    first = (await post(land, "/sandbox/registers", **asked)).content
    own = sum(persona.record.phone is not None for persona in personas(land.watch.now()))
    read_back = await handed_in(song, first)
    assert (read_back["state"], read_back["rows"]) == ("complete", 60 + own)
    assert set(read_back["classes"]) >= {"consistent", "name_differs", "malformed"}
    assert "no_such_person" not in read_back["classes"]
    again = await handed_in(song, (await post(land, "/sandbox/registers", **asked, edition=3)).content)
    assert again["rows"] < read_back["rows"]
    assert {"unchanged", "changed", "missing"} <= set(again["numbers"])


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"seed": -1}, {"edition": 0}, {"junk": {"consistent": 1}}, {"junk": {"machine": 1001}}]
)
async def test_what_is_no_register_is_not_made(land: Country, wrong: dict[str, Any]) -> None:
    answer = await post(land, "/sandbox/registers", **({"rows": 1, "seed": 1} | wrong))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_invention")


async def test_days_pass_for_the_numbers_of_a_register_and_for_nothing_else(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = await NumbersClient.of(land, scope=f"openid {SUBSCRIBER_NUMBER} {REGISTER}")
    record, today = land.people["plain"].record, local_date(land.watch.now())
    papers = {"id_document_type": "citizen_card", "id_document": record.personal_number, "full_name": record.full_name}
    row = {"phone_number": "+84951234567", **papers, "birthdate": record.birth_date.isoformat()}
    await handed_in(song, csv_of(row))
    before = await read(song, LADDER)
    assert before["states"] == {"registered": 1}
    assert [each["kind"] for each in before["coming"]][-3:] == ["cut_outgoing", "cut_both", "end"]
    assert all(each["trigger"] == "clean_up_2026" and each["numbers"] == 1 for each in before["coming"])
    cut = before["coming"][-3]["day"]
    passed = (await post(land, "/sandbox/ladder", until=cut)).json()
    assert passed == {"instructions": len(before["coming"]) - 2, "reached": cut, "finished": True}
    after = await read(song, LADDER)
    assert (after["states"], after["coming"]) == ({"one_way": 1}, before["coming"][-2:])
    assert local_date(land.watch.now()) == today
    told = await read(song, "/numbers/v1/instructions/poll", scope=SUBSCRIBER_NUMBER, method="POST", json={})
    (event,) = told["sets"].values()
    claims = land.idp.keys.verify_own(event, land.watch.now(), typ="secevent+jwt")
    assert claims["iat"] == to_seconds(land.watch.now()), "no library takes an event of a day to come"
    assert (await post(land, "/sandbox/ladder", until=cut)).json()["instructions"] == 0

    monkeypatch.setattr(time_lapse, "_LONGEST_ANSWER", 0)
    passed = (await post(land, "/sandbox/ladder", until=before["coming"][-1]["day"])).json()
    assert not passed["finished"]
    for wrong in ("soon", (today - timedelta(days=1)).isoformat(), (today + timedelta(days=401)).isoformat()):
        assert (await post(land, "/sandbox/ladder", until=wrong)).json()["code"] == "bad_day"


async def test_the_ladder_takes_the_carriers_own_token_with_the_scope(land: Country) -> None:
    client = await NumbersClient.of(land)
    answer = await client.carrier.call("GET", LADDER, await client.own_token())
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_a_number_is_told_to_its_carrier_alone_by_the_id_that_a_person_brings_along(land: Country) -> None:
    song = await NumbersClient.of(land, scope=f"openid {SUBSCRIBER_NUMBER} {REGISTER}")
    gio = await NumbersClient.of(land, scope=f"openid {SUBSCRIBER_NUMBER}", family="gio")
    await handed_in(song, csv_of({"phone_number": "+84951234567"}))
    async with land.idp.db.reading() as unit:
        row = await unit.fetch_one(_ANY)
    assert row is not None
    path = f"/numbers/v1/registered-numbers/{row['number_id']}"
    told = await song.carrier.call("GET", path, await song.own_token())
    assert told.json() == {"number_id": row["number_id"], "phone_number": "+84951234567"}
    other = await gio.carrier.call("GET", path, await gio.own_token())
    assert (other.status_code, other.json()["code"]) == (404, "binding_not_found")
