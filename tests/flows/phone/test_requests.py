"""A service asks for somebody, who answers on the phone: unlock, pick the number, read, agree. Of what must not work
each is tried from where everything else is right.
"""

import pytest

from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds
from tests.support.phones import Phone
from tests.support.relying_party import Page
from tests.support.visitor import shown
from vneid_idp.clients import service as clients
from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.levels import LEVEL_2


@pytest.fixture
async def phone(land: Country) -> Phone:
    """The phone of the persona `complete`."""
    mine = Phone(land, "complete")
    await mine.enrol()
    return mine


@pytest.fixture
async def counter(land: Country) -> Counter:
    """A carrier's back end."""
    return await Counter.of(land)


def waiting(home: Page) -> list[str]:
    """The addresses of the requests in the list."""
    return [part.partition('"')[0] for part in home.response.text.split('href="')[1:] if part.startswith("/phone/req")]


async def first(phone: Phone) -> Page:
    """The page of the request that waits."""
    (path,) = waiting(await phone.open())
    return await phone.open(path)


async def unlocked(phone: Phone, asked: Page) -> Page:
    """The same after the phone was unlocked for it."""
    answer = await phone.unlock(asked, f"{asked.path}/unlock")
    assert answer.status_code == 200, answer.text
    return await phone.open(answer.json()["next"])


async def test_a_request_is_answered_on_the_phone_at_level_2(land: Country, counter: Counter, phone: Phone) -> None:
    phone.person.browser.cookies.delete("vneid_idp_session")
    asked = await counter.asked()
    page = await first(phone)
    assert "Counter 7" not in page.text, "who has the phone and not its lock reads who asks, and no more"
    page = await unlocked(phone, page)
    assert counter.registered.client.client_name in page.text
    assert "Counter 7" in page.text
    assert "12 Tràng Tiền, Hà Nội, theo lời dịch vụ" in page.text
    consent = shown(await phone.person.submit(page, number=asked["number_to_show"]))
    assert consent.path.startswith("/consent/")
    done = shown(await phone.person.submit(consent, answer="agree", **consent.choices))
    assert 'href="/phone"' in done.response.text
    assert "()" not in (await phone.open(consent.path)).text, "of an answer that no browser takes there is no address"
    land.watch.advance(2 * SECOND)
    tokens = await counter.poll(asked["auth_req_id"])
    assert tokens.status_code == 200, tokens.text
    claims = await counter.claims(tokens.json()["id_token"])
    assert (claims["acr"], claims["amr"]) == (LEVEL_2, ["hwk", "user", "mfa"])
    assert waiting(await phone.open()) == []
    assert counter.registered.client.client_name in (await phone.open("/phone/history")).text


async def test_another_number_ends_it(land: Country, counter: Counter, phone: Phone) -> None:
    asked = await counter.asked()
    page = await unlocked(phone, await first(phone))
    wrong = next(each for each in ("11", "12") if each != asked["number_to_show"])
    assert "một số khác" in shown(await phone.person.submit(page, number=wrong)).text
    assert await counter.error(asked["auth_req_id"]) == "access_denied"
    late = shown(await phone.person.submit(page, number=asked["number_to_show"]))
    assert late.response.status_code == 410
    # Also after the right one, from a page that still offers them.
    asked = await counter.asked()
    page = await unlocked(phone, await first(phone))
    wrong = next(each for each in ("11", "12") if each != asked["number_to_show"])
    await phone.person.submit(page, number=asked["number_to_show"])
    assert "một số khác" in shown(await phone.person.submit(page, number=wrong)).text
    assert await counter.error(asked["auth_req_id"]) == "access_denied"


@pytest.mark.parametrize(("answer", "is_asked_again"), [("refused", True), ("not_me", False)])
async def test_refusing_takes_no_unlocking(
    land: Country, counter: Counter, phone: Phone, answer: str, is_asked_again: bool
) -> None:
    asked = await counter.asked()
    told = shown(await phone.person.submit(await first(phone), answer=answer))
    assert ("Trong một ngày" in told.text, "Xem các điện thoại" in told.text) == (not is_asked_again,) * 2
    assert await counter.error(asked["auth_req_id"]) == "access_denied"
    await counter.asked()
    assert bool(waiting(await phone.open())) == is_asked_again
    assert (await kinds(land, phone.person.persona.record.person_id))["request.disowned"] == (not is_asked_again)


async def test_without_unlocking_for_this_very_request_no_number_counts(counter: Counter, phone: Phone) -> None:
    asked = await counter.asked()
    page = await first(phone)
    number = asked["number_to_show"]
    again = shown(await phone.person.submit(page, number=number))
    assert (again.path, f'value="{number}"' in again.response.text) == (page.path, False)
    await unlocked(phone, page)
    second = await counter.asked()
    paths = waiting(await phone.open())
    other = await phone.open(next(path for path in paths if path != page.path))
    left = shown(await phone.person.submit(other, number=second["number_to_show"]))
    assert (left.path, left.response.status_code) == (other.path, 200)
    assert len(waiting(await phone.open())) == 2


async def test_it_waits_for_the_phones_of_its_person_alone(land: Country, counter: Counter, phone: Phone) -> None:
    await counter.asked()
    page = await first(phone)
    stranger = Phone(land, "plain")
    await stranger.enrol()
    assert waiting(await stranger.open()) == []
    assert (await stranger.open(page.path)).response.status_code == 410
    refused = await stranger.unlock(await stranger.open("/phone/scan"), f"{page.path}/unlock")
    assert refused.json()["code"] == "answer_over"
    unenrolled = Phone(land, "complete")
    await unenrolled.sign_in()
    assert (await unenrolled.open(page.path)).path == "/phone"


async def test_a_phone_that_was_removed_agrees_to_nothing_it_had_begun(
    land: Country, counter: Counter, phone: Phone
) -> None:
    person_id = phone.person.persona.record.person_id
    async with land.idp.db.reading() as unit:
        (enrolled,) = await enrolled_phones.list_phones(unit, person_id)
    asked = await counter.asked()
    page = await unlocked(phone, await first(phone))
    consent = shown(await phone.person.submit(page, number=asked["number_to_show"]))
    await land.idp.db.transact(lambda unit: enrolled_phones.remove(unit, person_id, enrolled.phone_id))
    late = shown(await phone.person.submit(consent, answer="agree", **consent.choices))
    assert late.response.status_code == 403
    assert "consent.given" not in await kinds(land, person_id)
    assert await counter.error(asked["auth_req_id"]) == "authorization_pending"


async def test_after_its_time_nothing_is_answered(land: Country, counter: Counter, phone: Phone) -> None:
    asked = await counter.asked(requested_expiry=60)
    page = await unlocked(phone, await first(phone))
    land.watch.advance(MINUTE)
    late = shown(await phone.person.submit(page, number=asked["number_to_show"]))
    assert (late.response.status_code, 'href="/phone"' in late.response.text) == (410, True)


async def test_who_signed_out_meanwhile_unlocks_the_phone_again_and_nobody_else_takes_over(
    counter: Counter, phone: Phone
) -> None:
    asked = await counter.asked()
    page = await unlocked(phone, await first(phone))
    consent = shown(await phone.person.submit(page, number=asked["number_to_show"]))
    assert "Không phải bạn?" not in consent.text
    phone.person.browser.cookies.delete("vneid_idp_session")
    assert (await phone.open(consent.path)).path == page.path


async def test_a_service_that_is_out_of_service_asks_nobody_and_hides_no_others(
    land: Country, counter: Counter, phone: Phone
) -> None:
    other = await Counter.of(land)
    await counter.asked()
    await other.asked()
    assert len(waiting(await phone.open())) == 2
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, counter.client_id, DEED)
    assert len(waiting(await phone.open())) == 1
