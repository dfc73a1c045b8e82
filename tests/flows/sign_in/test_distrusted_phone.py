"""A carrier told that a number works in another SIM: a code sent to it proves nothing, until a passkey is shown."""

from sqlalchemy import select

from tests.support.country import Country
from tests.support.events import events_of
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import agreed, known
from tests.support.signing_in import at_second
from tests.support.swaps import swap
from vneid_idp.audit.events import EventKind
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.tables import deliveries
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.storage.statement import Statement

SECURITY = "/me/security"


async def test_a_code_that_was_sent_before_counts_no_more_and_none_is_sent(land: Country, party: RelyingParty) -> None:
    person, page = await at_second(land, party)
    code = await person.one_time_code()
    await swap(land)
    refused = await person.submit(page, code=code)
    assert isinstance(refused, Page)
    assert refused.response.status_code == 422
    assert "Số điện thoại của bạn tạm thời không dùng để xác thực được" in refused.text
    again = Person(land, land.people["complete"])
    assert isinstance(await again.sign_in(await again.start(party.request(acr_values="urn:vneid:level:2"))), Page)
    assert await again.one_time_code() == code, "no other was sent"


async def test_what_rests_on_the_number_ends_and_what_a_passkey_opened_stays(
    land: Country, party: RelyingParty
) -> None:
    by_code, by_passkey = await agreed(land, party), await known(land, "complete", "hwk")
    tokens = await by_code.tokens(party, scope="openid offline_access")
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    await swap(land)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).status_code == 400
    assert (await by_code.person.browser.get("/me")).status_code == 303
    assert "Số điện thoại của bạn tạm thời" in (await opened(by_passkey.person, "/me")).text
    assert (EventKind.PHONE_DISTRUSTED, {"cause": "swap"}) in await events_of(land, "complete")


async def test_whoever_shows_a_passkey_trusts_the_number_again_and_nobody_else_does(
    land: Country, party: RelyingParty
) -> None:
    await swap(land)
    weak = await known(land, "complete", "pwd")
    page = await opened(weak.person, SECURITY)
    assert "tin dùng lại số này</button>" not in page.text
    page = await opened(weak.person, "/signin/second")
    refused = await post(weak.person, page, f"{SECURITY}/trust-phone")
    assert refused.response.status_code == 403
    # Somebody who held a code that counted in the moment before.
    late = await known(land, "complete", "pwd", "sms")
    refused = await post(late.person, await opened(late.person, SECURITY), f"{SECURITY}/trust-phone")
    assert refused.response.status_code == 403
    strong = await known(land, "complete", "hwk")
    page = await opened(strong.person, SECURITY)
    done = await post(strong.person, page, f"{SECURITY}/trust-phone")
    assert "Số điện thoại của bạn đã dùng lại được" in done.text
    person, page = await at_second(land, party)
    assert isinstance(await person.submit(page, code=await person.one_time_code()), Page)


async def test_it_is_told_on_the_persons_devices_and_never_by_a_message_to_the_number(
    land: Country, party: RelyingParty
) -> None:
    by_code = await agreed(land, party)
    await by_code.tokens(party, scope="openid offline_access")
    await swap(land)
    async with land.idp.db.reading() as unit:
        told = {(row["channel"], row["recipient"]) for row in await unit.fetch(Statement(select(deliveries)))}
        messages = await latest_messages(unit, land.idp.keys.sealer)
    assert (Channel.PHONE_NOTICE, by_code.person_id) in told
    assert Channel.SMS not in {channel for channel, _ in told}
    assert not [each for each in messages if each.phone == land.people["complete"].record.phone]
