"""What is told is written down first; where the writing is ended, whoever waits for it tells nothing."""

import asyncio

import pytest

from vneid_idp.consent.disclosures import Disclosed, Disclosures, Told
from vneid_idp.storage.unit import Database, StorageUnavailable

TOLD = Disclosed("per_a", "cli_a", Told.USERINFO, "email")


async def test_who_waits_when_the_writing_is_ended_hears_of_it(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    disclosures, begun = Disclosures(db, 30), asyncio.Event()

    async def put(_: list[Disclosed]) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(disclosures, "_put", put)
    first = asyncio.create_task(disclosures.add(TOLD))
    await begun.wait()
    behind = asyncio.create_task(disclosures.add(TOLD))
    await asyncio.sleep(0)
    writing = next(task for task in asyncio.all_tasks() if task.get_name() == "write disclosures")
    writing.cancel()
    for waiting, refusal in ((first, StorageUnavailable), (behind, asyncio.CancelledError)):
        with pytest.raises(refusal):
            await asyncio.wait_for(waiting, 10)
