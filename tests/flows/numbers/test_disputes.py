"""Two people say that one number is theirs: claimed at `/me/numbers`, told of by both, decided by the carrier alone."""

from typing import Any

import pytest

from tests.support.contracts import assert_as_published
from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.leaks import Net
from tests.support.numbers import NumbersClient
from tests.support.pages import opened, post
from tests.support.registered import put_in_register
from tests.support.rich_requests import AS_WRITTEN, NUMBER
from tests.support.shortcuts import Known, agreed, known
from vneid_idp.numbers.contract import openapi
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registered_numbers.service import find_of_holder
from vneid_idp.registers.classes import RowClass

DISPUTES, PAGE = "/numbers/v1/disputes", "/me/numbers"
ROW = "nbr_00000000000000000000000001"
TOLD = {
    "used_since": "years", "sim_in_hand": "yes", "contacts": "0957 111 222 thứ hai", "payments": "50.000đ hôm qua",
    "note": "",
}  # fmt: skip
MINE = {"decision": "claimant", "reason": "use_shown"}
THEIRS = {"decision": "holder", "reason": "nothing_shown"}


async def ask(
    song: NumbersClient, token: str, path: str = "", code: str | None = None, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Call, and hold the answer against the published contract."""
    method = "GET" if body is None else "POST"
    more = {} if body is None else {"json": body}
    answer = await song.carrier.call(method, DISPUTES + path, token, **more)
    part = path.partition("?")[0]
    template = DISPUTES + ("" if not part else "/{dispute_id}/decision" if body else "/{dispute_id}")
    assert_as_published(openapi, method, template, answer)
    found: dict[str, Any] = answer.json()
    assert found.get("code") == code, found
    assert answer.headers["cache-control"] == "no-store"
    return found


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    return await NumbersClient.of(land)


async def claimed(song: NumbersClient, other: Known, token: str) -> str:
    """The page of the dispute to which it leads that `other` claims the number that is not bound to them."""
    await song.bind(token, "number_bound_to_another")
    page = await opened(other.person, PAGE)
    assert "Chưa đăng ký được" in page.text
    link = page.response.text.partition("/me/numbers/claim?number=")[2].partition('"')[0]
    asked = await opened(other.person, f"/me/numbers/claim?number={link}")
    done = await post(other.person, asked, "/me/numbers/claim", number=link)
    assert done.response.status_code == 200, done.text
    return str(done.response.url)


async def test_who_was_refused_claims_the_number_both_tell_and_the_carrier_decides(
    land: Country, song: NumbersClient, database_url: str
) -> None:
    holder, other = await agreed(land, song.carrier), await agreed(land, song.carrier, "guardian")
    bound, token, own = await song.bind(await song.token(holder)), await song.token(other), await song.own_token()
    address = await claimed(song, other, token)
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "disputed"
    await song.call("POST", f"/{bound['number_id']}/operator-tokens", own, "number_disputed")
    await song.bind(await song.token(holder), "number_disputed")
    dispute = (await ask(song, own, "?open=true"))["items"][0]
    assert (dispute["number_id"], dispute["phone_number"]) == (bound["number_id"], NUMBER["phone_number"])
    assert (dispute["basis"], dispute["register_names"]) == ("refused", "holder")
    told = await song.carrier.call("GET", "/numbers/v1/instructions?open=true", own)
    assert [(each["kind"], each["reason"]["trigger"]) for each in told.json()["items"]] == [("decide", "disputed")]

    # The one who has it sees it at the own pages, tells what it knows, and may not write a novel.
    assert "có người khác nhận là của họ" in (await opened(holder.person, "/me")).text
    page = await opened(holder.person, f"/me/numbers/dispute?dispute={dispute['dispute_id']}")
    refused = await post(
        holder.person, page, "/me/numbers/dispute", dispute=dispute["dispute_id"], note="x" * 501, used_since="ever"
    )
    assert refused.response.status_code == 422
    done = await post(holder.person, page, "/me/numbers/dispute", dispute=dispute["dispute_id"], **TOLD)
    assert "Nhà mạng đã có thể đọc" in done.text
    assert TOLD["contacts"] not in done.text
    full = await ask(song, own, f"/{dispute['dispute_id']}")
    assert full["holder_evidence"] == TOLD | {"sim_in_hand": True}
    assert full["claimant_evidence"] is None
    assert Net({TOLD["contacts"], TOLD["payments"]}).leaks_in_database(database_url) == []
    people = {land.people[slug].record for slug in ("complete", "guardian")}
    assert not [each for each in people if each.person_id in str(full) or each.full_name in str(full)]
    assert AS_WRITTEN in (await opened(other.person, address)).text
    assert TOLD["contacts"] not in (await opened(other.person, address)).text

    decided = await ask(song, own, f"/{dispute['dispute_id']}/decision", None, THEIRS)
    assert (decided["ended"], decided["decision"]) == ("decided", "holder")
    assert await ask(song, own, f"/{dispute['dispute_id']}/decision", None, THEIRS) == decided
    await ask(song, own, f"/{dispute['dispute_id']}/decision", "dispute_over", MINE)
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "confirmed"
    assert (await ask(song, own, "?open=true"))["items"] == []
    assert "không phải của bạn" in (await opened(other.person, address)).text
    assert "Tranh chấp về một số thuê bao" in (await opened(holder.person, "/me/history")).text
    kinds = await kinds_of(land)
    assert [kinds.count(f"number.{each}") for each in ("claimed", "evidence_given", "claim_ended")] == [1, 1, 2]

    # What was lost is not heard again for a while.
    await song.bind(token, "number_bound_to_another")
    page = await opened(other.person, PAGE)
    link = page.response.text.partition("/me/numbers/claim?number=")[2].partition('"')[0]
    page = await opened(other.person, "/me/security")
    again = await post(other.person, page, "/me/numbers/claim", number=link)
    assert again.response.status_code == 409


async def test_the_one_under_whose_papers_it_stands_disputes_it_and_gets_it(land: Country, song: NumbersClient) -> None:
    policy, record = await land.idp.current_policy(), land.people["complete"].record
    numbers = [(ROW, NUMBER["phone_number"], RowClass.CONSISTENT)]
    async with land.idp.db.writing() as unit:
        await put_in_register(unit, land.idp.keys, policy, record.personal_number, numbers)
    holder, claimant = await agreed(land, song.carrier, "guardian"), await known(land)
    bound, own = await song.bind(await song.token(holder)), await song.own_token()
    page = await opened(claimant.person, PAGE)
    led = await post(claimant.person, page, "/me/numbers/answer", number=ROW, answer="mine")
    assert led.path.startswith("/me/numbers/dispute")
    async with land.idp.db.reading() as unit:
        row = await find_of_holder(unit, land.idp.keys.blind, record.personal_number, ROW)
    assert row is not None
    assert (row.state, row.next_step) == (RegisteredState.DISPUTED, None)
    dispute = (await ask(song, own))["items"][0]
    assert (dispute["basis"], dispute["register_names"]) == ("under_papers", "claimant")

    # Another carrier sees nothing of it, and a stranger neither.
    wave = await NumbersClient.of(land, family="gio")
    other = await wave.own_token()
    assert (await ask(wave, other))["items"] == []
    await ask(wave, other, f"/{dispute['dispute_id']}", "dispute_not_found")
    await ask(wave, other, f"/{dispute['dispute_id']}/decision", "dispute_not_found", MINE)
    stranger = await known(land, "level-1")
    for address in ("dispute", "dispute/give-up"):
        seen = await stranger.person.browser.get(f"/me/numbers/{address}?dispute={dispute['dispute_id']}")
        assert seen.status_code == 404

    await ask(song, own, f"/{dispute['dispute_id']}/decision", None, MINE)
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "released"
    async with land.idp.db.reading() as unit:
        row = await find_of_holder(unit, land.idp.keys.blind, record.personal_number, ROW)
    assert row is not None
    assert row.state is RegisteredState.VERIFIED
    assert "là của bạn" in (await opened(claimant.person, PAGE)).text


async def test_nobody_claims_what_no_carrier_put_to_them(land: Country, song: NumbersClient) -> None:
    holder, other = await agreed(land, song.carrier), await known(land, "guardian")
    await song.bind(await song.token(holder))
    page = await opened(other.person, "/me/security")
    for number in ("", "rfn_00000000000000000000000001", NUMBER["phone_number"]):
        refused = await post(other.person, page, "/me/numbers/claim", number=number)
        assert refused.response.status_code == 404
        assert (await other.person.browser.get(f"/me/numbers/claim?number={number}")).status_code == 404
    for address in ("dispute", "dispute/give-up"):
        refused = await post(other.person, page, f"/me/numbers/{address}", dispute="dsp_00", **TOLD)
        assert refused.response.status_code == 404
