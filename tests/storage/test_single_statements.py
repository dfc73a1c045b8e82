"""A unit of one statement runs it again when the database undid it."""

import pytest

from tests.support.interruptions import interrupt
from tests.support.key_rows import ADD, COUNT, TOUCH, numbers
from tests.support.watch import Watch
from vneid_idp.storage.database import open_database
from vneid_idp.storage.unit import Database, StorageUnavailable


@pytest.mark.parametrize("how", ["fetch", "execute"])
async def test_what_was_undone_once_is_done_once(db: Database, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    interruption = interrupt(monkeypatch, "INSERT INTO keys")
    async with db.single() as unit:
        await getattr(unit, how)(ADD, number=1, at=0)
    assert await numbers(db) == [1]
    assert interruption.met == 2


async def test_a_glance_looks_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    interruption = interrupt(monkeypatch, "FROM keys", times=4)
    async with db.glance() as unit:
        assert await unit.fetch(COUNT, number=1) == []
    assert interruption.met == 5


async def test_there_is_an_end_to_it(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    interruption = interrupt(monkeypatch, "UPDATE keys", times=99)
    with pytest.raises(StorageUnavailable):
        async with db.single() as unit:
            await unit.execute(TOUCH, number=1)
    assert interruption.met == 5


async def test_a_statement_in_a_longer_unit_is_not_run_again_alone(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    interruption = interrupt(monkeypatch, "INSERT INTO keys")
    with pytest.raises(StorageUnavailable):
        async with db.writing() as unit:
            await unit.execute(ADD, number=1, at=0)
    assert (await numbers(db), interruption.met) == ([], 1)


async def test_a_sqlite_file_that_another_program_has_to_itself_for_a_moment_is_opened(
    sqlite_url: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(sqlite_url, watch)
    interruption = interrupt(monkeypatch, "journal_mode", times=2)
    async with database.glance() as unit:
        assert await unit.fetch(COUNT, number=1) == []
    assert interruption.met == 2 + 4
    await database.close()
