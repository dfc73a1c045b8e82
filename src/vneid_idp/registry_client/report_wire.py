"""Reports of an office as they go over the wire."""

from typing import Annotated, Literal, assert_never

from pydantic import Field

from vneid_idp.identity.register import reports
from vneid_idp.identity.register.reports import Report
from vneid_idp.registry_client.wire import Asked, Card, Moment, PersonId, Phone, instant_of, moment_of


class DeathReport(Asked):
    """The person died."""

    what: Literal["death"] = "death"
    at: Moment


class CardReport(Asked):
    """A card was issued or renewed."""

    what: Literal["card_issued"] = "card_issued"
    card: Card


class GuardianReport(Asked):
    """A guardianship began or ended."""

    what: Literal["guardian_named", "guardianship_ended"]
    guardian_id: PersonId


class PhoneReport(Asked):
    """The person's own phone number is another, or there is none any more."""

    what: Literal["phone_changed"] = "phone_changed"
    phone: Phone | None


class ReportBody(Asked):
    """One report. Repeating it with the same `report_id` changes nothing more."""

    report_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Chosen by the office, once for each report.")
    person_id: PersonId
    reported_by: PersonId = Field(description="The pseudonymous id of the clerk.")
    fact: Annotated[DeathReport | CardReport | GuardianReport | PhoneReport, Field(discriminator="what")]

    @classmethod
    def of(cls, report: Report) -> "ReportBody":
        """The representation of a report."""
        return cls(
            report_id=report.report_id,
            person_id=report.person_id,
            reported_by=report.reported_by,
            fact=_fact_of(report.fact),
        )

    def report(self) -> Report:
        """The same, as the rest of the program knows it."""
        return Report(self.report_id, self.person_id, self.reported_by, _fact(self.fact))


def _fact_of(fact: reports.ReportedFact) -> DeathReport | CardReport | GuardianReport | PhoneReport:
    match fact:
        case reports.Death(at):
            return DeathReport(at=moment_of(at))
        case reports.CardIssued(card):
            return CardReport(card=Card.of(card))
        case reports.GuardianNamed(guardian_id):
            return GuardianReport(what="guardian_named", guardian_id=guardian_id)
        case reports.GuardianshipEnded(guardian_id):
            return GuardianReport(what="guardianship_ended", guardian_id=guardian_id)
        case reports.PhoneChanged(phone):
            return PhoneReport(phone=phone)
        case _:
            assert_never(fact)


def _fact(body: DeathReport | CardReport | GuardianReport | PhoneReport) -> reports.ReportedFact:
    match body:
        case DeathReport():
            return reports.Death(instant_of(body.at))
        case CardReport():
            return reports.CardIssued(body.card.facts())
        case GuardianReport(what="guardian_named"):
            return reports.GuardianNamed(body.guardian_id)
        case GuardianReport():
            return reports.GuardianshipEnded(body.guardian_id)
        case PhoneReport():
            return reports.PhoneChanged(body.phone)
        case _:
            assert_never(body)
