"""A carrier binds the number that a person confirmed, sees its own numbers and nobody behind them; both can release."""

import pytest

from tests.support.authority import lock, unlock
from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.leaks import Net
from tests.support.numbers import NumbersClient
from tests.support.pages import post
from tests.support.rich_requests import ANOTHER, AS_WRITTEN, MATCH, NUMBER
from tests.support.shortcuts import Known, agreed, known
from tests.support.visitor import shown
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.use_cases.withdraw_consent import withdraw_consent


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    return await NumbersClient.of(land)


async def numbers_page(someone: Known) -> str:
    return shown(await someone.person.open("/me/numbers")).text.replace("\u00a0", " ")


async def test_what_a_person_confirmed_is_bound_once_and_stands_at_their_own_pages(
    land: Country, song: NumbersClient, database_url: str
) -> None:
    someone = await agreed(land, song.carrier)
    token, own = await song.token(someone, NUMBER, MATCH), await song.own_token()
    for differs in (ANOTHER, {**NUMBER, "contract": "postpaid"}, {**NUMBER, "sequence": 3}):
        await song.bind(token, "number_not_confirmed", differs)
    bound = await song.bind(token)
    assert (bound["_status"], bound["state"], bound["sequence"]) == (201, "confirmed", 2)
    again = await song.bind(token)
    assert again == bound | {"_status": 200}
    assert not {"phone_number", "person", "sub"} & bound.keys()
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "confirmed"
    page = await numbers_page(someone)
    assert AS_WRITTEN in page
    assert "Bạn đã xác nhận" in page
    assert "951234567" not in (await numbers_page(await known(land, "level-1"))).replace(" ", "")
    assert Net({"951234567", AS_WRITTEN}).leaks_in_database(database_url) == []

    for who in (await known(land, "level-1"), someone):
        assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "confirmed"
        opened = shown(await who.person.open("/me/security"))
        await post(who.person, opened, "/me/numbers/release", binding=bound["number_id"])
    assert (await song.call("GET", f"/{bound['number_id']}", own))["state"] == "released"
    assert "đã hủy ngày" in await numbers_page(someone)
    # What was confirmed is used up: the released number takes a page of its own.
    await song.bind(token, "number_not_confirmed")
    fresh = await song.bind(await song.token(someone))
    assert (fresh["_status"], fresh["number_id"] == bound["number_id"]) == (201, False)
    listed = (await song.call("GET", "", own))["items"]
    assert [(each["number_id"], each["state"]) for each in listed] == [
        (bound["number_id"], "released"),
        (fresh["number_id"], "confirmed"),
    ]
    kinds = await kinds_of(land)
    assert (kinds.count("binding.requested"), kinds.count("binding.released")) == (2, 1)


async def test_who_did_not_confirm_binds_nothing(land: Country, song: NumbersClient) -> None:
    someone, other = await agreed(land, song.carrier), await agreed(land, song.carrier, "level-1")
    first = await song.carrier.tokens(someone.person.browser, scope="openid offline_access")
    await song.bind(first["access_token"], "number_not_confirmed")
    await song.bind(await song.own_token(), "insufficient_scope")
    token = await song.token(someone)
    await song.bind(token)
    # To another one it is refused as what it is only where they confirmed it themselves.
    theirs = await song.token(other)
    await song.bind(theirs, "number_bound_to_another")
    await song.bind(theirs, "number_bound_to_another")
    land.watch.advance(11 * MINUTE)
    await song.bind(token, "invalid_token")

    alone = await NumbersClient.of(land, family=None, grant_types=["authorization_code", "client_credentials"])
    await alone.call("GET", "", await alone.own_token(), "carrier_unknown")


async def test_a_carrier_sees_the_numbers_of_all_its_clients_and_of_no_other_carrier(
    land: Country, song: NumbersClient
) -> None:
    someone, sibling = await agreed(land, song.carrier), await NumbersClient.of(land)
    stranger = await NumbersClient.of(land, family="another")
    token = await song.token(someone, NUMBER, ANOTHER)
    ids = [(await song.bind(token, detail=each))["number_id"] for each in (NUMBER, ANOTHER)]
    own = await sibling.own_token()
    page = await sibling.call("GET", "?limit=1", own)
    rest = await sibling.call("GET", f"?limit=1&cursor={page['next_cursor']}", own)
    assert [page["items"][0]["number_id"], rest["items"][0]["number_id"], rest["next_cursor"]] == [*ids, None]
    theirs = await stranger.own_token()
    assert (await stranger.call("GET", "", theirs))["items"] == []
    await stranger.call("GET", f"?cursor={page['next_cursor']}", theirs, "invalid_cursor")
    await stranger.call("GET", f"/{ids[0]}", theirs, "binding_not_found")
    await stranger.call("POST", f"/{ids[0]}/release", theirs, "binding_not_found")
    await song.call("GET", "", token, "insufficient_scope")
    for _ in range(2):
        assert (await sibling.call("POST", f"/{ids[0]}/release", own))["state"] == "released"


async def test_a_number_rests_with_a_lock_and_ends_with_the_consent(land: Country, song: NumbersClient) -> None:
    someone = await agreed(land, song.carrier)
    token, own = await song.token(someone), await song.own_token()
    address = f"/{(await song.bind(token))['number_id']}"
    async with land.idp.db.writing() as unit:
        await lock(land, unit, someone.person_id)
    assert (await song.call("GET", address, own))["state"] == "suspended"
    await song.bind(token, "invalid_token")
    async with land.idp.db.writing() as unit:
        await unlock(land, unit, someone.person_id)
    assert (await song.call("GET", address, own))["state"] == "confirmed"
    async with land.idp.db.reading() as unit:
        (consent,) = await consents.list_current(unit, someone.person_id)
    async with land.idp.db.writing() as unit:
        await withdraw_consent(unit, land.idp.vault, someone.person_id, consent.consent_id)
    assert (await song.call("GET", address, own))["state"] == "released"
