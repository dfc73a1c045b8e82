"""Ages that were told as of an answer and are another by now. Pure.

They are told as they were until the person answers anew, so that nobody learns a birthday by asking every day. Where a
page is shown anyway they are offered on it; what nobody ticks goes on as it was told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.claims import Decisions, Item, depends_on_age
from vneid_idp.web.claim_words import Values

ValuesOf = Callable[[Mapping[str, Instant]], Mapping[str, Any]]
"""The values of claims, as of when each."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """What a page offers to tell anew."""

    items: tuple[Item, ...]
    told: Values
    """The values that are told as long as nobody answers anew, of claims that are told themselves."""

    @property
    def names(self) -> frozenset[str]:
        """The items by name."""
        return frozenset(item.name for item in self.items)

    def kept(self, decisions: Decisions) -> Decisions:
        """The decisions without those that took nothing of it, which leave what was told as it is."""
        return {name: each for name, each in decisions.items() if each.gives or name not in self.names}


def outdated(
    wanted: tuple[Item, ...], asked: tuple[Item, ...], decided: Decisions, values_of: ValuesOf, now: Instant
) -> Outdated:
    """What of the items `wanted` by a request, and not `asked` by it now, was told of an age that is another `now`."""
    items, told = [], dict[str, Any]()
    for item in wanted:
        decision = decided.get(item.name)
        if decision is None or not decision.gives or item in asked:
            continue
        claim = decision.given_as(item.name)
        before = values_of({claim: decision.at}) if depends_on_age(claim) else {}
        if before != (values_of({claim: now}) if before else {}):
            items.append(item)
            told |= {name: value for name, value in before.items() if name == item.name}
    return Outdated(tuple(items), told)
