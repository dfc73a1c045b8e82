"""What an office reports: to the register, and at once to everything here; once, whoever sends it twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import informed, kinds
from tests.support.office import NEW_PHONE, code_to
from tests.support.people import brought_into_step
from tests.support.registry import served
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.reports import prove_phone, report
from tests.support.shortcuts import agreed
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.service import list_deliveries
from vneid_idp.identity.accounts import NoAccount, SignInNameTaken
from vneid_idp.identity.factors import otp
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.lookup import find_candidate
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind
from vneid_idp.identity.register.report_rules import CannotBeReported, Obstacle
from vneid_idp.identity.register.reports import CardIssued, Death, GuardianNamed, GuardianshipEnded, ReportRefused
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.use_cases.report_to_registry import Reporting


@pytest.fixture(params=["synthetic", "http"])
async def reporting(request: pytest.FixtureRequest, land: Country) -> AsyncIterator[Reporting]:
    """Reports to the register directly, or through a registry server."""
    idp = land.idp
    assert isinstance(idp.registry, SyntheticRegistry)
    if request.param == "synthetic":
        yield Reporting(idp.db, idp.vault, idp.keys.blind, idp.registry)
    else:
        async with served(idp.registry, land.watch) as asked:
            yield Reporting(idp.db, idp.vault, idp.keys.blind, asked)


@pytest.fixture
def direct(land: Country) -> Reporting:
    idp = land.idp
    return Reporting(idp.db, idp.vault, idp.keys.blind, idp.registry)


async def test_a_death_that_is_reported_ends_everything(
    land: Country, party: RelyingParty, reporting: Reporting
) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party)
    own = await bind(land, party, "own", someone.person_id)
    fact = Death(land.watch.now() - MINUTE)
    await report(reporting, "rep_a", someone.person_id, fact)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert await states(land, party) == {own: BindingState.SUSPENDED}
    assert await informed(land, someone.person_id) == [{"what": "death", **DEED.data}]
    with pytest.raises(CannotBeReported) as refused:
        await report(reporting, "rep_b", someone.person_id, fact)
    assert refused.value.obstacle is Obstacle.DECEASED


async def test_the_same_report_twice_is_one(land: Country, reporting: Reporting) -> None:
    person_id = land.people["plain"].record.person_id
    fact = Death(land.watch.now())
    for _ in range(2):
        await report(reporting, "rep_a", person_id, fact)
    assert (await kinds(land, person_id))["register.informed"] == 1


async def test_of_many_who_report_at_once_one_is_on_record(land: Country, direct: Reporting) -> None:
    person_id = land.people["plain"].record.person_id
    fact = Death(land.watch.now())
    await asyncio.gather(*(report(direct, "rep_a", person_id, fact) for _ in range(8)))
    recorded = await kinds(land, person_id)
    assert (recorded["register.informed"], recorded["register.told"]) == (1, 1)


async def test_a_renewed_card_opens_what_the_old_one_closed(land: Country, direct: Reporting) -> None:
    record = land.people["card-expired"].record
    today = date(2026, 11, 20)
    card = Card(CardKind.CITIZEN, today, citizen_card_expiry(record.birth_date, today))
    await report(direct, "rep_a", record.person_id, CardIssued(card))
    person = Person(land, land.people["card-expired"])
    page = await person.sign_in(await person.open("/signin"))
    assert isinstance(page, Page)
    assert page.path == "/me"
    assert (await informed(land, record.person_id))[0]["what"] == "card_issued"


async def test_a_guardian_is_named_and_ends_and_both_can_read_it(
    land: Country, party: RelyingParty, reporting: Reporting
) -> None:
    child, other = land.people["child-9"].record.person_id, land.people["grandmother"].record.person_id
    bound = await bind(land, party, "child", child, other)
    await report(reporting, "rep_a", child, GuardianNamed(other))
    now = await reporting.registry.find(child)
    assert now is not None
    assert other in now.guardian_ids
    assert await states(land, party) == {bound: BindingState.VERIFIED}
    await report(reporting, "rep_b", child, GuardianshipEnded(other))
    assert await states(land, party) == {bound: BindingState.SUSPENDED}
    theirs = await informed(land, other)
    assert [(recorded["what"], recorded["role"]) for recorded in theirs] == [
        ("guardianship_ended", "guardian"),
        ("guardian_named", "guardian"),
    ]


async def test_of_nobody_nothing_is_reported(land: Country, reporting: Reporting) -> None:
    with pytest.raises(ReportRefused):
        await report(reporting, "rep_a", "per_nobody", Death(land.watch.now()))


async def test_a_phone_counts_when_its_code_came_back_and_the_old_ones_codes_end(
    land: Country, reporting: Reporting
) -> None:
    idp, someone = land.idp, land.people["plain"].record
    assert someone.phone is not None

    async def who(name: str) -> str | None:
        async with idp.db.reading() as unit:
            return (await find_candidate(unit, idp.vault, idp.keys.blind, name)).person_id

    async with idp.db.writing() as unit:
        pending = await otp.send(
            unit, idp.keys.blind, idp.keys.sealer, person_id=someone.person_id, phone=someone.phone, context="c",
            language="vi",
        )  # fmt: skip
        assert pending.sent
    code = await code_to(land, "plain", NEW_PHONE)
    wrong = "000000" if code != "000000" else "111111"
    arguments = (someone.person_id, NEW_PHONE)
    outcome, _ = await prove_phone(reporting, "rep_a", *arguments, wrong)
    assert (outcome, await who(NEW_PHONE)) == (CodeVerdict.WRONG, None)
    for _ in range(2):  # sent twice
        outcome, _ = await prove_phone(reporting, "rep_a", *arguments, code)
        assert outcome is CodeVerdict.RIGHT
    assert (await who(NEW_PHONE), await who(someone.phone)) == (someone.person_id, None)
    assert await informed(land, someone.person_id) == [{"what": "phone_changed", **DEED.data}]
    async with idp.db.reading() as reading:
        assert not [row for row in await list_deliveries(reading) if row.channel is Channel.SMS]
    async with idp.db.writing() as unit:
        for text in ("000000", "999999"):
            tried = await otp.check(
                unit, idp.keys.blind, person_id=someone.person_id, phone=someone.phone, context="c", code=text
            )
            assert tried is CodeVerdict.SPENT


async def test_a_code_proves_the_number_to_which_it_was_sent(land: Country, direct: Reporting) -> None:
    someone = land.people["plain"].record
    code = await code_to(land, "plain", NEW_PHONE)
    outcome, _ = await prove_phone(direct, "rep_a", someone.person_id, "+84950000998", code)
    assert outcome is CodeVerdict.WRONG
    assert await informed(land, someone.person_id) == []


async def test_a_number_belongs_to_one_account(land: Country, direct: Reporting) -> None:
    taken = land.people["complete"].record.phone
    assert taken is not None
    with pytest.raises(SignInNameTaken):
        await code_to(land, "plain", taken)
    # Somebody else may have taken it between the code and its return.
    code = await code_to(land, "plain", NEW_PHONE)
    async with land.idp.db.writing() as unit:
        other = replace(land.people["complete"].record, phone=NEW_PHONE, revision=9)
        await brought_into_step(unit, land.idp.vault, land.idp.keys.blind, other)
    with pytest.raises(SignInNameTaken):
        await prove_phone(direct, "rep_a", land.people["plain"].record.person_id, NEW_PHONE, code)


@pytest.mark.parametrize("slug", ["no-account", "closed"])
async def test_without_an_account_there_is_no_phone_to_change(land: Country, slug: str) -> None:
    with pytest.raises(NoAccount):
        await code_to(land, slug, NEW_PHONE)
