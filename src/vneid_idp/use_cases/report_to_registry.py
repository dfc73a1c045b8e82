"""An office tells the population register what it learned, and what the register then says is followed at once.

The register is asked and told over a network, so this opens its units itself. What is reported is written down before
the register is told, so that it comes to its end whatever happens on the way: by the same form sent again, by the next
report about the same person, or by the worker. What an office said, who, and why, is one event of the person; a
guardian who is named has it in the own history too.
"""

from dataclasses import dataclass

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, has_happened
from vneid_idp.audit.service import record as record_event
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import persons, reports_under_way
from vneid_idp.identity.population_registry import PopulationRegistry
from vneid_idp.identity.registry import RegistryRecord, RegistryUnavailable, RegistryUnintelligible
from vneid_idp.identity.registry_reports import (
    GuardianNamed,
    GuardianshipEnded,
    Report,
    ReportedFact,
    ReportRefused,
    name_of,
)
from vneid_idp.identity.report_rules import check_report
from vneid_idp.identity.reports_under_way import Begun
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.log import Log
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.guardians_children import seize_with_children

_ON_ITS_WAY = MINUTE
"""A report that was begun so recently may still be somebody's who waits for the register."""
_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where a report goes, and what keeps up with it."""

    db: Database
    vault: Vault
    blind: BlindIndex
    registry: PopulationRegistry


async def check_fact(to: Reporting, person_id: str, fact: ReportedFact, policy: Policy) -> RegistryRecord:
    """The person, of whom this may be reported as the register stands now. Raises as `report_to_registry`."""
    return (await _asked_and_checked(to, person_id, fact, policy)).record


async def _asked_and_checked(
    to: Reporting, person_id: str, fact: ReportedFact, policy: Policy
) -> persons.RegisterAnswer:
    answer = await persons.ask(to.db, to.registry, person_id)
    if answer is None:
        raise ReportRefused
    guardians = [await to.registry.find(guardian_id) for guardian_id in _guardian_of(fact)]
    async with to.db.reading() as unit:
        now = unit.now
    check_report(answer.record, fact, guardians[0] if guardians else None, policy.at(now), now)
    return answer


async def report_to_registry(
    to: Reporting, report_id: str, person_id: str, fact: ReportedFact, policy: Policy, deed: Deed
) -> tuple[Delivery, ...]:
    """Report `fact` of somebody; the notices to deliver. The same `report_id` again changes nothing, and says nothing.

    Raises `CannotBeReported` before the register is told, `ReportRefused` by the register, `Overtaken` when it changed
    its word meanwhile, or when an earlier report of this id said something else and has now arrived,
    `RegistryUnavailable`: then it may have been told, and will be; who sends the same again learns what came of it.
    """
    deliveries = await finish_reports(to, person_id, policy, sent_again=(report_id, fact))
    if await was_reported(to.db, person_id, report_id):
        return deliveries
    answer = await _asked_and_checked(to, person_id, fact, policy)
    report = Begun(report_id, person_id, fact, deed)

    async def begin(unit: Unit) -> bool:
        await persons.seize(unit, person_id)
        # Who sends the same twice at once: the other may have come to the end of it.
        if await has_happened(unit, EventKind.REGISTER_INFORMED, person_id, report_id):
            return False
        await persons.seize(unit, person_id, answer=answer)
        await reports_under_way.begin(unit, to.vault, report)
        return True

    if await to.db.transact(begin):
        deliveries += await _finish(to, report, policy)
    return deliveries


async def was_reported(db: Database, person_id: str, report_id: str) -> bool:
    """Whether a report of this id was made and followed."""
    async with db.glance() as unit:
        return await has_happened(unit, EventKind.REGISTER_INFORMED, person_id, report_id)


async def finish_reports(
    to: Reporting, person_id: str, policy: Policy, *, sent_again: tuple[str, ReportedFact] | None = None
) -> tuple[Delivery, ...]:
    """Bring to its end what was begun to be reported of somebody, in its order; the notices to deliver.

    `sent_again` is the report that somebody sends now, by its id. Raises as `report_to_registry`.
    """
    async with to.db.glance() as unit:
        begun = await reports_under_way.of_person(unit, to.vault, person_id)
    deliveries: tuple[Delivery, ...] = ()
    differs = False
    for report in begun:
        own = sent_again is not None and report.report_id == sent_again[0]
        try:
            deliveries += await _finish(to, report, policy)
        except ReportRefused:
            if own:
                raise
        differs = differs or (own and sent_again is not None and report.fact != sent_again[1])
    if differs:
        raise persons.Overtaken
    return deliveries


async def finish_forgotten_reports(to: Reporting, policy: Policy) -> int:
    """Bring to its end what nobody waits for any more; how many. A worker does it: notices go out by themselves.

    A register that is out is told at the next round.
    """
    async with to.db.glance() as unit:
        begun = await reports_under_way.begun_before(unit, to.vault, unit.now - _ON_ITS_WAY)
    finished = 0
    for report in begun:
        try:
            await _finish(to, report, policy)
        except ReportRefused:
            _log.warning("registry.report_refused")
        except Exception as error:
            if isinstance(error, RegistryUnavailable) and not isinstance(error, RegistryUnintelligible):
                break  # the transport has said so
            # Those behind it must not wait for this one.
            _log.failure("registry.report_waits", error)
            continue
        finished += 1
    return finished


async def _finish(to: Reporting, report: Begun, policy: Policy) -> tuple[Delivery, ...]:
    """Tell the register, follow what it says, and put on record that it was told; what is refused ends as well."""
    person_id, report_id = report.person_id, report.report_id
    # The register knows clerks by pseudonymous ids; who works at the command line stands in our event.
    by = report.deed.by if report.deed.by.startswith("per_") else "operator"
    try:
        record = await to.registry.report(Report(report_id, person_id, by, report.fact))
    except ReportRefused:
        await to.db.transact(lambda unit: reports_under_way.end(unit, person_id, report_id))
        raise

    async def follow(unit: Unit) -> tuple[Delivery, ...]:
        await seize_with_children(unit, person_id)
        if not await reports_under_way.end(unit, person_id, report_id):
            return ()
        # The feed would tell it too, some seconds later.
        followed = await follow_registry(unit, to.vault, to.blind, record, policy, seized=True)
        data = {"what": name_of(report.fact), **report.deed.data}
        await record_event(unit, Event(EventKind.REGISTER_INFORMED, person_id, subject_id=report_id, data=data))
        for guardian_id in _guardian_of(report.fact):
            theirs = {**data, "role": "guardian"}
            await record_event(unit, Event(EventKind.REGISTER_INFORMED, guardian_id, subject_id=report_id, data=theirs))
        return followed.deliveries

    return await to.db.transact(follow)


def _guardian_of(fact: ReportedFact) -> tuple[str, ...]:
    return (fact.guardian_id,) if isinstance(fact, GuardianNamed | GuardianshipEnded) else ()
