"""A report has an id: the same again, at once, or after its answer was lost, is one; another fact under it is none."""

import asyncio
from datetime import date

import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import informed
from tests.support.office import NEW_PHONE, at_desk, code_to, colleague, done_of, file_of, send
from tests.support.pages import opened
from tests.support.reports import prove_phone, report
from tests.support.watch import MORNING
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import Card, CardKind, RegistryRecord, RegistryUnavailable
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    Report,
    ReportedFact,
    ReportRefused,
    name_of,
)
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.use_cases.report_to_registry import ReportIdUsed, Reporting

PAIRS = {
    "death": (Death(MORNING - 2), Death(MORNING - 1)),
    "card": (
        CardIssued(Card(CardKind.CITIZEN, date(2026, 11, 19), None)),
        CardIssued(Card(CardKind.CITIZEN, date(2026, 11, 20), None)),
    ),
    "guardian": ("grandmother", "plain"),
    "ended": ("guardian", "grandmother"),
    "phone": (PhoneChanged(NEW_PHONE), PhoneChanged("+84950000998")),
}
"""Two facts of a kind, of one person."""


@pytest.fixture
def to(land: Country) -> Reporting:
    return Reporting(land.idp.db, land.idp.vault, land.idp.keys.blind, land.idp.registry)


@pytest.fixture
def who(land: Country) -> str:
    return land.people["child-9"].record.person_id


@pytest.fixture(params=PAIRS)
def facts(request: pytest.FixtureRequest, land: Country) -> tuple[ReportedFact, ReportedFact]:
    one, other = PAIRS[request.param]
    kind = GuardianNamed if request.param == "guardian" else GuardianshipEnded
    return tuple(  # type: ignore[return-value]
        kind(land.people[each].record.person_id) if isinstance(each, str) else each for each in (one, other)
    )


class Killed(BaseException):
    """The program ends here."""


def cut(monkeypatch: pytest.MonkeyPatch, error: BaseException, *, arrives: bool) -> None:
    """Let the next report to the register end so; whether it comes through all the same."""
    report = SyntheticRegistry.report

    async def once(registry: SyntheticRegistry, told: Report) -> RegistryRecord:
        monkeypatch.setattr(SyntheticRegistry, "report", report)
        if arrives:
            await report(registry, told)
        raise error

    monkeypatch.setattr(SyntheticRegistry, "report", once)


@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "lost"])
@pytest.mark.parametrize("error", [RegistryUnavailable(), Killed()], ids=["no answer", "killed"])
async def test_whatever_was_cut_short_is_on_record_when_it_is_sent_again(
    land: Country,
    to: Reporting,
    who: str,
    facts: tuple[ReportedFact, ReportedFact],
    error: BaseException,
    arrives: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut(monkeypatch, error, arrives=arrives)
    with pytest.raises(type(error)):
        await report(to, "rep_a", who, facts[0])
    assert await informed(land, who) == []
    await report(to, "rep_a", who, facts[0])
    assert await informed(land, who) == [{"what": name_of(facts[0]), **DEED.data}]


async def test_another_fact_under_an_id_is_refused_and_told_to_nobody(
    land: Country, to: Reporting, who: str, facts: tuple[ReportedFact, ReportedFact]
) -> None:
    await report(to, "rep_a", who, facts[0])
    before = await to.registry.find(who)
    with pytest.raises(ReportIdUsed):
        await report(to, "rep_a", who, facts[1])
    assert await to.registry.find(who) == before
    assert await informed(land, who) == [{"what": name_of(facts[0]), **DEED.data}]


async def test_of_two_facts_under_one_id_at_once_one_is_reported(land: Country, to: Reporting, who: str) -> None:
    named = [GuardianNamed(land.people[slug].record.person_id) for slug in ("grandmother", "plain")]
    came = await asyncio.gather(*(report(to, "rep_a", who, fact) for fact in named * 3), return_exceptions=True)
    assert {type(each) for each in came} == {tuple, ReportIdUsed}
    record = await to.registry.find(who)
    assert record is not None
    first = [each for each in named if each.guardian_id in record.guardian_ids]
    assert (len(first), len(await informed(land, who))) == (1, 1)
    assert (len(await informed(land, first[0].guardian_id))) == 1


async def test_the_id_of_a_report_is_no_other_persons(land: Country, to: Reporting, who: str) -> None:
    guardian, stranger = (land.people[slug].record.person_id for slug in ("grandmother", "plain"))
    await report(to, "rep_a", who, GuardianNamed(guardian))
    for person_id, refusal in ((guardian, ReportIdUsed), (stranger, ReportRefused)):
        with pytest.raises(refusal):
            await report(to, "rep_a", person_id, PhoneChanged(NEW_PHONE))
    assert await informed(land, stranger) == []


@pytest.mark.parametrize("sees", ["what was", "what is"])
async def test_who_sends_the_same_while_it_is_reported_is_refused_nothing(
    land: Country, to: Reporting, who: str, sees: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, fact = SyntheticRegistry.find, GuardianNamed(land.people["grandmother"].record.person_id)

    async def find(registry: SyntheticRegistry, person_id: str) -> RegistryRecord | None:
        monkeypatch.setattr(SyntheticRegistry, "find", ask)
        before = await ask(registry, person_id)
        await report(to, "rep_a", who, fact)
        return before if sees == "what was" else await ask(registry, person_id)

    monkeypatch.setattr(SyntheticRegistry, "find", find)
    await report(to, "rep_a", who, fact)
    assert len(await informed(land, who)) == 1


async def test_a_phone_is_changed_once_by_many_who_send_its_code_at_once(land: Country, to: Reporting) -> None:
    person_id = land.people["plain"].record.person_id
    code = await code_to(land, "plain", NEW_PHONE)
    came = await asyncio.gather(*(prove_phone(to, "rep_a", person_id, NEW_PHONE, code) for _ in range(8)))
    assert {outcome for outcome, _ in came} == {CodeVerdict.RIGHT}
    assert len(await informed(land, person_id)) == 1
    with pytest.raises(ReportIdUsed):
        await prove_phone(to, "rep_a", person_id, "+84950000998", code)


async def test_a_form_that_is_sent_eight_times_at_once_is_done_eight_times_and_once(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    sure = await at_desk(
        clerk,
        await file_of(land, clerk, "child-9"),
        "guardian",
        number=land.people["grandmother"].record.personal_number,
    )
    came = await asyncio.gather(*(send(clerk, sure, sure="1") for _ in range(8)))
    assert {done_of(page) for page in came} == {"done=guardian"}
    assert len(await informed(land, land.people["child-9"].record.person_id)) == 1


async def test_who_goes_back_in_a_form_names_the_second_parent_too(land: Country) -> None:
    clerk = await colleague(land, "complete", Role.CLERK)
    page = await file_of(land, clerk, "child-9")
    form = await opened(clerk, f"{page.path}/guardian")
    for slug in ("grandmother", "plain"):
        number = land.people[slug].record.personal_number
        sure = await send(clerk, form, number=number, reason="Giấy khai sinh")
        assert done_of(await send(clerk, sure, sure="1")) == "done=guardian"
    record = await land.idp.registry.find(land.people["child-9"].record.person_id)
    assert record is not None
    assert {land.people[slug].record.person_id for slug in ("grandmother", "plain")} <= set(record.guardian_ids)


async def test_a_death_that_is_sent_again_with_another_day_is_refused_in_words(land: Country) -> None:
    clerk = await colleague(land, "complete", Role.CLERK)
    page = await file_of(land, clerk, "plain")
    form, number = await opened(clerk, f"{page.path}/death"), land.people["plain"].record.personal_number
    said = {"reason": "Giấy báo tử 7", "number": number}
    assert done_of(await send(clerk, form, died="18/11/2026", **said)) == "done=death"
    again = await send(clerk, form, died="19/11/2026", **said)
    assert (again.response.status_code, "đã được dùng để báo một việc khác" in again.text) == (422, True)


@pytest.mark.parametrize("deed", ["guardian", "card"])
async def test_the_form_that_says_to_send_it_again_is_enough(
    land: Country, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await colleague(land, "complete", Role.CLERK)
    slug = "child-9" if deed == "guardian" else "card-expired"
    given = (
        {"number": land.people["grandmother"].record.personal_number}
        if deed == "guardian"
        else {"issued": "20/11/2026"}
    )
    sure = await at_desk(clerk, await file_of(land, clerk, slug), deed, **given)
    cut(monkeypatch, RegistryUnavailable(), arrives=True)
    lost = await send(clerk, sure, sure="1")
    assert (lost.response.status_code, "Hãy gửi lại" in lost.text) == (503, True), lost.text
    assert done_of(await send(clerk, lost, reason="Giấy đề nghị 12", **given)) == f"done={deed}"
    assert len(await informed(land, land.people[slug].record.person_id)) == 1
