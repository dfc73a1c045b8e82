"""A report that was begun comes to its end, once, wherever it was cut short: by the form sent again, or by itself."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import informed, kinds
from tests.support.office import NEW_PHONE, code_to
from tests.support.reports import prove_phone, report
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.persons import Overtaken
from vneid_idp.identity.register import reports_under_way
from vneid_idp.identity.register import tables as register_tables
from vneid_idp.identity.register.records import (
    Card,
    CardKind,
    RegistryRecord,
    RegistryUnavailable,
    RegistryUnintelligible,
)
from vneid_idp.identity.register.reports import CardIssued, Death, PhoneChanged, Report, ReportRefused
from vneid_idp.identity.register.reports_under_way import Begun
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.report_to_registry import (
    ReportIdUsed,
    Reporting,
    finish_forgotten_reports,
)

CARD = CardIssued(Card(CardKind.CITIZEN, date(2026, 11, 20), None))


class Failing(SyntheticRegistry):
    """Answers reports as `fails` says, until that is empty."""

    fails: DomainError | None = None
    arrives = False
    """Whether a report comes through, and its answer is lost."""

    async def report(self, report: Report) -> RegistryRecord:
        """See `RegistryReports.report`."""
        told = await super().report(report) if self.arrives or self.fails is None else None
        if self.fails is not None:
            raise self.fails
        assert told is not None
        return told


@pytest.fixture
def registry(land: Country) -> Failing:
    idp = land.idp
    return Failing(idp.db, Population(idp.vault, idp.keys.blind))


@pytest.fixture
def to(land: Country, registry: Failing) -> Reporting:
    return Reporting(land.idp.db, land.idp.vault, land.idp.keys.blind, registry)


@pytest.fixture
def who(land: Country) -> str:
    return land.people["plain"].record.person_id


@pytest.fixture(params=[True, False], ids=["its answer lost", "lost itself"])
async def lost(request: pytest.FixtureRequest, land: Country, to: Reporting, registry: Failing, who: str) -> Death:
    """A report of a death of which the clerk did not learn what came of it."""
    fact = Death(land.watch.now())
    registry.fails, registry.arrives = RegistryUnavailable(), request.param
    with pytest.raises(RegistryUnavailable):
        await report(to, "rep_a", who, fact)
    assert await informed(land, who) == []
    registry.fails = None
    return fact


async def under_way(land: Country, person_id: str) -> list[str]:
    async with land.idp.db.glance() as unit:
        begun = await reports_under_way.of_person(unit, land.idp.vault, person_id)
    return [report.report_id for report in begun]


async def test_it_is_on_record_when_the_same_form_is_sent_again(
    land: Country, to: Reporting, who: str, lost: Death
) -> None:
    for _ in range(2):
        await report(to, "rep_a", who, lost)
    assert await informed(land, who) == [{"what": "death", **DEED.data}]
    assert (await kinds(land, who))["register.told"] == 1
    assert await under_way(land, who) == []


async def test_it_comes_to_its_end_by_itself(land: Country, to: Reporting, who: str, lost: Death) -> None:
    assert await finish_forgotten_reports(to, shipped()) == 0  # its clerk may still be waiting
    land.watch.advance(MINUTE)
    assert await finish_forgotten_reports(to, shipped()) == 1
    assert await finish_forgotten_reports(to, shipped()) == 0
    assert await informed(land, who) == [{"what": "death", **DEED.data}]
    record = await to.registry.find(who)
    assert record is not None
    assert record.deceased_at == lost.at


async def test_it_arrives_before_what_is_reported_after_it(
    land: Country, to: Reporting, registry: Failing, who: str
) -> None:
    registry.fails = RegistryUnavailable()
    with pytest.raises(RegistryUnavailable):
        await report(to, "rep_a", who, PhoneChanged("+84950000998"))
    registry.fails = None
    await report(to, "rep_b", who, PhoneChanged(NEW_PHONE))
    land.watch.advance(MINUTE)
    assert await finish_forgotten_reports(to, shipped()) == 0
    record = await to.registry.find(who)
    assert record is not None
    assert record.phone == NEW_PHONE
    assert len(await informed(land, who)) == 2


async def test_another_report_under_its_id_is_told_so(land: Country, to: Reporting, who: str, lost: Death) -> None:
    with pytest.raises(ReportIdUsed):
        await report(to, "rep_a", who, Death(lost.at - MINUTE))
    record = await to.registry.find(who)
    assert record is not None
    assert record.deceased_at == lost.at
    assert len(await informed(land, who)) == 1


async def test_of_several_that_are_under_way_one_comes_to_its_end(land: Country, who: str) -> None:
    idp, other = land.idp, land.people["complete"].record.person_id
    for report_id, person_id in (("rep_b", who), ("rep_a", who), ("rep_c", other)):
        begun = Begun(report_id, person_id, PhoneChanged(NEW_PHONE), DEED)
        async with idp.db.writing() as unit:
            await reports_under_way.begin(unit, idp.vault, begun)
        land.watch.advance(MINUTE)
    assert await under_way(land, who) == ["rep_b", "rep_a"]
    async with idp.db.writing() as unit:
        assert await reports_under_way.find(unit, idp.vault, who, "rep_c") is None
        assert not await reports_under_way.end(unit, who, "rep_c")
        assert await reports_under_way.end(unit, who, "rep_b")
        assert not await reports_under_way.end(unit, who, "rep_b")
        waiting = await reports_under_way.begun_before(unit, idp.vault, unit.now - MINUTE)
        assert [each.report_id for each in waiting] == ["rep_a", "rep_c"]
        waiting = await reports_under_way.begun_before(unit, idp.vault, unit.now - MINUTE - 1)
        assert [each.report_id for each in waiting] == ["rep_a"]
    assert (await under_way(land, who), await under_way(land, other)) == (["rep_a"], ["rep_c"])


async def test_what_is_refused_is_over(land: Country, to: Reporting, registry: Failing, who: str) -> None:
    registry.fails = ReportRefused()
    with pytest.raises(ReportRefused):
        await report(to, "rep_a", who, CARD)
    assert await under_way(land, who) == []
    assert await informed(land, who) == []


async def test_who_is_told_of_a_change_meanwhile_begins_nothing(
    land: Country, to: Reporting, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = SyntheticRegistry.find

    async def find(registry: SyntheticRegistry, person_id: str) -> RegistryRecord | None:
        before = await ask(registry, person_id)
        monkeypatch.setattr(SyntheticRegistry, "find", ask)
        await report(to, "rep_b", who, Death(land.watch.now()))
        return before

    monkeypatch.setattr(SyntheticRegistry, "find", find)
    with pytest.raises(Overtaken):
        await report(to, "rep_a", who, CARD)
    assert await under_way(land, who) == []
    assert [told["what"] for told in await informed(land, who)] == ["death"]


async def test_one_that_nobody_understands_holds_up_no_other(
    land: Country, to: Reporting, registry: Failing, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = land.people["complete"].record.person_id
    registry.fails = RegistryUnavailable()
    for person_id in (who, other):
        with pytest.raises(RegistryUnavailable):
            await report(to, f"rep_{person_id}", person_id, CARD)
    land.watch.advance(MINUTE)
    registry.fails = RegistryUnintelligible()
    assert await finish_forgotten_reports(to, shipped()) == 0
    assert caplog.text.count("registry.report_waits") == 2
    registry.fails = None
    assert await finish_forgotten_reports(to, shipped()) == 2


async def test_of_who_is_forgotten_nothing_is_under_way(land: Country, to: Reporting, who: str, lost: Death) -> None:
    async with land.idp.db.writing() as unit:
        await forget_person(unit, land.idp.vault, land.idp.keys.blind, who)
    land.watch.advance(MINUTE)
    assert await finish_forgotten_reports(to, shipped()) == 0
    assert await informed(land, who) == []
    async with land.idp.db.glance() as unit:
        assert await unit.fetch(Statement(select(register_tables.reports_under_way))) == []


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_code_that_was_right_need_not_be_right_again(
    land: Country, to: Reporting, registry: Failing, who: str, arrives: bool
) -> None:
    code = await code_to(land, "plain", NEW_PHONE)
    registry.fails, registry.arrives = RegistryUnavailable(), arrives
    with pytest.raises(RegistryUnavailable):
        await prove_phone(to, "rep_a", who, NEW_PHONE, code)
    registry.fails = None
    outcome, _ = await prove_phone(to, "rep_a", who, NEW_PHONE, code)
    assert outcome is CodeVerdict.RIGHT
    assert len(await informed(land, who)) == 1
