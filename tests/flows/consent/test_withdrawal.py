"""Withdrawing a consent ends what was issued under it, and what was bound."""

import re
from dataclasses import replace
from datetime import datetime

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.events import events_of
from tests.support.pages import opened, taken_back
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import VIETNAM
from vneid_idp.protocol.claims import CHILD_ACCOUNT, Decision
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.sandbox.country.population import Population


async def bound(land: Country, party: RelyingParty) -> tuple[Person, str]:
    """A person with a bound account, and the access token that bound it."""
    person = Person(land, land.people["complete"])
    request = party.request(acr_values=LEVEL_2, scope="openid identity age binding:social_account")
    page = await person.sign_in(await person.start(request))
    assert isinstance(page, Page)
    page = await person.second(page)
    assert isinstance(page, Page)
    away = await person.submit(page, answer="agree")
    assert isinstance(away, str)
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    async with land.browser() as api:
        answer = await api.post(
            "/bindings/v1/social-accounts",
            json={"account_id": "42"},
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
        )
    assert answer.status_code == 201, answer.text
    return person, tokens["access_token"]


async def status(land: Country, party: RelyingParty) -> dict[str, object]:
    """What the network learns about the account."""
    token = (await party.post("/token", grant_type="client_credentials")).json()["access_token"]
    async with land.browser() as api:
        answer = await api.post(
            "/bindings/v1/social-accounts/status",
            json={"account_id": "42"},
            headers={"Authorization": f"Bearer {token}"},
        )
    found: dict[str, object] = answer.json()
    return found


async def test_withdrawal_frees_the_account_and_ends_the_token(land: Country, party: RelyingParty) -> None:
    person, access_token = await bound(land, party)
    other = RelyingParty(land, await land.register())
    kept = await bind(land, other, "42", person.persona.record.person_id)
    assert (await status(land, party))["account_state"] == "verified"
    page = await person.open("/me/services")
    assert isinstance(page, Page)
    (consent_id,) = re.findall(r'name="consent" value="([^"]+)"', page.response.text)
    await taken_back(person, "/me/services/withdraw", consent=consent_id)
    assert (await party.userinfo(access_token)).status_code == 401
    after = await status(land, party)
    assert (after["account_state"], after["binding"]) == ("unverified", None)
    assert await states(land, other) == {kept: BindingState.VERIFIED}, "another service's is another consent's"
    assert dict(await events_of(land, "complete"))["binding.released"] == {"kind": "social_account", "by": "person"}


async def test_what_is_agreed_for_one_child_is_named_and_taken_back_without_the_other(
    land: Country, party: RelyingParty
) -> None:
    guardian = await agreed(land, party, "guardian")
    younger, older = land.people["child-9"].record, land.people["fifteen"].record
    own_consent = await guardian.agree(party)
    own = await bind(land, party, "own", guardian.person_id, consent_id=own_consent)
    made = {}
    for child in (younger, older):
        async with land.idp.db.writing() as unit:
            decided, shown = {CHILD_ACCOUNT: Decision("account", 1, given=True)}, consents.Shown("text", "vi")
            given = await consents.give(unit, guardian.person_id, party.client_id, decided, shown, child.person_id)
        of_child = party, child.person_id, child.person_id, guardian.person_id, given.consent_id
        made[given.consent_id] = await bind(land, *of_child)
    first, second = made
    page = await opened(guardian.person, "/me/services")
    assert f"Cho {younger.full_name}" in page.text
    assert f"Cho {older.full_name}" in page.text
    page = await taken_back(guardian.person, "/me/services/withdraw", consent=first)
    standing, _, ended = page.text.partition("Những sự đồng ý đã kết thúc")
    assert f"Cho {younger.full_name}" not in standing
    assert f"Cho {older.full_name}" in standing
    assert f"Cho {younger.full_name}" in ended
    released, verified = BindingState.RELEASED, BindingState.VERIFIED
    assert await states(land, party) == {own: verified, made[first]: released, made[second]: verified}
    history = (await opened(guardian.person, "/me/history")).text
    assert f"Bạn đã rút lại sự đồng ý đối với Mạng thử, cho {younger.full_name}." in history
    assert f"Bạn đã đồng ý với đề nghị của Mạng thử, cho {older.full_name}." in history
    await taken_back(guardian.person, "/me/services/withdraw", consent=own_consent)
    assert await states(land, party) == {own: released, made[first]: released, made[second]: verified}
    # Old enough to decide alone, the child is named all the same where a parent reads what they themselves did.
    born = older.birth_date
    land.watch.set(datetime(born.year + 16, born.month, born.day, tzinfo=VIETNAM))
    guardian = await known(land, "guardian")
    for path in ("/me/services", "/me/history"):
        assert older.full_name in (await opened(guardian.person, path)).text
    async with land.idp.db.writing() as unit:
        await Population(land.idp.vault, land.idp.keys.blind).register(unit, replace(older, guardian_ids=()))
    for path in ("/me/services", "/me/history"):
        assert older.full_name not in (await opened(guardian.person, path)).text
