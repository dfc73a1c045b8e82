"""A person signs in, agrees, and the relying party learns what was agreed and nothing else."""

from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.audit import service as audit
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.proofs import MESSAGE, PASSWORD, SignInProof
from vneid_idp.identity.factors.sessions import SessionName
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.use_cases.sign_in import SignedIn, sign_in


async def test_a_person_proves_level_2_and_shares_what_is_required(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    request = party.request(acr_values=LEVEL_2, scope="openid identity age offline_access")
    page = await person.sign_in(await person.start(request))
    assert isinstance(page, Page)
    assert page.path.endswith("/second")
    page = await person.second(page)
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/")
    away = await person.submit(page, answer="agree")
    assert isinstance(away, str), away.text
    answer = request.read_answer(away)
    tokens = (await party.redeem(request, answer["code"])).json()
    claims = await party.claims(tokens["id_token"])
    assert claims["acr"] == LEVEL_2
    assert claims["amr"] == ["pwd", "otp", "sms", "mfa"]
    assert claims["nonce"] == request.params["nonce"]
    userinfo = (await party.userinfo(tokens["access_token"])).json()
    assert userinfo == {"sub": claims["sub"], "identity_level": 2, "age_band": "18_plus"}


async def test_a_sign_in_is_on_record_with_how_for_whom_and_which_session(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    page = await person.sign_in(await person.start(party.request(acr_values=LEVEL_2)))
    assert isinstance(page, Page)
    await person.second(page)
    async with land.idp.db.reading() as unit:
        (session,) = await sessions.list_sessions(unit, person.persona.record.person_id)
        history = await audit.history_of(unit, person.persona.record.person_id)
    found = [event for event in reversed(history) if event.kind == "signin.succeeded"]
    assert [dict(event.data) for event in found] == [{"method": "pwd"}, {"method": "sms"}]
    assert {(event.client_id, event.subject_id) for event in found} == {(party.client_id, session.session_id)}


async def signed_in(
    land: Country, record: RegistryRecord | None, *, method: str = PASSWORD, before: SessionName | None = None
) -> SignedIn:
    """What comes of signing in with the password, or the code, that is the persona's."""
    idp, someone = land.idp, land.people["complete"].record
    async with idp.db.writing() as unit:
        hashed = await secret_hashes.find(unit, idp.vault, someone.person_id, "password")
        against = hashed if method == PASSWORD else someone.phone
        proof = SignInProof(method, str(against))
        return await sign_in(unit, idp.vault, idp.keys.blind, record, shipped(), proof, before=before, client_id=None)


async def test_whom_the_register_does_not_know_and_who_has_no_account_signs_in_to_nothing(land: Country) -> None:
    for record in (None, land.people["no-account"].record):
        found = await signed_in(land, record)
        assert (found.standing, found.session) == (AccountStanding.CLOSED, None)
    assert "signin.succeeded" not in await kinds_of(land)


async def test_who_proves_to_be_there_again_keeps_the_session(land: Country) -> None:
    someone, record = await known(land, "complete", "pwd"), land.people["complete"].record
    land.watch.advance(MINUTE)
    cookie: SessionName = someone
    for method, names in ((PASSWORD, ["pwd"]), (MESSAGE, ["pwd", "sms"])):
        found = await signed_in(land, record, method=method, before=cookie)
        assert found.session is not None
        cookie = found.session
        assert (found.session.session_id, [each.name for each in found.session.methods]) == (someone.session_id, names)
    async with land.idp.db.writing() as unit:
        await sessions.end_all(unit, someone.person_id)
    assert (await signed_in(land, record, method=MESSAGE, before=cookie)).session is None, "a code alone opens none"
    anew = (await signed_in(land, record, before=cookie)).session
    assert anew is not None
    assert anew.session_id != someone.session_id


async def test_whoever_takes_a_browser_over_ends_what_the_one_before_opened_there(land: Country) -> None:
    party = RelyingParty(land, await land.register(backchannel_logout_uri="https://network.example/logout"))
    before = await agreed(land, party, "guardian")
    await before.tokens(party, scope="openid")
    found = await signed_in(land, land.people["complete"].record, before=before)
    assert found.session is not None
    assert found.session.person_id == land.people["complete"].record.person_id
    assert [each.recipient for each in found.deliveries] == [party.client_id]
    assert found.deliveries[0].payload == {"person_id": before.person_id, "session_id": before.session_id}
    async with land.idp.db.reading() as unit:
        assert await sessions.list_sessions(unit, before.person_id) == ()
