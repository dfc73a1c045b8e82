"""Whom a client means by a subject is looked for in portions, each of which is paid for."""

from typing import Any

import pytest

from vneid_idp.protocol.client import Client
from vneid_idp.use_cases import ask_person
from vneid_idp.web.limits import TooManyRequests


async def test_who_can_pay_for_no_more_is_looked_for_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    portions: list[str] = []

    async def people(_: Any, __: str, after: str, most: int) -> tuple[str, ...]:
        portions.append(after)
        return (f"per_{len(portions)}",)

    async def spend() -> None:
        if len(portions) > 2:
            raise TooManyRequests(1)

    monkeypatch.setattr(ask_person, "people_of_client", people)
    unit: Any = None
    with pytest.raises(TooManyRequests):
        await ask_person.person_of_subject(unit, Client("cli_a", "A"), "sub", b"k" * 32, spend)
    assert portions == ["", "per_1", "per_2"]
