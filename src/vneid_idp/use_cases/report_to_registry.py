"""An office tells the population register what it learned, and what the register then says is followed at once.

The register is asked and told over a network, so this opens its units itself. What an office said, who, and why, is one
event of the person; a guardian who is named has it in the own history too.
"""

from dataclasses import dataclass

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, has_happened, record
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.population_registry import PopulationRegistry
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.identity.registry_reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    Report,
    ReportedFact,
    ReportRefused,
)
from vneid_idp.identity.report_rules import check_report
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.guardians_standing import seize_with_wards

NAMES: dict[type[ReportedFact], str] = {
    Death: "death",
    CardIssued: "card_issued",
    GuardianNamed: "guardian_named",
    GuardianshipEnded: "guardianship_ended",
    PhoneChanged: "phone_changed",
}
"""What an event calls a reported fact."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where a report goes, and what keeps up with it."""

    db: Database
    vault: Vault
    blind: BlindIndex
    registry: PopulationRegistry


async def check_fact(to: Reporting, person_id: str, fact: ReportedFact, policy: Policy) -> RegistryRecord:
    """The person, of whom this may be reported as the register stands now. Raises as `report_to_registry`."""
    people = await to.registry.find_many({person_id, *_guardian_of(fact)})
    if person_id not in people:
        raise ReportRefused
    guardian = next((people.get(guardian_id) for guardian_id in _guardian_of(fact)), None)
    async with to.db.reading() as unit:
        now = unit.now
    check_report(people[person_id], fact, guardian, policy.at(now), now)
    return people[person_id]


async def report_to_registry(
    to: Reporting, report_id: str, person_id: str, fact: ReportedFact, policy: Policy, deed: Deed
) -> tuple[Delivery, ...]:
    """Report `fact` of somebody; the notices to deliver. The same `report_id` again changes nothing, and says nothing.

    Raises `CannotBeReported` before the register is told, `ReportRefused` by the register, `RegistryUnavailable`: then
    it may have been told, and the same report may be sent again.
    """
    if await was_reported(to.db, person_id, report_id):
        return ()
    await check_fact(to, person_id, fact, policy)
    # The register knows clerks by pseudonymous ids; who works at the command line stands in our event.
    by = deed.by if deed.by.startswith("per_") else "operator"
    told = await to.registry.report(Report(report_id, person_id, by, fact))

    async def follow(unit: Unit) -> tuple[Delivery, ...]:
        await seize_with_wards(unit, person_id)
        if await has_happened(unit, EventKind.REGISTER_INFORMED, person_id, report_id):
            return ()
        # The feed would tell it too, some seconds later.
        followed = await follow_registry(unit, to.vault, to.blind, told, policy, seized=True)
        data = {"what": NAMES[type(fact)], **deed.data}
        await record(unit, Event(EventKind.REGISTER_INFORMED, person_id, subject_id=report_id, data=data))
        for guardian_id in _guardian_of(fact):
            theirs = {**data, "role": "guardian"}
            await record(unit, Event(EventKind.REGISTER_INFORMED, guardian_id, subject_id=report_id, data=theirs))
        return followed.deliveries

    return await to.db.transact(follow)


async def was_reported(db: Database, person_id: str, report_id: str) -> bool:
    """Whether a report of this id was made and followed."""
    async with db.glance() as unit:
        return await has_happened(unit, EventKind.REGISTER_INFORMED, person_id, report_id)


def _guardian_of(fact: ReportedFact) -> tuple[str, ...]:
    return (fact.guardian_id,) if isinstance(fact, GuardianNamed | GuardianshipEnded) else ()
