"""The place in the registry's feed on both databases: of two workers at one place one moves on."""

import pytest

from vneid_idp.identity.register.position import find_position, move_position
from vneid_idp.storage.unit import Database


@pytest.mark.parametrize("before", [None, "5"])
async def test_who_was_overtaken_moves_nothing(db: Database, before: str | None) -> None:
    async with db.writing() as unit:
        if before is not None:
            await move_position(unit, "feed", None, before)
        await move_position(unit, "another feed", None, "6")
        assert await move_position(unit, "feed", before, "7")
        assert not await move_position(unit, "feed", before, "6")
        assert await find_position(unit, "feed") == "7"
        assert await find_position(unit, "another feed") == "6"
