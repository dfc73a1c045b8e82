"""A number works in another device or SIM: what rests on it rests with it, and the way back is a proof."""

import asyncio
from datetime import timedelta

import pytest

from tests.support import matching
from tests.support.authenticator import Authenticator
from tests.support.bindings import bind, states
from tests.support.country import ISSUER, Country
from tests.support.events import events_of
from tests.support.numbers import FAMILY, NumbersClient, asked
from tests.support.pages import opened, post
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import agreed, known
from tests.support.signing_in import add_passkey
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.subscriber_numbers.reports import ReportKind, latest
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number
from vneid_idp.identity.factors import distrusted_phones, passkey_store
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, to_datetime
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rules import Ladder, RegisteredNumber
from vneid_idp.web.formats import format_datetime

PAGE = "/me/numbers"


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    """A client of a carrier's."""
    return await NumbersClient.of(land)


def now(land: Country, ago: int = 0) -> dict[str, str]:
    """What happened at this instant, or so long before it."""
    return {"occurred_at": to_datetime(land.watch.now() - ago).isoformat()}


async def registered(land: Country) -> RegisteredNumber | None:
    """What the ladder has of the number."""
    async with land.idp.db.reading() as unit:
        return await store.find(unit, "song", digest_of_number(land.idp.keys.blind, "song", NUMBER["phone_number"]))


async def test_another_device_sets_the_number_on_the_ladder_once(land: Country, song: NumbersClient) -> None:
    someone = await agreed(land, song.carrier)
    token, own = await song.token(someone), await song.own_token()
    address = f"/{(await song.bind(token))['number_id']}"
    told = now(land, HOUR)
    for _ in range(2):
        assert (await song.call("POST", f"{address}/device-changes", own, json=told))["state"] == "rechecking"
    found = await registered(land)
    assert found is not None
    assert found.ladder == Ladder(Trigger.DEVICE_CHANGE, land.watch.now() - HOUR)
    assert found.next_step is not None
    assert found.next_step.step is Step.NOTICE
    assert [kind for kind, _ in await events_of(land, "complete")].count("binding.recheck_asked") == 1
    page = await opened((await known(land)).person, PAGE)
    assert page.text.count("Dùng trên thiết bị khác") == 1, "a number stands there once, with all that is due of it"
    assert 'value="mine"' not in page.text, "to say that it is theirs is no face"
    assert "Có phải số của bạn?" not in page.text, "nor is it asked"
    assert f"từ ngày {format_datetime(land.watch.now() + HOUR)}" in page.text, "of two hours the day says nothing"
    overview = (await opened((await known(land)).person, "/me")).text
    assert "chờ bạn trả lời" not in overview
    assert "1 số thuê bao của bạn cần xác thực lại" in overview
    async with land.idp.db.reading() as unit:
        assert await distrusted_phones.find(unit, someone.person_id) is None


async def test_what_stands_of_a_device_alone_goes_when_the_carrier_releases_the_number(
    land: Country, song: NumbersClient
) -> None:
    someone = await agreed(land, song.carrier)
    token, own = await song.token(someone), await song.own_token()
    address = f"/{(await song.bind(token))['number_id']}"
    await song.call("POST", f"{address}/device-changes", own, json=now(land))
    assert (await song.call("POST", f"{address}/release", own))["state"] == "released"
    assert await registered(land) is None, "nobody's, and the next holder's begins anew"
    assert "Theo giấy tờ của bạn" not in (await opened((await known(land)).person, PAGE)).text
    # It counts among theirs no more.
    assert (await song.bind(await song.token(await agreed(land, song.carrier))))["state"] == "confirmed"


async def test_another_sim_freezes_the_number_and_what_rests_on_it(land: Country, song: NumbersClient) -> None:
    someone = await agreed(land, song.carrier)
    phone = land.people["complete"].record.phone
    token, own = await song.token(someone, NUMBER | {"phone_number": phone}), await song.own_token()
    bound = await song.bind(token, detail=NUMBER | {"phone_number": phone})
    swap = f"/{bound['number_id']}/swaps"
    assert (await song.call("POST", swap, own, json=now(land)))["state"] == "frozen"
    await song.bind(token, "invalid_token", detail=NUMBER | {"phone_number": phone})
    async with land.idp.db.reading() as unit:
        assert await distrusted_phones.find(unit, someone.person_id) is not None
        digest = digest_of_number(land.idp.keys.blind, "song", phone or "")
        assert await latest(unit, "song", digest, ReportKind.SWAP) == land.watch.now()
    by_code = await known(land)
    page = await opened(by_code.person, PAGE)
    assert "Đã đóng băng" in page.text
    assert "Dùng khóa truy cập trước" not in page.text, "who has none would be sent a code, and led back here"
    await add_passkey(land, "complete", Authenticator(ISSUER))
    assert "Dùng khóa truy cập trước" in (await opened(by_code.person, PAGE)).text
    refused = await post(by_code.person, page, f"{PAGE}/thaw", binding=bound["number_id"])
    assert refused.response.status_code == 403
    by_passkey = await known(land, "complete", "hwk")
    thawed = await post(by_passkey.person, page, f"{PAGE}/thaw", binding=bound["number_id"])
    assert thawed.response.status_code in (200, 403)
    page = await opened(by_passkey.person, PAGE)
    await post(by_passkey.person, page, f"{PAGE}/thaw", binding=bound["number_id"])
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "confirmed"
    # What was told already is no other swap.
    assert (await song.call("POST", swap, own, json=now(land)))["state"] == "confirmed"


@pytest.mark.parametrize(("slug", "rests"), [("complete", True), ("plain", False)])
async def test_of_somebody_elses_account_a_swap_tells_nothing_of_before_the_number_was_bound(
    land: Country, song: NumbersClient, slug: str, rests: bool
) -> None:
    victim, who = land.people["complete"].record, await agreed(land, song.carrier, slug)
    async with land.idp.db.writing() as unit:
        key = passkey_store.Passkey(victim.person_id, "a2V5", b"k", 0, (), False, "K", unit.now, None, code_at=unit.now)
        assert await passkey_store.add_passkey(unit, key)
    land.watch.advance(HOUR)
    detail = NUMBER | {"phone_number": victim.phone}
    bound = await song.bind(await song.token(who, detail), detail=detail)
    await song.call("POST", f"/{bound['number_id']}/swaps", await song.own_token(), json=now(land, DAY))
    async with land.idp.db.reading() as unit:
        assert await distrusted_phones.find(unit, victim.person_id) is not None
        (found,) = await passkey_store.list_passkeys(unit, victim.person_id)
    assert (found.rests_since is not None) is rests


async def test_nobody_elses_number_and_no_impossible_instant(land: Country, song: NumbersClient) -> None:
    someone = await agreed(land, song.carrier)
    token, own = await song.token(someone), await song.own_token()
    address = f"/{(await song.bind(token))['number_id']}/port-outs"
    for impossible in (-2 * MINUTE, 31 * DAY):
        await song.call("POST", address, own, "implausible_instant", json=now(land, impossible))
    stranger = await NumbersClient.of(land, family="another")
    await song.call("POST", address, token, "insufficient_scope", json=now(land))
    await stranger.call("POST", address, await stranger.own_token(), "binding_not_found", json=now(land))
    naive = (to_datetime(land.watch.now()) - timedelta(hours=1)).replace(tzinfo=None).isoformat()
    await song.call("POST", address, own, "malformed", json={"occurred_at": naive})
    assert (await song.call("POST", address, own, json=now(land)))["state"] == "frozen"


async def test_of_a_swap_and_many_requests_for_tokens_none_is_good_after_it(land: Country, song: NumbersClient) -> None:
    someone = await agreed(land, song.carrier)
    detail = NUMBER | {"phone_number": land.people["complete"].record.phone}
    first = await song.carrier.tokens(someone.person.browser, scope="openid offline_access")
    own = await song.own_token()
    number = await song.bind(await song.token(someone, detail), detail=detail)

    async def refresh() -> object:
        answer = await song.carrier.post("/token", grant_type="refresh_token", refresh_token=first["refresh_token"])
        return answer.json().get("access_token")

    swap = song.call("POST", f"/{number['number_id']}/swaps", own, json=now(land))
    answers = await asyncio.gather(swap, *(refresh() for _ in range(50)))
    for token in answers[1:]:
        if isinstance(token, str):
            await song.bind(token, "invalid_token", detail=detail)
    assert await refresh() is None


async def test_a_match_of_before_gives_no_number_back_and_one_of_now_gives_back_what_rested_on_it(
    land: Country, song: NumbersClient
) -> None:
    back_end, someone = await matching.carrier_of(land, family=FAMILY), await known(land, "complete", "hwk")
    await someone.agree(song.carrier)
    record = land.people["complete"].record
    detail = NUMBER | {"phone_number": record.phone}

    async def matched() -> str:
        shown = await matching.face(back_end, record.personal_number)
        body = matching.right(land, "complete", face=shown, channel="carrier_app", phone_number=record.phone)
        answer = await matching.compare(back_end, await matching.own(back_end), body)
        return str(answer.json()["match_id"])

    token, before = await song.token(someone, detail), await matched()
    number = await song.bind(token, detail=detail)
    account = await bind(land, song.carrier, "1", someone.person_id, by_message=True)
    land.watch.advance(MINUTE)
    await song.call("POST", f"/{number['number_id']}/swaps", await song.own_token(), json=now(land))
    await song.call("POST", "", token, "match_not_usable", json=asked(detail) | {"match_id": before})
    assert (await states(land, song.carrier))[account] is BindingState.SUSPENDED
    land.watch.advance(MINUTE)
    proved = await song.call("POST", "", token, json=asked(detail) | {"match_id": await matched()})
    assert proved["state"] == "verified"
    assert (await states(land, song.carrier))[account] is BindingState.VERIFIED
    async with land.idp.db.reading() as unit:
        assert await distrusted_phones.find(unit, someone.person_id) is None
