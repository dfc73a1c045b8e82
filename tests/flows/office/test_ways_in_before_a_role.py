"""What a desk hands out: codes, each for its purpose, and of before a role no way into the role."""

import pytest

from tests.support.country import Country
from tests.support.office import NEW_PHONE, code_to
from tests.support.reports import prove_phone
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts
from vneid_idp.identity.account_store import find_secret
from vneid_idp.identity.factors import activation, otp
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.roles import HeldRole, Role, end_role
from vneid_idp.use_cases.activate_account import activate_account
from vneid_idp.use_cases.change_phone import send_code_to_new_phone
from vneid_idp.use_cases.enrol_person import new_activation_code
from vneid_idp.use_cases.give_role import give_role
from vneid_idp.use_cases.report_to_registry import Reporting

CLERK, BOSS = Deed("per_clerk", "at the desk"), Deed("boss", "hired")


@pytest.fixture
def who(land: Country) -> str:
    return land.people["plain"].record.person_id


async def made_officer(land: Country, who: str) -> HeldRole:
    return await land.idp.db.transact(lambda unit: give_role(unit, who, Role.OFFICER, "HN-01", BOSS))


async def ended(land: Country, held: HeldRole) -> None:
    assert await land.idp.db.transact(lambda unit: end_role(unit, held.role_id, BOSS))


async def tried(land: Country, who: str, code: str) -> CodeVerdict:
    hashes = {SecretKind.PASSWORD: "the clerk's"}
    work = activate_account
    return (
        await land.idp.db.transact(lambda unit: work(unit, land.idp.vault, land.idp.keys.blind, who, code, hashes))
    )[0]


async def password(land: Country, who: str) -> str | None:
    async with land.idp.db.reading() as unit:
        found = await find_secret(unit, who, SecretKind.PASSWORD)
        return None if found is None else found.hash


async def test_an_activation_code_of_before_is_good_no_more_not_even_after_the_role(land: Country, who: str) -> None:
    before = await password(land, who)
    code = await land.idp.db.transact(lambda unit: new_activation_code(unit, land.idp.keys.blind, who, CLERK))
    held = await made_officer(land, who)
    assert await tried(land, who, code) is CodeVerdict.SPENT
    await ended(land, held)
    assert await tried(land, who, code) is CodeVerdict.SPENT
    assert await password(land, who) == before
    async with land.idp.db.reading() as unit:
        assert "activation.used" not in [event.kind for event in await audit.history_of(unit, who)]


async def test_whoever_holds_a_role_activates_nothing_whatever_code_there_is(land: Country, who: str) -> None:
    held = await made_officer(land, who)
    async with land.idp.db.writing() as unit:
        code = await activation.issue(unit, land.idp.keys.blind, who, CLERK)
    assert await tried(land, who, code) is CodeVerdict.SPENT
    await ended(land, held)
    assert await tried(land, who, code) is CodeVerdict.SPENT


async def test_a_code_to_a_new_phone_of_before_is_good_no_more(land: Country, who: str) -> None:
    code = await code_to(land, "plain", NEW_PHONE)
    await ended(land, await made_officer(land, who))
    idp = land.idp
    to = Reporting(idp.db, idp.vault, idp.keys.blind, idp.registry)
    outcome, _ = await prove_phone(to, "rep_a", who, NEW_PHONE, code, CLERK)
    assert outcome is CodeVerdict.SPENT
    async with idp.db.reading() as unit:
        assert await accounts.holder_of_name(unit, idp.keys.blind, NEW_PHONE) is None


@pytest.mark.parametrize(("slug", "language"), [("plain", "vi"), ("foreigner", "en")])
async def test_a_code_to_a_new_phone_says_for_what_and_is_for_that_phone(
    land: Country, slug: str, language: str
) -> None:
    idp, record = land.idp, land.people[slug].record

    async def asked(phone: str) -> otp.Sending:
        async with idp.db.writing() as unit:
            return await send_code_to_new_phone(unit, idp.keys.blind, idp.keys.sealer, record, phone)

    (message,) = (await asked(NEW_PHONE)).deliveries
    assert message.payload["phone"] == NEW_PHONE
    assert (message.payload["language"], message.payload["use"]) == (language, "new_phone")
    assert not (await asked("+84950000998")).sent, "a desk cannot be made to send messages to many"
    to = Reporting(idp.db, idp.vault, idp.keys.blind, idp.registry)
    code = str(message.payload["code"])
    outcome, _ = await prove_phone(to, "rep_a", record.person_id, "+84950000998", code, CLERK)
    assert outcome is CodeVerdict.WRONG
    outcome, _ = await prove_phone(to, "rep_b", record.person_id, NEW_PHONE, code, CLERK)
    assert outcome is CodeVerdict.RIGHT


async def test_a_code_to_sign_in_with_of_before_is_good_no_more(land: Country, who: str) -> None:
    idp, phone = land.idp, land.people["plain"].record.phone
    async with idp.db.writing() as unit:
        sending = await otp.send(
            unit, idp.keys.blind, idp.keys.sealer, person_id=who, phone=phone, context="c", language="vi"
        )
    await made_officer(land, who)
    code = str(sending.deliveries[0].payload["code"])
    async with idp.db.writing() as unit:
        assert await otp.check(unit, idp.keys.blind, person_id=who, phone=phone, context="c", code=code) is (
            CodeVerdict.SPENT
        )
