"""A match is used once, for the person and the number that it was made for, and only while it is good."""

from collections.abc import Mapping
from functools import partial

import pytest

from tests.support.watch import Watch
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching import service
from vneid_idp.matching.rules import GOOD_FOR, ComparedFace, Field, Result, Verdict
from vneid_idp.matching.service import Match, digest_of_phone
from vneid_idp.storage.unit import Database

PHONE = digest_of_phone(BlindIndex(b"k" * 32), "+84951234567")
HOW = ComparedFace("national", "model-1", "bev_1", "ISO/IEC 30107-3", 1)
ALL = dict.fromkeys(Field, Result.MATCH)


async def made(db: Database, results: Mapping[Field, Result] = ALL, person_id: str | None = "per_a") -> Match:
    add = partial(service.add_match, phone_digest=PHONE, channel="carrier_app", face=HOW)
    return await db.transact(lambda unit: add(unit, "cli_a", "song", person_id, results))


async def used(
    db: Database,
    match: Match,
    *,
    family: str = "song",
    person_id: str = "per_a",
    phone: str = PHONE,
    channel: str = "carrier_app",
) -> Match | None:
    return await db.transact(lambda unit: service.use_match(unit, family, match.match_id, person_id, phone, channel))


async def found(db: Database, match: Match, client_id: str = "cli_a") -> Match | None:
    async with db.glance() as unit:
        return await service.find_match(unit, client_id, match.match_id)


async def test_a_match_is_found_as_it_was_made_and_used_once(db: Database, watch: Watch) -> None:
    match = await made(db)
    assert match.verdict is Verdict.MATCHED
    assert await found(db, match) == match
    watch.advance(GOOD_FOR - 1)
    taken = await used(db, match)
    assert taken is not None
    assert taken.used_at == watch.now()
    assert await used(db, match) is None
    assert await found(db, match) == taken


@pytest.mark.parametrize(
    "other", [{"family": "another"}, {"person_id": "per_b"}, {"phone": "other"}, {"channel": "carrier_point"}], ids=str
)
async def test_a_match_is_for_its_organisation_person_number_and_channel(db: Database, other: dict[str, str]) -> None:
    match = await made(db)
    assert await used(db, match, **other) is None
    assert await found(db, match, "cli_b") is None
    assert await used(db, match) is not None


@pytest.mark.parametrize("without", [*Field])
async def test_fewer_than_four_fields_bind_nothing(db: Database, without: Field) -> None:
    undecided = await made(db, {field: result for field, result in ALL.items() if field is not without})
    assert await used(db, undecided) is None
    refused = await made(db, {**ALL, without: Result.MISMATCH})
    assert await used(db, refused) is None


async def test_what_is_good_no_more_is_not_used_and_is_forgotten(db: Database, watch: Watch) -> None:
    match, nobody = await made(db), await made(db, person_id=None)
    watch.advance(GOOD_FOR)
    assert await used(db, match) is None
    later = await made(db)
    assert await db.transact(service.sweep) == 2
    assert [await found(db, each) for each in (match, nobody, later)] == [None, None, later]
    await db.transact(lambda unit: service.forget(unit, "per_a"))
    assert await found(db, later) is None
    last = await made(db, person_id="per_b")
    await db.transact(lambda unit: service.forget_client(unit, "cli_a"))
    assert await found(db, last) is None
