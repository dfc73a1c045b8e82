"""Something is taken from somebody between the look of a page and what it does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_sessions
from vneid_idp.use_cases.lock_person import lock_person

Taker = Callable[[Country, Unit, str], Awaitable[object]]


async def lock(land: Country, unit: Unit, person_id: str) -> None:
    """The holder locks the account."""
    await lock_person(unit, land.idp.vault, person_id, LockedBy.HOLDER, DEED)


async def sign_out_everywhere(land: Country, unit: Unit, person_id: str) -> None:
    """The person signs out everywhere."""
    await end_sessions(unit, person_id)


@asynccontextmanager
async def overtaken(land: Country, taker: Taker, person_id: str, patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Whatever is next written here is preceded by `taker`: after the page was judged, before what it does."""
    writing = land.idp.db.writing

    @asynccontextmanager
    async def later(*, durable: bool = True) -> AsyncIterator[Unit]:
        patch.setattr(land.idp.db, "writing", writing)
        async with writing() as unit:
            await taker(land, unit, person_id)
        async with writing(durable=durable) as unit:
            yield unit

    patch.setattr(land.idp.db, "writing", later)
    yield
    assert land.idp.db.writing == writing


def while_register_answers(
    land: Country, taker: Taker, taken: str, asked: str, patch: pytest.MonkeyPatch, *, before: int = 1
) -> None:
    """Something is taken from `taken` while the register is asked about `asked`, for the deed: it was asked about them
    `before`, as a page is for the file.
    """
    find, answers = SyntheticRegistry.find, 0

    async def later(registry: SyntheticRegistry, person_id: str) -> RegistryRecord | None:
        nonlocal answers
        if person_id == asked and answers == before:
            async with land.idp.db.writing() as unit:
                await taker(land, unit, taken)
        answers += person_id == asked
        return await find(registry, person_id)

    patch.setattr(SyntheticRegistry, "find", later)
