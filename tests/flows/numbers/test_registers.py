"""A carrier hands in its register at `numbers/v1`, a worker reads it, and the carrier is told of counts and faults."""

import asyncio
import hashlib
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.uploads import csv_of, row
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.protocol.claims import REGISTER, SUBSCRIBER_NUMBER
from vneid_idp.registered_numbers import parts, uploads
from vneid_idp.registered_numbers.tables import register_parts
from vneid_idp.registered_numbers.uploads import HELD, RegisterUpload, UploadState
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases import receive_register
from vneid_idp.use_cases.upload_register import read_upload
from vneid_idp.workers.tasks import forget_registers, read_registers

_SPOIL = Statement(update(register_parts).where(register_parts.c.place == 2).values(sealed=b"spoiled bytes, no part"))
REGISTERS = "/numbers/v1/registers"
FILE = csv_of(row(1), row(2, birthdate="soon"), row(3, service="machine"))


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 150)


class Carrier:
    """A client that hands in registers."""

    def __init__(self, client: NumbersClient) -> None:
        self.client = client

    @classmethod
    async def of(cls, land: Country, **members: Any) -> "Carrier":
        return cls(await NumbersClient.of(land, scope=f"openid {SUBSCRIBER_NUMBER} {REGISTER}", **members))

    async def call(self, method: str, path: str = "", code: str | None = None, **more: Any) -> Any:
        """Call with the carrier's own token; `code` is the refusal expected."""
        form = {"grant_type": "client_credentials", "scope": REGISTER}
        token = (await self.client.carrier.post("/token", **form)).json()["access_token"]
        answer = await self.client.carrier.call(method, REGISTERS + path, token, **more)
        assert answer.headers["cache-control"] == "no-store"
        if answer.headers["content-type"].startswith("text/csv"):
            return answer.text
        body = answer.json()
        assert body.get("code") == code, body
        return body

    async def announce(self, file: bytes = FILE, code: str | None = None) -> Any:
        digest = hashlib.sha256(file).hexdigest()
        return await self.call("POST", "", code, json={"format": "csv", "bytes": len(file), "sha256": digest})


def part(place: int, file: bytes = FILE) -> bytes:
    return file[150 * (place - 1) : 150 * place]


async def test_a_register_is_handed_in_part_by_part_and_read(land: Country) -> None:
    song = await Carrier.of(land)
    begun = await song.announce()
    assert (begun["state"], begun["missing_parts"]) == ("receiving", [1, 2, 3])
    at = f"/{begun['upload_id']}"
    await song.call("PUT", f"{at}/parts/2", content=part(2))
    await song.call("PUT", f"{at}/parts/4", "bad_part", content=part(2))
    await song.call("PUT", f"{at}/parts/1", "bad_part", content=part(3))
    assert (await song.announce())["missing_parts"] == [1, 3]
    await song.announce(csv_of(row(1)), "upload_under_way")
    await song.call("PUT", f"{at}/parts/3", content=part(3))
    sent = await song.call("PUT", f"{at}/parts/1", content=part(1))
    assert (sent["state"], sent["missing_parts"]) == ("reading", [])
    await song.call("PUT", f"{at}/parts/1", "upload_not_receiving", content=part(1))
    await read_registers(land.idp)
    done = await song.call("GET", at)
    assert (done["state"], done["progress"], done["faults"]) == ("complete", 1.0, 1)
    assert done["classes"] == {"consistent": 1, "machine": 1, "malformed": 1}
    assert done["numbers"] == {"added": 2}
    assert await song.call("GET", f"{at}/errors") == "line,column,code\n3,birthdate,not_a_date\n"
    await forget_registers(land.idp.db)
    async with land.idp.db.reading() as unit:
        assert await parts.places(unit, begun["upload_id"]) == ()
    other = await Carrier.of(land, family="gio")
    for path in (at, f"{at}/errors"):
        await other.call("GET", path, "upload_not_found")
    await other.call("PUT", f"{at}/parts/1", "upload_not_found", content=part(1))


async def test_another_file_than_was_told_of_is_not_read(land: Country) -> None:
    song = await Carrier.of(land)
    at = f"/{(await song.announce())['upload_id']}"
    for place in (1, 2, 3):
        await song.call("PUT", f"{at}/parts/{place}", content=part(place, FILE.replace(b"machine", b"MACHINE")))
    await read_registers(land.idp)
    failed = await song.call("GET", at)
    assert (failed["state"], failed["numbers"]) == ("failed", {})
    assert "another file" in failed["failure"]


async def test_a_part_that_does_not_open_any_more_ends_the_upload_in_words(land: Country) -> None:
    song = await Carrier.of(land)
    at = f"/{(await song.announce())['upload_id']}"
    for place in (1, 2, 3):
        await song.call("PUT", f"{at}/parts/{place}", content=part(place))
    async with land.idp.db.writing() as unit:
        await unit.execute(_SPOIL)
    await read_registers(land.idp)
    failed = await song.call("GET", at)
    assert (failed["state"], failed["numbers"]) == ("failed", {})
    assert failed["failure"] == "Part 2 of it is damaged here. Announce the file again."


async def test_a_file_that_never_comes_to_its_end_is_given_up_and_its_parts_go(land: Country) -> None:
    song = await Carrier.of(land)
    upload_id = (await song.announce())["upload_id"]
    await song.call("PUT", f"/{upload_id}/parts/2", content=part(2))
    for passed, there, state in ((DAY, (2,), UploadState.RECEIVING), (1, (), UploadState.FAILED)):
        land.watch.advance(passed)
        await forget_registers(land.idp.db)
        async with land.idp.db.reading() as unit:
            left = await uploads.find(unit, upload_id)
            assert await parts.places(unit, upload_id) == there
        assert left is not None
        assert left.state is state


async def test_a_file_that_takes_long_stays_in_the_hands_of_who_reads_it(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    song, db, read = await Carrier.of(land), land.idp.db, []
    upload_id = (await song.announce())["upload_id"]
    for place in (1, 2, 3):
        await song.call("PUT", f"/{upload_id}/parts/{place}", content=part(place))

    async def until_it_is_held_on() -> None:
        while True:
            async with db.reading() as unit:
                found = await uploads.find(unit, upload_id)
            assert found is not None
            if found.held_until == land.watch.now() + HELD:
                return
            await asyncio.sleep(0.01)

    async def slowly(*of: Any) -> RegisterUpload:
        for _ in range(2):
            land.watch.advance(HELD - MINUTE // 2)
            await asyncio.wait_for(until_it_is_held_on(), 10)
        assert await db.transact(uploads.take) is None
        read.append(await read_upload(*of))
        return read[0]

    monkeypatch.setattr(receive_register, "_HELD_ON_EVERY", 20)
    monkeypatch.setattr(receive_register, "read_upload", slowly)
    await read_registers(land.idp)
    assert [each.state for each in read] == [UploadState.COMPLETE]


async def test_it_takes_the_carriers_own_token_with_the_scope(land: Country) -> None:
    client = await NumbersClient.of(land)
    answer = await client.carrier.call("POST", REGISTERS, await client.own_token(), json={})
    assert answer.json()["code"] in ("insufficient_scope", "malformed")
    answer = await client.carrier.call("GET", f"{REGISTERS}/upl_{'0' * 26}", await client.own_token())
    assert answer.json()["code"] == "insufficient_scope"
