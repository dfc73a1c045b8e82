"""An office tells the population register what it learned, and what the register then says is followed at once.

The register is asked and told over a network, so this opens its units itself. What is reported is written down before
the register is told, so that it comes to its end whatever happens on the way: by the same form sent again, or command
with the id of the report, by the next report about the same person, or by the worker. What an office said, who, and
why, is one event of the person; a guardian who is named has it in the own history too.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, find_event
from vneid_idp.audit.service import record as record_event
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import persons
from vneid_idp.identity.register import reports_under_way
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable, RegistryUnintelligible
from vneid_idp.identity.register.report_rules import CannotBeReported, check_report
from vneid_idp.identity.register.reports import (
    GuardianNamed,
    GuardianshipEnded,
    Report,
    ReportedFact,
    ReportRefused,
    fact_from_json,
    name_of,
)
from vneid_idp.identity.register.reports_under_way import Begun
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.log import Log
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import Database, InUnit, Reading, Unit
from vneid_idp.use_cases.follow_registry import follow_registry
from vneid_idp.use_cases.guardians_children import seize_with_children

_ON_ITS_WAY: Instant = MINUTE
"""A report that was begun so recently may still be somebody's who waits for the register."""
_FACT = "events.fact"
"""What was reported stands in the event, sealed under the person's key: it is forgotten with the person."""
T = TypeVar("T")
_log = Log(__name__)


class ReportIdUsed(DomainError):
    """Under the id of this report something else was reported: a form, or command, that had been sent was changed."""

    code = "report_id_used"
    status = 409
    title = "Under the id of this report something else was reported already. Nothing was done; begin a new one."


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where a report goes, and what keeps up with it."""

    db: Database
    vault: Vault
    blind: BlindIndex
    registry: PopulationRegistry


async def _asked_and_checked(
    to: Reporting, person_id: str, fact: ReportedFact, policy: Policy
) -> persons.RegisterAnswer:
    answer = await persons.ask(to.db, to.registry, person_id)
    if answer is None:
        raise ReportRefused
    guardians = [await to.registry.find(guardian_id) for guardian_id in _guardian_of(fact)]
    async with to.db.reading() as unit:
        now = unit.now
    check_may_report(answer.record, fact, guardians[0] if guardians else None, policy, now)
    return answer


def check_may_report(
    record: RegistryRecord, fact: ReportedFact, guardian: RegistryRecord | None, policy: Policy, now: Instant
) -> None:
    """Require that `fact` may be reported of a person whom the register has as `record`; `guardian` is whom it names.

    For a page, before it shows what would be reported: the report itself asks the register anew. Raises
    `CannotBeReported`.
    """
    check_report(record, fact, guardian, policy.at(now), now)


async def report_to_registry(
    to: Reporting, report_id: str, person_id: str, fact: ReportedFact, policy: Policy, deed: Deed, *, act: InUnit
) -> tuple[Delivery, ...]:
    """Report `fact` of somebody; the notices to deliver. The same report again, or several times at once, is one.

    `act` runs the unit that begins it. Raises what `act` refuses and `CannotBeReported` before the register is told,
    `ReportRefused` by the register, `ReportIdUsed` when another fact was reported under this id, `Overtaken` when the
    register changed its word meanwhile, `RegistryUnavailable`: then it may have been told, and will be; who sends the
    same again learns what came of it.
    """

    async def nothing_against(_: Unit) -> None:
        return None

    return (await report_unless(to, Begun(report_id, person_id, fact, deed), policy, nothing_against, act=act))[1]


async def report_unless(
    to: Reporting,
    report: Begun,
    policy: Policy,
    objection: Callable[[Unit], Awaitable[T | None]],
    *,
    act: InUnit,
) -> tuple[T | None, tuple[Delivery, ...]]:
    """As `report_to_registry`, unless there is an `objection` in the unit that begins it: that is then returned, and
    what it wrote stays. What was begun before is asked for none, nor for who may: it comes to its end in any case.
    """
    made, deliveries = await finish_report(to, report.report_id, report.person_id, report.fact, policy)
    if made:
        return None, deliveries

    async def begin(unit: Unit) -> tuple[Begun | None, T | None]:
        await persons.seize(unit, report.person_id)
        if await _is_on_record(unit, to.vault, report.report_id, report.person_id, report.fact):
            return None, None
        begun = await reports_under_way.find(unit, to.vault, report.person_id, report.report_id)
        if begun is not None:
            _check_same(begun.fact, report.fact)
            return begun, None
        against = await objection(unit)
        if against is not None:
            return None, against
        await persons.seize(unit, report.person_id, answer=answer)
        await reports_under_way.begin(unit, to.vault, report)
        return report, None

    try:
        answer = await _asked_and_checked(to, report.person_id, report.fact, policy)
        begun, against = await act(begin)
    except (CannotBeReported, persons.Overtaken):
        # Of those who send the same at once another may have been faster.
        made, more = await finish_report(to, report.report_id, report.person_id, report.fact, policy)
        if not made:
            raise
        return None, deliveries + more
    return against, deliveries + (() if begun is None else await _finish(to, begun, policy))


async def finish_report(
    to: Reporting, report_id: str, person_id: str, fact: ReportedFact, policy: Policy
) -> tuple[bool, tuple[Delivery, ...]]:
    """Whether this very report was made, or begun and now brought to its end; and the notices to deliver.

    Raises as `report_to_registry`.
    """
    deliveries = await _finish_reports(to, person_id, policy, (report_id, fact))
    async with to.db.reading() as unit:
        return await _is_on_record(unit, to.vault, report_id, person_id, fact), deliveries


async def _is_on_record(unit: Reading, vault: Vault, report_id: str, person_id: str, fact: ReportedFact) -> bool:
    """Whether a report was made and followed. Raises `ReportIdUsed`."""
    event = await find_event(unit, EventKind.REGISTER_INFORMED, person_id, report_id)
    if event is None:
        return False
    if event.data.get("role") == "guardian":
        raise ReportIdUsed  # it was of a child
    key, sealed = await vault.find_key(unit, person_id), event.data.get("fact")
    if key is not None and sealed is not None:  # an earlier release did not keep what was said
        _check_same(fact_from_json(event.data["what"], key.open_json(_FACT, sealed)), fact)
    return True


def _check_same(before: ReportedFact, now: ReportedFact) -> None:
    if before != now:
        raise ReportIdUsed


async def _finish_reports(
    to: Reporting, person_id: str, policy: Policy, own: tuple[str, ReportedFact]
) -> tuple[Delivery, ...]:
    """Bring to its end what was begun to be reported of somebody, in its order; the notices to deliver.

    `own` is what is reported now, by its id: of another that the register refuses it has nothing to learn.
    """
    async with to.db.glance() as unit:
        begun = await reports_under_way.of_person(unit, to.vault, person_id)
    deliveries: tuple[Delivery, ...] = ()
    for report in begun:
        try:
            deliveries += await _finish(to, report, policy)
        except ReportRefused:
            if (report.report_id, report.fact) == own:
                raise
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
    by = report.deed.by if report.deed.is_by_person else "operator"
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
        own = {**data, "fact": (await to.vault.ensure_key(unit, person_id)).seal_json(_FACT, report.fact)}
        await record_event(unit, Event(EventKind.REGISTER_INFORMED, person_id, subject_id=report_id, data=own))
        for guardian_id in _guardian_of(report.fact):
            theirs = {**data, "role": "guardian"}
            await record_event(unit, Event(EventKind.REGISTER_INFORMED, guardian_id, subject_id=report_id, data=theirs))
        return followed.deliveries

    return await to.db.transact(follow)


def _guardian_of(fact: ReportedFact) -> tuple[str, ...]:
    return (fact.guardian_id,) if isinstance(fact, GuardianNamed | GuardianshipEnded) else ()
