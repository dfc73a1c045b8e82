"""What an office tells the registry. The registry decides; what it then says comes back, to be followed at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from vneid_idp.identity.register.records import Card, RegistryRecord, card_from_json
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id


@dataclass(frozen=True, slots=True)
class Death:
    """The person died."""

    at: Instant


@dataclass(frozen=True, slots=True)
class CardIssued:
    """A card was issued or renewed."""

    card: Card


@dataclass(frozen=True, slots=True)
class GuardianNamed:
    """Somebody became a parent or guardian of the person."""

    guardian_id: str


@dataclass(frozen=True, slots=True)
class GuardianshipEnded:
    """Somebody is no guardian of the person any more."""

    guardian_id: str


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """The person's own phone number (E.164) is another, or there is none any more."""

    phone: str | None


ReportedFact = Death | CardIssued | GuardianNamed | GuardianshipEnded | PhoneChanged

FACTS: Mapping[str, type[ReportedFact]] = {
    "death": Death,
    "card_issued": CardIssued,
    "guardian_named": GuardianNamed,
    "guardianship_ended": GuardianshipEnded,
    "phone_changed": PhoneChanged,
}
"""What a fact is called in events, and where it is kept."""


def name_of(fact: ReportedFact) -> str:
    """What it is called."""
    return next(name for name, kind in FACTS.items() if isinstance(fact, kind))


def fact_from_json(name: str, value: dict[str, Any]) -> ReportedFact:
    """The fact called `name` that `orjson.dumps(fact)` wrote."""
    if name == "card_issued":
        return CardIssued(card_from_json(value["card"]))
    return FACTS[name](**value)


@dataclass(frozen=True, slots=True)
class Report:
    """One report. The same `report_id` twice is one report: an office may send it again when no answer came."""

    report_id: str
    person_id: str
    reported_by: str
    """The pseudonymous id of the clerk."""
    fact: ReportedFact


_REPORT_ID = re.compile(r"rep_[0-9a-v]{26}\Z")


def new_report_id() -> str:
    """An id for a report that nobody began."""
    return new_id("rep")


def is_report_id(text: str) -> bool:
    """Whether a text is such an id, and not something that somebody made up."""
    return _REPORT_ID.match(text) is not None


class ReportRefused(DomainError):
    """The registry does not take this report: it knows nobody of that id, or the report contradicts what it has."""

    code = "report_refused"
    status = 409
    title = "The population registry does not take this report."


class RegistryReports(Protocol):
    """Takes what an office reports."""

    async def report(self, report: Report) -> RegistryRecord:
        """Have it entered; the person as the registry has them now. Raises `ReportRefused`, `RegistryUnavailable`."""
        ...
