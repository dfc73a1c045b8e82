"""Rich requests (RFC 9396): what is asked is read on the page of that very request, granted as it was confirmed, and
told exactly so."""

from typing import Any

import pytest

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import kinds_of
from tests.support.leaks import Net
from tests.support.relying_party import Person
from tests.support.rich_requests import (
    ANOTHER,
    AS_WRITTEN,
    FACE,
    MATCH,
    NUMBER,
    TYPES,
    carrier_of,
    confirmed,
    details,
    waiting,
)
from tests.support.shortcuts import agreed, known
from tests.support.visitor import Page, shown
from vneid_idp.clients import by_operator, service
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.details.granting import digest_of


async def told(carrier: Carrier, token: str) -> Any:
    return (await carrier.post("/introspect", token=token)).json().get("authorization_details")


async def test_what_is_confirmed_on_the_page_is_granted_told_and_proven_and_nothing_else(
    land: Country, database_url: str
) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    request, away = await waiting(carrier, NUMBER, MATCH)
    # What stands in the browser's address beside a pushed request counts for nothing.
    page = shown(await someone.person.open("/authorize", **away, authorization_details=details(ANOTHER)))
    said = page.text.replace("\u00a0", " ")
    assert f"Số thuê bao {AS_WRITTEN} sẽ được đăng ký đứng tên bạn tại" in " ".join(said.split())
    assert "trả trước, là số thứ 2 của bạn tại đó, trong ứng dụng của nhà mạng." in " ".join(said.split())
    assert "số định danh cá nhân, khuôn mặt" in said
    assert "0957" not in said
    answer = request.read_answer(str(await someone.person.submit(page, answer="agree")))
    first = (await carrier.redeem(request, answer["code"])).json()
    assert first["authorization_details"] == [NUMBER, MATCH]
    assert await told(carrier, first["access_token"]) == [NUMBER, MATCH]
    assert await told(carrier, first["refresh_token"]) == [MATCH], "a number is confirmed once"

    async with land.idp.db.reading() as unit:
        receipt = (await consents.list_receipts(unit, someone.person_id, carrier.client_id))[0]
        key = await land.idp.vault.find_key(unit, someone.person_id)
    assert key is not None
    assert consents.open_details(key, receipt.details) == (NUMBER, MATCH)
    assert "Số thuê bao đã hiển thị tại đây sẽ được đăng ký đứng tên bạn" in receipt.shown
    plain = [digest_of(each) for each in ((NUMBER, MATCH), (NUMBER,))]
    assert Net({"951234567", AS_WRITTEN, *map(str, plain)}).leaks_in_database(database_url) == []
    assert [kind for kind in await kinds_of(land) if kind == "details.confirmed"] == ["details.confirmed"] * 2
    at_services = " ".join(shown(await someone.person.open("/me/services")).text.replace("\u00a0", " ").split())
    assert f"Số thuê bao {AS_WRITTEN} sẽ được đăng ký" in at_services
    history = shown(await someone.person.open("/me/history")).text
    assert "đăng ký một số thuê bao đứng tên bạn" in history
    assert "đối chiếu thông tin đang có về bạn" in history
    # It stands for no other request, not the same once more.
    _, away = await waiting(carrier, NUMBER, MATCH)
    assert AS_WRITTEN in shown(await someone.person.open("/authorize", **away)).text.replace("\u00a0", " ")
    silent, away = await waiting(carrier, NUMBER, prompt="none")
    refused = silent.read_answer(str(await someone.person.open("/authorize", **away)))
    assert refused["error"] == "consent_required"


async def test_tokens_are_narrowed_and_never_widened(land: Country) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    first = await confirmed(someone, carrier, NUMBER, MATCH, authorization_details=details(NUMBER, FACE))
    assert first["authorization_details"] == [NUMBER, FACE]
    assert await told(carrier, first["access_token"]) == [NUMBER, FACE]
    token = first["refresh_token"]
    land.watch.advance(MINUTE)
    assert (await carrier.refresh(token)).json()["authorization_details"] == [MATCH], "the grant has all of it"
    less = (await carrier.refresh(token, authorization_details=details(FACE))).json()
    assert await told(carrier, less["access_token"]) == less["authorization_details"] == [FACE]
    for wider in (NUMBER, {**MATCH, "fields": ["face", "birthdate"]}, {"type": "payment"}):
        refused = await carrier.refresh(token, authorization_details=details(wider))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_authorization_details")
    request, away = await waiting(carrier, NUMBER)
    page = shown(await someone.person.open("/authorize", **away))
    answer = request.read_answer(str(await someone.person.submit(page, answer="agree")))
    swapped = await carrier.redeem(request, answer["code"], authorization_details=details(ANOTHER))
    assert swapped.json()["error"] == "invalid_authorization_details"
    assert (await carrier.redeem(request, answer["code"])).json()["authorization_details"] == [NUMBER], "not spent"
    own = await carrier.post("/token", grant_type="client_credentials", authorization_details=details(MATCH))
    assert own.status_code == 400


async def test_the_answer_to_one_page_confirms_nothing_of_another(land: Country) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    pages = []
    for number in (NUMBER, ANOTHER):
        _, away = await waiting(carrier, number)
        pages.append(shown(await someone.person.open("/authorize", **away)))
    harmless, other = pages
    form = {**harmless.hidden, "answer": "agree"}
    swapped = Page(await someone.person.browser.post(other.action, data=form, follow_redirects=True))
    assert swapped.response.status_code == 409
    assert "0957 654 321" in swapped.text.replace("\u00a0", " ")
    assert "details.confirmed" not in await kinds_of(land)
    assert shown(await someone.person.open(f"/authorize/{other.path.split('/')[-1]}")).path == other.path
    refusal = str(await someone.person.submit(harmless, answer="refuse"))
    assert "error=access_denied" in refusal


@pytest.mark.parametrize("when", ["on the page", "later"])
async def test_a_type_that_the_operator_takes_away_is_granted_no_more_and_counts_no_more(
    land: Country, when: str
) -> None:
    carrier = await carrier_of(land)
    someone = await agreed(land, carrier)
    if when == "later":
        first = await confirmed(someone, carrier, NUMBER, MATCH)
        await take(land, carrier, "subscriber_number")
        assert await told(carrier, first["access_token"]) == [MATCH]
        await take(land, carrier, *TYPES)
        assert await told(carrier, first["access_token"]) is None
        assert "authorization_details" not in (await carrier.refresh(first["refresh_token"])).json()
        return
    request, away = await waiting(carrier, NUMBER, MATCH)
    page = shown(await someone.person.open("/authorize", **away))
    await take(land, carrier, "subscriber_number")
    again = shown(await someone.person.submit(page, answer="agree"))
    assert again.response.status_code == 409
    assert AS_WRITTEN not in again.text.replace("\u00a0", " ")
    answer = request.read_answer(str(await someone.person.submit(again, answer="agree")))
    assert (await carrier.redeem(request, answer["code"])).json()["authorization_details"] == [MATCH]
    refused = await carrier.push(carrier.request(authorization_details=details(NUMBER)))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_authorization_details")


async def take(land: Country, carrier: Carrier, *types: str) -> None:
    """The operator takes types from the registration."""
    async with land.idp.db.writing() as unit:
        client = await service.get_client(unit, carrier.client_id)
        kept = [name for name in TYPES if name not in types]
        changed = {**client.metadata, "authorization_details_types": kept}
        await by_operator.update(unit, client, changed, DEED, sandbox=True)


@pytest.mark.parametrize("detail", [NUMBER, MATCH], ids=TYPES)
async def test_who_may_not_decide_alone_is_asked_for_nothing(land: Country, detail: dict[str, Any]) -> None:
    carrier = await carrier_of(land)
    request, away = await waiting(carrier, detail)
    child = Person(land, land.people["fifteen"])
    page = shown(await child.sign_in(await child.open("/authorize", **away)))
    assert page.path.startswith("/guardian-acts/")
    assert "Dưới 16 tuổi, cha mẹ hoặc người giám hộ xác nhận việc này" in page.text
    interaction = page.path.split("/")[-1]
    sent = await child.browser.post(f"/consent/{interaction}", data={**page.hidden, "answer": "agree"})
    assert sent.headers["location"] == f"/authorize/{interaction}"
    answer = request.read_answer(str(await child.submit(page, leave="1")))
    assert (answer["error"], answer["error_description"]) == ("access_denied", "What was asked for was not agreed to.")


async def test_in_the_identity_app_it_takes_level_2(land: Country) -> None:
    carrier = await carrier_of(land)
    someone = await known(land, "complete", "pwd")
    for channel, page in (("carrier_app", "/consent/"), ("identity_app", "/signin/")):
        _, away = await waiting(carrier, {**NUMBER, "channel": channel})
        assert shown(await someone.person.open("/authorize", **away)).path.startswith(page)
