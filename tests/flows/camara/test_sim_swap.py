"""SIM Swap: when the number of somebody's account last came into another SIM, also asked by that number after it."""

import pytest

from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.shortcuts import known
from tests.support.sim_swaps import CHECK, DATE, OTHERS, SCOPES, Scene
from tests.support.visitor import shown
from vneid_idp.kernel.clock import DAY, HOUR, to_datetime


@pytest.fixture
async def scene(land: Country) -> Scene:
    """A service that asks, a carrier, and somebody whose own number it may bind."""
    return await Scene.of(land)


async def test_what_the_carrier_told_is_told_and_nothing_that_nobody_knows(land: Country, scene: Scene) -> None:
    token = await scene.token(*SCOPES[1:])
    for path in (CHECK, DATE):
        assert await scene.asked(path, token) == (422, "SERVICE_NOT_APPLICABLE")
        assert await scene.asked(path, token, phoneNumber=scene.phone) == (422, "UNNECESSARY_IDENTIFIER")
    path = await scene.bind()
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": None, "monitoredPeriod": 0})
    assert await scene.asked(CHECK, token) == (400, "OUT_OF_RANGE"), "before it was bound nothing is known"
    land.watch.advance(2 * DAY)
    token = await scene.token("sim-swap")
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": None, "monitoredPeriod": 2})
    second = Scene(land, scene.caller, await NumbersClient.of(land, family="suoi"))
    await (await known(land)).agree(second.carrier.carrier)
    await second.bind()
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": None, "monitoredPeriod": 2}), "of the longest"
    assert await scene.asked(CHECK, token, maxAge=48) == (200, {"swapped": False})
    assert await scene.asked(CHECK, token, maxAge=49) == (400, "OUT_OF_RANGE")
    at = land.watch.now() - 3 * HOUR
    await scene.tell(path, "device-changes", at + HOUR)
    assert await scene.asked(CHECK, token, maxAge=48) == (200, {"swapped": False}), "a device is no SIM"
    await scene.tell(path, "swaps", at)
    later = await scene.name(f"tel:{scene.phone}", *SCOPES)
    token = later.json()["access_token"]
    told = to_datetime(at).isoformat().replace("+00:00", "Z")
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": told})
    assert await scene.asked(CHECK, token, maxAge=3) == (200, {"swapped": True})
    assert await scene.asked(CHECK, token, maxAge=2) == (200, {"swapped": False})
    history = shown(await (await known(land)).person.open("/me/history")).text
    assert "Ví Xanh đã nhận thông tin về bạn: số điện thoại của bạn được chuyển sang SIM khác lúc nào" in history


async def test_a_move_to_another_carrier_is_one_and_so_is_a_number_that_was_somebody_elses(
    land: Country, scene: Scene
) -> None:
    other = await known(land, "guardian")
    await other.agree(scene.carrier.carrier)
    before = await scene.carrier.bind(await scene.carrier.token(other, scene.detail), detail=scene.detail)
    await scene.tell(f"/{before['number_id']}", "swaps", land.watch.now())
    await scene.release(f"/{before['number_id']}")
    land.watch.advance(DAY)
    path, bound_at = await scene.bind(), land.watch.now()
    token = await scene.token("sim-swap")
    told = to_datetime(bound_at).isoformat().replace("+00:00", "Z")
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": told}), (
        "the new subscription, and no swap of hers"
    )
    land.watch.advance(HOUR)
    await scene.tell(path, "port-outs", land.watch.now())
    moved_at = to_datetime(land.watch.now()).isoformat().replace("+00:00", "Z")
    await scene.release(path)
    token = (await scene.name(f"tel:{scene.phone}", "sim-swap")).json()["access_token"]
    assert await scene.asked(CHECK, token) == (422, "SERVICE_NOT_APPLICABLE"), "no carrier has it"
    scene.carrier = await NumbersClient.of(land, family="suoi")
    await (await known(land)).agree(scene.carrier.carrier)
    await scene.bind()
    assert await scene.asked(DATE, token) == (200, {"latestSimChange": moved_at}), "known at the next carrier still"


async def test_after_a_swap_a_number_names_somebody_for_that_alone(land: Country, scene: Scene) -> None:
    path, named = await scene.bind(), f"tel:{scene.phone}"
    vouched = await scene.carrier.call("POST", f"{path}/operator-tokens", await scene.carrier.own_token())
    for scopes in (("sim-swap",), ("openid", "phone"), OTHERS):
        assert (await scene.name(named, *scopes)).status_code == 200, scopes
    await scene.tell(path, "swaps", land.watch.now())
    for scopes in (OTHERS, ("openid", "phone"), ("openid",), ("sim-swap", "phone"), ("sim-swap:check", OTHERS[0])):
        assert (await scene.name(named, *scopes)).json()["error"] == "invalid_grant", scopes
    for scopes in (("sim-swap", "offline_access"), ("dpv:account",)):
        assert (await scene.name(named, *scopes)).json()["error"] == "invalid_scope", scopes
    assert (await scene.name(f"operatortoken:{vouched['operator_token']}", "sim-swap")).json()[
        "error"
    ] == "invalid_grant"
    given = (await scene.name(named, "openid", *SCOPES)).json()
    assert "refresh_token" not in given
    assert set(given["scope"].split()) == {"openid", *SCOPES}
    token = given["access_token"]
    # Nothing else comes of it: neither another API nor a claim.
    today = to_datetime(land.watch.now()).date().isoformat()
    assert await scene.asked("/kyc-tenure/v0.2/check-tenure", token, tenureDate=today) == (403, "PERMISSION_DENIED")
    assert (await scene.caller.get("/userinfo", token)).json().keys() == {"sub"}
    refreshed = await scene.caller.post("/token", grant_type="refresh_token", refresh_token=token, scope="openid phone")
    assert refreshed.json()["error"] == "invalid_grant"
    # And it goes by the consent that stands.
    await (await known(land)).agree(scene.caller, "phone_number", left_out=SCOPES)
    assert (await scene.name(named, "sim-swap")).json()["error"] == "invalid_grant"
    assert (await scene.asked(CHECK, token))[0] in (401, 403)
