"""Somebody is forgotten: nothing that tells who they are opens again, and nothing acts in their name."""

import pytest
from sqlalchemy import bindparam, select

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.events import events_of
from tests.support.grants import refused
from tests.support.registered import put_in_register
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed, known
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.subscriber_numbers.service import ConfirmedNumber, bind_number, list_of_family
from vneid_idp.consent import service as consents
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.service import enqueue, list_deliveries, open_delivery
from vneid_idp.identity import accounts, profile, tables
from vneid_idp.identity.factors import passkeys, sessions
from vneid_idp.identity.factors import tables as factors_tables
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices import tables as offices_tables
from vneid_idp.identity.offices.decided_requests import Outcome, decided_requests
from vneid_idp.identity.vault import PersonKey
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.sealing import NotSealedHere
from vneid_idp.protocol.claims import Decision
from vneid_idp.registered_numbers.service import list_of_holder
from vneid_idp.registered_numbers.store import find
from vneid_idp.registers.classes import RowClass
from vneid_idp.sandbox.country.population import COLUMN, Population
from vneid_idp.sandbox.country.tables import registry_numbers, registry_people
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.forget_person import forget_person

PROFILE = Statement(select(tables.accounts.c.profile).where(tables.accounts.c.person_id == bindparam("of")))
REGISTERED = Statement(select(registry_people.c.sealed).where(registry_people.c.person_id == bindparam("of")))
ASKED = Statement(
    select(offices_tables.lock_requests.c.reason).where(offices_tables.lock_requests.c.person_id == bindparam("of"))
)
NAMED = Statement(select(registry_numbers.c.person_id).where(registry_numbers.c.person_id == bindparam("of")))


async def forget(land: Country, someone: Known) -> None:
    async with land.idp.db.writing() as unit:
        await forget_person(unit, land.idp.vault, land.idp.keys.blind, someone.person_id)
        registry = Population(land.idp.vault, land.idp.keys.blind)
        await registry.forget_number(unit, someone.person.persona.record)


async def test_what_tells_who_somebody_is_never_opens_again(land: Country, party: RelyingParty) -> None:
    someone, vault = await agreed(land, party), land.idp.vault
    keys, card = land.idp.keys, someone.person.persona.record.personal_number
    numbers = [("nbr_1", "+84951234567", RowClass.CONSISTENT)]
    async with land.idp.db.writing() as unit:
        (number,) = await put_in_register(unit, keys, await land.idp.policy.current(), card, numbers)
        await bind_number(
            unit, vault, keys.blind, ConfirmedNumber("+84951234567", "carrier_app", "prepaid", 1),
            client_id=party.client_id, family_id=number.family_id, person_id=someone.person_id, consent_id="con_1",
            holder_digest=number.holder_digest,
        )  # fmt: skip
    await forget(land, someone)
    assert await land.idp.registry.find(someone.person_id) is None
    assert await land.idp.registry.find_by_number(someone.person.persona.record.personal_number) is None
    async with land.idp.db.reading() as unit:
        assert await vault.find_key(unit, someone.person_id) is None
        assert await accounts.find_with_profile(unit, vault, someone.person_id) is None
        # The number stays the carrier's, and is registered for nobody whom we know.
        assert await list_of_holder(unit, keys.blind, card, after=None, limit=9) == ()
        kept = await find(unit, number.family_id, number.number_digest)
        assert kept is not None
        assert kept.holder_digest is None
        assert [each.holder_digest for each in await list_of_family(unit, number.family_id, after=None, limit=9)] == [
            None
        ]
        # Not even by the keyed digest of the number does anybody find the history of the person.
        assert await unit.fetch(NAMED, of=someone.person_id) == []
        rows = (
            await unit.fetch_one(PROFILE, of=someone.person_id),
            await unit.fetch_one(REGISTERED, of=someone.person_id),
        )
        recorded = {event.kind for event in await audit.history_of(unit, someone.person_id)}
    assert rows[0] is not None
    assert rows[1] is not None
    another: PersonKey = vault.make_key(someone.person_id)[0]
    for column, text in ((profile.COLUMN, rows[0]["profile"]), (COLUMN, rows[1]["sealed"])):
        with pytest.raises(NotSealedHere):
            another.open_json(column, text)
    assert {"person.erased", "account.closed", "consent.withdrawn", "session.ended"} <= recorded


async def test_nothing_acts_in_the_name_of_who_was_forgotten(land: Country) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="https://network.example/logout"))
    second = RelyingParty(land, await land.register())
    someone, other = await agreed(land, party, "guardian"), await agreed(land, party, "plain")
    await someone.agree(second)
    tokens = await someone.tokens(party, scope="openid age offline_access")
    theirs = await other.tokens(party, scope="openid age offline_access")
    child = await bind(land, party, "child", land.people["child-9"].record.person_id, someone.person_id)
    own, kept = await bind(land, party, "own", someone.person_id), await bind(land, party, "kept", other.person_id)
    elsewhere = await bind(land, second, "own", someone.person_id)
    await forget(land, someone)
    assert refused(await party.refresh(tokens["refresh_token"]))
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    released = BindingState.RELEASED
    # The child's account is the child's: it waits for another guardian.
    assert await states(land, party) == {
        child: BindingState.SUSPENDED,
        own: released,
        kept: BindingState.VERIFIED,
    }
    assert await states(land, second) == {elsewhere: released}
    ends = [data["by"] for kind, data in await events_of(land, "guardian") if kind == "binding.released"]
    assert ends == ["provider", "provider"], "whoever is forgotten released nothing"
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, someone.person_id) == []
        assert await sessions.list_sessions(unit, someone.person_id) == ()
        waiting = await list_deliveries(unit)
    assert [row.recipient for row in waiting] == [party.client_id]
    payload = open_delivery(land.idp.keys.sealer, waiting[0]).payload
    assert payload == {"person_id": someone.person_id, "session_id": someone.session_id}
    assert (await party.refresh(theirs["refresh_token"])).status_code == 200


async def test_every_consent_ends_however_many_there_are(land: Country) -> None:
    someone = await known(land)
    decided = {"age_band": Decision("account", 1, True)}
    async with land.idp.db.writing() as unit:
        for number in range(201):
            await consents.give(unit, someone.person_id, f"cli_{number}", decided, consents.Shown("text", "vi"))
    await forget(land, someone)
    async with land.idp.db.reading() as unit:
        assert await consents.list_current(unit, someone.person_id) == []


async def test_a_code_on_its_way_to_the_phone_of_who_was_forgotten_is_not_sent(
    land: Country, party: RelyingParty
) -> None:
    someone, other, sealer = await agreed(land, party), await agreed(land, party, "plain"), land.idp.keys.sealer
    async with land.idp.db.writing() as unit:
        for known in (someone, other):
            await enqueue(unit, sealer, Channel.SMS, known.person_id, {"phone": "+84950000001", "code": "135790"})
    await forget(land, someone)
    async with land.idp.db.reading() as reading:
        assert [row.recipient for row in await list_deliveries(reading)] == [other.person_id]


async def test_the_names_that_somebody_gave_to_passkeys_are_gone(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    async with land.idp.db.writing() as unit:
        for number in ("first", "removed"):
            passkey = Passkey(someone.person_id, number, b"key", 0, (), False, "Máy của Minh Anh", unit.now, None)
            assert await add_passkey(unit, passkey)
        await passkeys.remove(unit, someone.person_id, "removed")
    await forget(land, someone)
    async with land.idp.db.reading() as unit:
        assert await unit.fetch(Statement(select(factors_tables.passkeys.c.name))) == []


async def test_a_request_to_lock_who_was_forgotten_waits_no_longer_and_says_nothing(land: Country) -> None:
    someone, court = await known(land), Deed("per_officer", "As the court wrote.")
    async with land.idp.db.writing() as unit:
        first = await lock_requests.ask(unit, someone.person_id, lock=True, deed=court)
        no = Deed("per_colleague", "No ground.")
        await lock_requests.decide(unit, someone.person_id, first.request_id, agreed=False, deed=no)
    decided_at = land.watch.now()
    land.watch.advance(MINUTE)
    async with land.idp.db.writing() as unit:
        second = await lock_requests.ask(unit, someone.person_id, lock=True, deed=court)
    await forget(land, someone)
    async with land.idp.db.reading() as unit:
        assert await lock_requests.open_requests(unit) == ()
        assert [row["reason"] for row in await unit.fetch(ASKED, of=someone.person_id)] == ["", ""]
        over = {each.asked.request_id: (each.outcome, each.at) for each in await decided_requests(unit)}
    # What was decided before stays decided when it was.
    assert over == {
        first.request_id: (Outcome.REFUSED, decided_at),
        second.request_id: (Outcome.NOT_DECIDED, land.watch.now()),
    }
