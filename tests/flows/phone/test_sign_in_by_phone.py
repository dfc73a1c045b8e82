"""A browser is signed in by an enrolled phone: who can let it go on, and what ends it. Of what must not work each is
tried from where everything else is right.
"""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.authenticator import Authenticator
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds
from tests.support.office import hire
from tests.support.phones import Elsewhere, Phone, approved, picked, scan, scanned
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.signing_in import at_signin, post_json
from tests.support.visitor import shown
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import enrolled_phones, sessions
from vneid_idp.identity.factors.phone_sign_ins import CODE_LIFE, LIFE, RENEWED, USED_WITHIN
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.interaction import by_phone
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_session, end_sessions
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Limit, Secret, Subject


@pytest.fixture
async def phone(land: Country) -> Phone:
    """The phone of the persona `complete`."""
    mine = Phone(land, "complete")
    await mine.enrol()
    land.watch.advance(SECOND)
    return mine


@pytest.fixture
async def elsewhere(land: Country, party: RelyingParty) -> Elsewhere:
    """A browser that shows a pattern, for a request that asks for level 2."""
    person, page = await at_signin(land, party, acr_values=LEVEL_2)
    there = Elsewhere(person, page.path)
    await there.begin()
    return there


async def test_a_phone_signs_a_browser_in_at_level_2(
    land: Country, party: RelyingParty, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = party.request(acr_values=LEVEL_2, scope="openid")
    person = Person(land, land.people["complete"])
    page = shown(await person.start(request))
    there = Elsewhere(person, page.path)
    begun = await there.begin()
    assert "<svg" in begun.response.text
    asked = await scanned(phone, there)
    assert party.registered.client.client_name in asked.text
    land.watch.advance(RENEWED)
    monkeypatch.setattr(by_phone, "pattern", None)  # none is drawn any more
    number = await there.number()
    assert f'value="{number}"' in asked.response.text
    lock = shown(await phone.person.submit(asked, number=number))
    assert (await there.state())["state"] == "picked"
    done = await phone.unlock(lock, f"{lock.path}/unlock")
    assert done.json()["next"] == "/phone?done=approved"
    consent = shown(await there.go_on())
    assert consent.path.startswith("/consent/")
    answer = request.read_answer(await person.prove(consent.path))
    claims = await party.claims((await party.redeem(request, answer["code"])).json()["id_token"])
    assert claims["acr"] == LEVEL_2
    await hire(land, phone.person.persona.record.person_id, Role.OPERATOR)
    for path in ("/phone/enrol", "/console"):
        asked = shown(await person.open(path))
        assert (asked.path, "ngay trên trình duyệt này" in asked.text) == ("/signin/second", True)
    assert shown(await person.second(asked)).path == "/console"
    counted = await kinds(land, phone.person.persona.record.person_id)
    assert counted["phone.answered"] == 1
    assert "bạn đã xác nhận yêu cầu" in (await phone.open("/phone/history")).text


async def test_a_pattern_is_read_once_and_while_it_is_new(land: Country, phone: Phone, elsewhere: Elsewhere) -> None:
    old = await elsewhere.code()
    land.watch.advance(RENEWED - 1)
    assert await elsewhere.code() == old, "drawn once for its ten seconds"
    land.watch.advance(1)
    assert await elsewhere.code() != old
    followed = await phone.person.browser.get("/phone/scan", headers={"Sec-Fetch-Site": "cross-site"})
    assert followed.headers["location"] == "/phone", "a camera comes from nowhere"
    land.watch.advance(CODE_LIFE)
    assert (await scan(phone, old)).json()["code"] == "pattern_outdated"
    assert (await scan(phone, old[:-4] + "AAAA")).json()["code"] == "pattern_outdated"
    good = await elsewhere.code()
    assert (await scan(phone, good)).status_code == 200
    other = Phone(land, "plain")
    await other.enrol()
    for reader in (phone, other):
        assert (await scan(reader, good)).json()["code"] == "pattern_outdated"


async def test_an_address_has_so_many_patterns_drawn_and_no_more(
    land: Country, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = {Subject.ADDRESS: (Limit(1, MINUTE),)}
    monkeypatch.setattr(land.idp.limits, "_table", {**LIMITS, Secret.PATTERN: once})
    drawn = []
    for _ in range(2):
        land.watch.advance(RENEWED)
        drawn.append((await elsewhere.person.browser.get(f"{elsewhere.path}/phone/state")).status_code)
    assert drawn == [200, 429]


async def test_another_number_ends_it_and_is_on_record(land: Country, phone: Phone, elsewhere: Elsewhere) -> None:
    asked = await scanned(phone, elsewhere)
    number = await elsewhere.number()
    wrong = next(each for each in ("10", "11") if each != number)
    told = shown(await phone.person.submit(asked, number=wrong))
    assert "một số khác" in told.text
    assert (await elsewhere.state())["state"] == "over"
    late = shown(await phone.person.submit(asked, number=number))
    assert late.response.status_code == 410
    assert (await kinds(land, phone.person.persona.record.person_id))["phone.answered"] == 1


@pytest.mark.parametrize("answer", ["refused", "not_me"])
async def test_a_refusal_ends_it(phone: Phone, elsewhere: Elsewhere, answer: str) -> None:
    asked = await picked(phone, elsewhere)
    await phone.person.submit(asked, answer=answer)
    assert (await elsewhere.state())["state"] == "over"
    refused = await phone.unlock(asked, f"{asked.path}/unlock")
    assert refused.json()["code"] == "answer_over"
    assert shown(await elsewhere.go_on()).path == f"{elsewhere.path}/phone"


async def test_without_the_number_nothing_is_approved(phone: Phone, elsewhere: Elsewhere) -> None:
    asked = await scanned(phone, elsewhere)
    refused = await phone.unlock(await phone.open("/phone/scan"), f"{asked.path}/unlock")
    assert (refused.status_code, refused.json()["code"]) == (410, "answer_over")


async def test_an_approval_is_used_once_soon_and_where_it_began(
    land: Country, party: RelyingParty, phone: Phone, elsewhere: Elsewhere
) -> None:
    await approved(phone, elsewhere)
    asked = await phone.open("/phone")
    stranger, page = await at_signin(land, party)
    theirs = Elsewhere(stranger, page.path)
    await theirs.begin()
    assert shown(await theirs.go_on()).path == f"{theirs.path}/phone"
    assert shown(await stranger.open(f"{elsewhere.path}/phone")).response.status_code == 410
    assert asked.path == "/phone"
    assert shown(await elsewhere.go_on()).path.startswith("/consent/")
    again, page = await at_signin(land, party, prompt="login")
    there = Elsewhere(again, page.path)
    await there.begin()
    await approved(phone, there)
    land.watch.advance(USED_WITHIN)
    assert shown(await there.go_on()).path == f"{there.path}/phone"


async def test_it_is_for_the_phone_that_read_the_pattern(land: Country, phone: Phone, elsewhere: Elsewhere) -> None:
    asked = await picked(phone, elsewhere)
    others = [Phone(land, "complete"), Phone(land, "plain")]
    for other in others:
        await other.enrol()
        home = await other.open()
        assert (await other.open(asked.path)).response.status_code == 410
        refused = await other.unlock(await other.open("/phone/scan"), f"{asked.path}/unlock")
        assert refused.json()["code"] == "answer_over", home.text
    unenrolled = Phone(land, "complete")
    await unenrolled.sign_in()
    unenrolled.lock = phone.lock
    refused = await unenrolled.unlock(await unenrolled.open("/signin/second"), f"{asked.path}/unlock")
    assert (refused.status_code, refused.json()["code"]) == (403, "phone_not_enrolled")


async def test_it_takes_the_phones_own_passkey(land: Country, phone: Phone, elsewhere: Elsewhere) -> None:
    other = Phone(land, "complete")
    await other.enrol()
    land.watch.advance(SECOND)
    asked = await picked(phone, elsewhere)
    own, phone.lock = phone.lock, other.lock
    refused = await phone.unlock(asked, f"{asked.path}/unlock")
    assert (refused.status_code, refused.json()["code"]) == (400, "passkey_refused")
    phone.lock = Authenticator(own.origin, verified=False)
    phone.lock.credential_id, phone.lock._key, phone.lock.user_handle = own.credential_id, own._key, own.user_handle
    refused = await phone.unlock(asked, f"{asked.path}/unlock")
    assert (refused.status_code, refused.json()["code"]) == (400, "passkey_refused")


async def test_a_phone_that_answers_wrongly_again_and_again_is_not_heard(
    land: Country, phone: Phone, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = {Subject.KNOWN_BROWSER: (Limit(1, MINUTE),)}
    monkeypatch.setattr(land.idp.limits, "_table", {**LIMITS, Secret.PASSKEY: once})
    asked, junk = await picked(phone, elsewhere), {"sealed": "x", "answer": "x"}
    told = [(await post_json(phone.person, asked, f"{asked.path}/unlock", junk)).status_code for _ in range(2)]
    assert told == [400, 429]


async def test_after_its_time_nothing_is_approved(land: Country, phone: Phone, elsewhere: Elsewhere) -> None:
    asked = await picked(phone, elsewhere)
    land.watch.advance(LIFE)
    refused = await phone.unlock(asked, f"{asked.path}/unlock")
    assert refused.json()["code"] == "answer_over"


async def _remove(land: Country, person_id: str) -> None:
    async with land.idp.db.writing() as unit:
        (only,) = await enrolled_phones.list_phones(unit, person_id)
        await enrolled_phones.remove(unit, person_id, only.phone_id)


async def _lock(land: Country, person_id: str) -> None:
    async with land.idp.db.writing() as unit:
        await accounts.lock(unit, person_id, LockedBy.HOLDER, DEED)


@pytest.mark.parametrize("happens", [_remove, _lock])
@pytest.mark.parametrize("is_approved", [False, True])
async def test_removed_or_locked_meanwhile_a_phone_signs_nobody_in(
    land: Country,
    phone: Phone,
    elsewhere: Elsewhere,
    happens: Callable[[Country, str], Awaitable[None]],
    is_approved: bool,
) -> None:
    person_id = phone.person.persona.record.person_id
    asked = await picked(phone, elsewhere)
    if is_approved:
        await phone.unlock(asked, f"{asked.path}/unlock")
        await happens(land, person_id)
        page = await elsewhere.go_on()
        assert isinstance(page, Page)
        assert not page.path.startswith("/consent/")
        assert page.response.status_code in (403, 410)
    else:
        await happens(land, person_id)
        refused = await phone.unlock(asked, f"{asked.path}/unlock")
        assert refused.status_code == 403


async def _end_one(unit: Unit, person_id: str) -> None:
    (only,) = await sessions.list_sessions(unit, person_id)
    await end_session(unit, person_id, only.session_id)


@pytest.mark.parametrize("ends", [end_sessions, _end_one])
async def test_what_was_approved_ends_with_all_sessions_and_with_each(
    land: Country, phone: Phone, elsewhere: Elsewhere, ends: Callable[[Unit, str], Awaitable[object]]
) -> None:
    await approved(phone, elsewhere)
    person_id = phone.person.persona.record.person_id
    await land.idp.db.transact(lambda unit: ends(unit, person_id))
    assert shown(await elsewhere.go_on()).path == f"{elsewhere.path}/phone"
