"""A person signs in, agrees, and the relying party learns what was agreed and nothing else."""

from tests.support.country import Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.audit import service as audit
from vneid_idp.identity.factors import sessions
from vneid_idp.protocol.levels import LEVEL_2


async def test_a_person_proves_level_2_and_shares_what_is_required(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    request = party.request(acr_values=LEVEL_2, scope="openid identity age offline_access")
    page = await person.sign_in(await person.start(request))
    assert isinstance(page, Page)
    assert page.path.endswith("/second")
    page = await person.submit(page, send="1")
    assert isinstance(page, Page)
    page = await person.submit(page, code=await person.one_time_code())
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
    page = await person.submit(page, send="1")
    assert isinstance(page, Page)
    await person.submit(page, code=await person.one_time_code())
    async with land.idp.db.reading() as unit:
        (session,) = await sessions.list_sessions(unit, person.persona.record.person_id)
        history = await audit.history_of(unit, person.persona.record.person_id)
    found = [event for event in reversed(history) if event.kind == "signin.succeeded"]
    assert [dict(event.data) for event in found] == [{"method": "pwd"}, {"method": "sms"}]
    assert {(event.client_id, event.subject_id) for event in found} == {(party.client_id, session.session_id)}
