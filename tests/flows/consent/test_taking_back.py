"""Whatever stands above a token is taken back, and at once nothing that was issued under it is good any more."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import bindparam, insert, update

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.grants import refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from vneid_idp.clients import service as clients
from vneid_idp.clients.tables import client_families
from vneid_idp.clients.tables import clients as clients_table
from vneid_idp.consent import service as consent
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.tables import accounts as accounts_table
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

ONLINE, OFFLINE = "openid age", "openid age offline_access"
Take = Callable[[Country, RelyingParty, Known], Awaitable[None]]


def _account(column: str) -> Take:
    statement = Statement(
        update(accounts_table).where(accounts_table.c.person_id == bindparam("of")).values({column: bindparam("at")})
    )

    async def take(land: Country, party: RelyingParty, someone: Known) -> None:
        async with land.idp.db.writing() as unit:
            assert await unit.execute(statement, of=someone.person_id, at=unit.now) == 1

    return take


async def withdraw_consent(land: Country, party: RelyingParty, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        current = await consent.find_current(unit, someone.person_id, party.client_id)
        assert current is not None
        await consent.withdraw(unit, someone.person_id, current.consent_id)


async def close_account(land: Country, party: RelyingParty, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        assert await accounts.close(unit, someone.person_id)


async def forget_person(land: Country, party: RelyingParty, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        await accounts.forget(unit, land.idp.vault, someone.person_id)


async def disable_client(land: Country, party: RelyingParty, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, party.client_id, DEED)


async def end_session(land: Country, party: RelyingParty, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        assert await sessions.end_session(unit, someone.person_id, someone.session_id)


async def disable_family(land: Country, party: RelyingParty, someone: Known) -> None:
    join = Statement(
        update(clients_table).where(clients_table.c.client_id == bindparam("of")).values(family_id="fam_a")
    )
    async with land.idp.db.writing() as unit:
        assert await unit.execute(join, of=party.client_id) == 1
        await unit.execute(_ADD_FAMILY, at=unit.now)


_ADD_FAMILY = Statement(insert(client_families).values(family_id="fam_a", name="A", disabled_at=bindparam("at")))
TAKEN: dict[str, Take] = {
    "consent withdrawn": withdraw_consent,
    "account locked": _account("locked_at"),
    "locked by the register": _account("registry_locked_at"),
    "holder deceased": _account("deceased_at"),
    "card expired": _account("card_expires_at"),
    "account closed": close_account,
    "person forgotten": forget_person,
    "client disabled": disable_client,
    "family disabled": disable_family,
}
OF_THE_CLIENT = ("client disabled", "family disabled")


@pytest.mark.parametrize("what", TAKEN)
async def test_nothing_under_it_is_good_any_more(land: Country, party: RelyingParty, db: Database, what: str) -> None:
    someone = await agreed(land, party)
    request = party.request(scope=OFFLINE)
    code = await someone.code(request)
    online, offline = await someone.tokens(party, scope=ONLINE), await someone.tokens(party, scope=OFFLINE)
    # By another process: whoever still has the client in memory finds its grants dead all the same.
    await TAKEN[what](replace(land, idp=replace(land.idp, db=db)), party, someone)
    assert refused(await party.redeem(request, code))
    assert refused(await party.refresh(offline["refresh_token"]))
    for tokens in (online, offline):
        assert (await party.userinfo(tokens["access_token"])).status_code == 401
        introspected = await party.post("/introspect", token=tokens["access_token"])
        assert introspected.json() == {"active": False}
    if what in OF_THE_CLIENT:  # within seconds, the memory of clients refuses the rest as well
        return
    silent = await someone.person.start(party.request(scope=ONLINE, prompt="none"))
    assert isinstance(silent, str)
    assert "error=" in silent
    assert "code=" not in silent.replace("error_code=", "")


async def test_a_disabled_client_can_do_nothing_at_all(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope=OFFLINE)
    code = await someone.code(request)
    tokens = await someone.tokens(party, scope=OFFLINE)
    await disable_client(land, party, someone)
    for answer in (
        await party.redeem(request, code),
        await party.refresh(tokens["refresh_token"]),
        await party.post("/token", grant_type="client_credentials"),
        await party.post("/par", **request.params),
        await party.post("/introspect", token=tokens["access_token"]),
        await party.post("/revoke", token=tokens["access_token"]),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    answer = await someone.person.browser.get("/authorize", params=request.params)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_the_end_of_a_session_spares_only_what_was_allowed_offline(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope=OFFLINE)
    code = await someone.code(request)
    online, offline = await someone.tokens(party, scope=ONLINE), await someone.tokens(party, scope=OFFLINE)
    await end_session(land, party, someone)
    assert refused(await party.redeem(request, code))
    assert (await party.userinfo(online["access_token"])).status_code == 401
    assert (await party.userinfo(offline["access_token"])).status_code == 200
    assert (await party.refresh(offline["refresh_token"])).status_code == 200
    silent = await someone.person.start(party.request(prompt="none"))
    assert "error=login_required" in str(silent)


async def test_a_consent_given_again_does_not_revive_what_was_withdrawn(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    request = party.request(scope=OFFLINE)
    code = await someone.code(request)
    old = await someone.tokens(party, scope=OFFLINE)
    await withdraw_consent(land, party, someone)
    await someone.agree(party)
    assert refused(await party.redeem(request, code))
    assert refused(await party.refresh(old["refresh_token"]))
    assert (await party.userinfo(old["access_token"])).status_code == 401
    assert (await party.userinfo((await someone.tokens(party))["access_token"])).status_code == 200


async def test_a_lock_that_is_lifted_gives_everything_back(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=OFFLINE)
    await _account("locked_at")(land, party, someone)
    assert refused(await party.refresh(tokens["refresh_token"]))
    lift = Statement(update(accounts_table).values(locked_at=None))
    async with land.idp.db.writing() as unit:
        await unit.execute(lift)
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
