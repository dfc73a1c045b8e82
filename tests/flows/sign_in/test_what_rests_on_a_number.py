"""A number works in another SIM: of each way in which tokens are born, which end by that, and which stay."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.carrier import Carrier
from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.organisation import Organisation, exchanged, own_token_of
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import RelyingParty
from tests.support.rich_requests import FACE, carrier_of, confirmed
from tests.support.shortcuts import Known, agreed, known
from tests.support.swaps import swap
from vneid_idp.grants.tables import grants
from vneid_idp.storage.statement import Statement

LASTING = "openid offline_access"
Stands = Callable[[], Awaitable[bool]]
"""Asks whether what was given still is good."""
Born = Callable[[Country, Known], Awaitable[Stands]]


def used(party: RelyingParty, token: str) -> Stands:
    """Whether an access token is good."""

    async def stands() -> bool:
        return bool((await party.userinfo(token)).status_code == 200)

    return stands


def introspected(client: Carrier, token: str) -> Stands:
    """The same of one that a client asks about."""

    async def stands() -> bool:
        return bool((await client.post("/introspect", token=token)).json()["active"])

    return stands


def refreshed(party: RelyingParty | Carrier, token: str) -> Stands:
    """Whether a refresh token gives another."""

    async def stands() -> bool:
        answer = await party.post("/token", grant_type="refresh_token", refresh_token=token)
        return bool(answer.status_code == 200)

    return stands


async def by_code(land: Country, someone: Known) -> Stands:
    party = RelyingParty(land, await land.register())
    await someone.agree(party)
    return used(party, (await someone.tokens(party, scope="openid"))["access_token"])


async def by_code_for_long(land: Country, someone: Known) -> Stands:
    party = RelyingParty(land, await land.register())
    await someone.agree(party)
    return refreshed(party, (await someone.tokens(party, scope=LASTING))["refresh_token"])


async def by_code_not_redeemed(land: Country, someone: Known) -> Stands:
    party = RelyingParty(land, await land.register())
    await someone.agree(party)
    request = party.request(scope=LASTING)
    code = await someone.code(request)

    async def stands() -> bool:
        return bool((await party.redeem(request, code)).status_code == 200)

    return stands


async def with_details(land: Country, someone: Known) -> Stands:
    carrier = await carrier_of(land)
    await someone.agree(carrier)
    return refreshed(carrier, (await confirmed(someone, carrier, FACE))["refresh_token"])


async def on_another_device(land: Country, someone: Known) -> Stands:
    party = await device_party(land)
    device = await Television.start(party)
    await answered(someone.person, await device.confirmed(someone.person))
    return refreshed(party, (await device.poll()).json()["refresh_token"])


async def on_another_device_not_fetched(land: Country, someone: Known) -> Stands:
    device = await Television.start(await device_party(land))
    await answered(someone.person, await device.confirmed(someone.person))

    async def stands() -> bool:
        return bool((await device.poll()).status_code == 200)

    return stands


async def exchanged_in_a_family(land: Country, someone: Known) -> Stands:
    organisation = await Organisation.of(land)
    await someone.agree(organisation.app)
    point = organisation.point
    subject = await organisation.token(someone, "openid full_name offline_access")
    token = await exchanged(point, subject, actor=await own_token_of(point))
    return introspected(point, token)


@pytest.mark.parametrize(
    "born",
    [
        by_code,
        by_code_for_long,
        by_code_not_redeemed,
        with_details,
        on_another_device,
        on_another_device_not_fetched,
        exchanged_in_a_family,
    ],
    ids=lambda born: born.__name__,
)
async def test_it_ends_where_a_code_to_the_number_was_among_the_proofs_and_stays_where_none_was(
    land: Country, born: Born
) -> None:
    by_phone, by_passkey = await known(land, "complete", "pwd", "sms"), await known(land, "complete", "hwk")
    ends, stays = await born(land, by_phone), await born(land, by_passkey)
    await swap(land)
    assert (await ends(), await stays()) == (False, True)


async def test_what_somebody_approved_in_the_app_stays_and_so_does_a_clients_own(land: Country) -> None:
    counter = await Counter.of(land, grant_types=["urn:openid:params:grant-type:ciba", "refresh_token"])
    organisation = await Organisation.of(land)
    await agreed(land, counter)
    own = introspected(organisation.point, await own_token_of(organisation.point))
    fetched, waiting = await counter.asked(), await counter.asked()
    for each in (fetched, waiting):
        assert (await counter.answer(each["auth_req_id"])).status_code < 300
    tokens: dict[str, Any] = (await counter.poll(fetched["auth_req_id"])).json()
    await swap(land)
    assert await own()
    assert await refreshed(counter, tokens["refresh_token"])()
    assert (await counter.poll(waiting["auth_req_id"])).status_code == 200


async def test_of_what_an_earlier_version_wrote_nobody_can_tell_and_it_ends(land: Country) -> None:
    someone = await known(land, "complete", "hwk")
    stands = await by_code_for_long(land, someone)
    forgotten = Statement(grants.update().values(by_message=None))
    await land.idp.db.transact(lambda unit: unit.execute(forgotten))
    await swap(land)
    assert not await stands()
