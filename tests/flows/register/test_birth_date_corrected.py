"""The register tells another date of birth: what somebody agreed to and linked alone is judged by that one."""

from tests.support.authority import change
from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.family import Family
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from tests.support.visitor import shown
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.country.population import Population
from vneid_idp.workers.follower import Follower

SCOPE = "openid age offline_access"


async def born(land: Country, slug: str, years: int) -> None:
    """The register corrects by as many years when somebody was born, names the mother, and is followed."""
    record, mother = land.people[slug].record, land.people["guardian"].record.person_id
    land.watch.advance(MINUTE)
    idp = land.idp
    async with idp.db.reading() as unit:
        told = await Population(idp.vault, idp.keys.blind).find(unit, record.person_id)
    assert told is not None
    birth_date = told.birth_date.replace(year=told.birth_date.year + years)
    await change(land, record.person_id, birth_date=birth_date, guardian_ids=(mother,))
    await Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy).round()


async def test_who_is_younger_by_it_agreed_to_nothing_alone(land: Country, party: RelyingParty) -> None:
    young = await agreed(land, party, "sixteen-today")
    async with land.idp.db.reading() as unit:
        (consent,) = await consents.list_current(unit, young.person_id)
    account = await bind(land, party, "own", young.person_id, consent_id=consent.consent_id)
    tokens = await young.tokens(party, scope=SCOPE)
    assert "age_band" in (await party.userinfo(tokens["access_token"])).json()
    await born(land, "sixteen-today", 1)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await states(land, party) == {account: BindingState.RELEASED}
    asked = shown(await young.person.start(party.request(scope=SCOPE)))
    assert "cha mẹ hoặc người giám hộ" in asked.text
    assert "không còn hiệu lực" in (await opened(young.person, "/me/history")).text


async def test_no_account_counts_by_the_proof_of_who_is_a_child_by_it(land: Country, party: RelyingParty) -> None:
    """One that was linked with nothing agreed to beside: no consent ends with which it would be released."""
    young, family = await known(land, "sixteen-today"), Family(land, party)
    family.child = land.people["sixteen-today"].record
    account = await bind(land, party, "own", young.person_id)
    for years, state in ((1, BindingState.SUSPENDED), (-1, BindingState.VERIFIED), (1, BindingState.SUSPENDED)):
        await born(land, "sixteen-today", years)
        assert await states(land, party) == {account: state}
        page = (await opened(young.person, "/me/accounts")).text
        assert ("chưa đủ 16 tuổi" in page) is (state is BindingState.SUSPENDED), "and who can do what about it"
    proved = (await family.binds(family.mother, account="own")).json()
    assert (proved["binding_id"], proved["state"], proved["method"]) == (account, "verified", "guardian")
    assert proved["supervised"] is True


async def test_who_is_older_by_it_keeps_what_was_agreed_to_and_linked(land: Country, party: RelyingParty) -> None:
    young = await agreed(land, party, "sixteen-today")
    async with land.idp.db.reading() as unit:
        before = await consents.list_current(unit, young.person_id)
    account = await bind(land, party, "own", young.person_id, consent_id=before[0].consent_id)
    await born(land, "sixteen-today", -1)
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, young.person_id) == before
    assert await states(land, party) == {account: BindingState.VERIFIED}
