"""Asking for many people at once, within what one question may hold."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from vneid_idp.identity.register.records import MANY, Registry, RegistryRecord, find_all


class Asked:
    """Answers for everybody, and notes what it was asked."""

    def __init__(self) -> None:
        self.questions: list[int] = []

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, Any]:
        self.questions.append(len(person_ids))
        return {person_id: person_id for person_id in person_ids}


async def test_no_question_is_about_more_people_than_one_may_be_about() -> None:
    asked, everybody = Asked(), [f"per_{number}" for number in range(MANY + 1)]
    found: Mapping[str, RegistryRecord] = await find_all(cast(Registry, asked), [*everybody, *everybody])
    assert set(found) == set(everybody)
    assert asked.questions == [MANY, 1]


async def test_about_nobody_nothing_is_asked() -> None:
    asked = Asked()
    assert await find_all(cast(Registry, asked), ()) == {}
    assert asked.questions == []
