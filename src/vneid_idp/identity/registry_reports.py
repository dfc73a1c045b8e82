"""What an office tells the registry. The registry decides; what it then says comes back, to be followed at once."""

from dataclasses import dataclass
from typing import Protocol

from vneid_idp.identity.registry import Card, RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError


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


@dataclass(frozen=True, slots=True)
class Report:
    """One report. The same `report_id` twice is one report: an office may send it again when no answer came."""

    report_id: str
    person_id: str
    reported_by: str
    """The pseudonymous id of the clerk."""
    fact: ReportedFact


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
