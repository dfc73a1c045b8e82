"""Ten thousand guesses from two hundred clients: no more are compared than the budgets have, however they come."""

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching.mismatches import MatchBudgetSpent
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Secret, Subject, open_limits
from vneid_idp.web.match_budget import Budget

CLIENTS, GUESSES = 200, 10_000
OF_CLIENT, OF_NUMBER = (LIMITS[Secret.MATCH][subject][0].amount for subject in (Subject.CLIENT, Subject.ACCOUNT))


class _Spent:
    """Remembers whose budgets were spent."""

    def __init__(self) -> None:
        self.told = Counter[str]()

    def spent(self, kind: object, person_id: str | None, client_id: str) -> None:
        """As `SpentBudgets.spent`."""
        self.told[client_id] += 1


@pytest.mark.parametrize("numbers", [1, 40, 2_000, GUESSES])
async def test_no_more_guesses_are_compared_than_the_budgets_have(numbers: int) -> None:
    limits, spent = open_limits(table=LIMITS), _Spent()
    provider: Any = SimpleNamespace(keys=SimpleNamespace(blind=BlindIndex(b"k")), limits=limits, spent_budgets=spent)
    compared = Counter[str](), Counter[str]()

    async def guess(place: int) -> None:
        # Each client goes through all numbers, and so do all clients together.
        client, number = f"cli_{place % CLIENTS}", f"0971960{(place // CLIENTS * 37 + place) % numbers:05}"
        caller: Any = SimpleNamespace(client=SimpleNamespace(client_id=client))
        try:
            await Budget(cast("Any", provider), caller, number).take()
        except MatchBudgetSpent:
            return
        for counted, who in zip(compared, (client, number), strict=True):
            counted[who] += 1

    await asyncio.gather(*map(guess, range(GUESSES)))
    await limits.close()
    of_client, of_number = compared
    assert max(of_client.values()) <= OF_CLIENT
    assert max(of_number.values()) <= OF_NUMBER
    # Nothing is refused without need either: one number's budget is used up, and each client's where numbers are many.
    assert of_number.total() == {1: OF_NUMBER, GUESSES: CLIENTS * OF_CLIENT}.get(numbers, of_number.total())
    assert of_client.total() + spent.told.total() == GUESSES
