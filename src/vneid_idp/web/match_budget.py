"""How many mismatches an ID number and a client have: who guesses learns little, from however many clients."""

from vneid_idp.audit.events import EventKind
from vneid_idp.matching.mismatches import MatchBudgetSpent
from vneid_idp.web.api_caller import ApiCaller
from vneid_idp.web.context import Idp
from vneid_idp.web.limits import Secret, TooManyAttempts, Tried

_NUMBER = "matches.id_number"


class Budget:
    """The mismatches of one comparison's ID number and client."""

    def __init__(self, provider: Idp, caller: ApiCaller, id_number: str) -> None:
        self._provider = provider
        self._client_id = caller.client.client_id
        self._by = Tried(account=provider.keys.blind.of(_NUMBER, id_number), client=self._client_id)

    async def take(self) -> None:
        """Before anything is compared: take one, so that of many guesses at once no more are compared than are left.

        Raises `MatchBudgetSpent`, having taken nothing of the ID number's.
        """
        try:
            await self._provider.limits.check(Secret.MATCH, self._by)
            await self._provider.limits.spend(Secret.MATCH, self._by, 1)
        except TooManyAttempts:
            self.note_spent()
            raise MatchBudgetSpent from None

    def note_spent(self) -> None:
        """Have it on record that nothing was compared."""
        self._provider.spent_budgets.spent(EventKind.MATCH_BUDGET_SPENT, None, self._client_id)

    async def give_back(self) -> None:
        """Nothing was told that did not agree. What others have taken stays taken."""
        await self._provider.limits.give_back(Secret.MATCH, self._by, 1)
