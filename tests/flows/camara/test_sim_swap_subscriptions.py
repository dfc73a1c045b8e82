"""SIM Swap Subscriptions: a swap is told as soon as a carrier tells of it, until the subscription ends."""

import asyncio
from typing import Any

import pytest

from tests.support.back_channel import Service, listening, queue
from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.shortcuts import known
from tests.support.sim_swaps import SUBSCRIPTION_SCOPES, SUBSCRIPTIONS, Scene, heard, sent, wanted
from tests.support.visitor import shown
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.rules import longest_pause
from vneid_idp.kernel.clock import DAY, HOUR, SECOND, to_datetime
from vneid_idp.swap_subscriptions.rules import BEFORE_TOKEN_ENDS, MOST
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.tell_swaps import end_due_subscriptions
from vneid_idp.use_cases.withdraw_consent import withdraw_consent


@pytest.fixture
async def scene(land: Country) -> Scene:
    """A service that asks, a carrier, and somebody whose own number it may bind."""
    return await Scene.of(land)


async def withdraw(land: Country, caller: Carrier) -> None:
    """The person takes back what they agreed to with a service, as they agreed to it last."""
    someone = await known(land)
    consent_id = await someone.agree(caller)
    await land.idp.db.transact(lambda unit: withdraw_consent(unit, land.idp.vault, someone.person_id, consent_id))


def reasons(service: Service) -> list[str]:
    """Why what it was told ended."""
    return [each["data"]["terminationReason"] for kind, each in heard(service) if kind == "subscription-ended"]


async def test_a_swap_is_told_and_outlasts_the_access_that_ends_by_it(land: Country, scene: Scene) -> None:
    path = await scene.bind()
    async with listening() as service:
        token = await scene.token(*SUBSCRIPTION_SCOPES)
        expires_at = to_datetime(land.watch.now() + HOUR).isoformat().replace("+00:00", "Z")
        credential = {
            "credentialType": "ACCESSTOKEN", "accessToken": "tok-for-the-sink", "accessTokenType": "bearer",
            "accessTokenExpiresUtc": to_datetime(land.watch.now() + DAY).isoformat(),
        }  # fmt: skip
        body = wanted(service.uri, subscriptionMaxEvents=9, subscriptionExpireTime=expires_at)
        status, made = await scene.asked(SUBSCRIPTIONS, token, **body, sinkCredential=credential)
        assert status == 201
        own = {"id": made["id"], "startsAt": made["startsAt"], "expiresAt": expires_at, "status": "ACTIVE"}
        assert made == body | own
        assert (await scene.caller.get(SUBSCRIPTIONS, token)).json() == [made]
        assert (await scene.caller.get(f"{SUBSCRIPTIONS}/{made['id']}", token)).json() == made
        await sent(land)
        ((kind, started),) = heard(service)
        assert (kind, started["data"]["initiationReason"]) == ("subscription-started", "SUBSCRIPTION_CREATED")
        page = shown(await (await known(land)).person.open("/me/services")).text
        assert "Dịch vụ đã đăng ký nhận thông báo ngay khi số của bạn sang SIM khác" in page
        at = land.watch.now() - 5 * SECOND
        for _ in range(2):
            await scene.tell(path, "swaps", at)
        await sent(land)
        (head, _) = service.raw[0]
        assert "content-type: application/cloudevents+json\r\n" in head
        assert "authorization: Bearer tok-for-the-sink\r\n" in head
        ((kind, told),) = heard(service)
        assert (kind, told["data"]) == ("swapped", {"subscriptionId": made["id"]}), "once, and without the number"
        assert told["time"] == to_datetime(at).isoformat().replace("+00:00", "Z")
        # The next one as well, of the token of an assertion that names the number.
        land.watch.advance(SECOND)
        await scene.tell(path, "port-outs", land.watch.now())
        await sent(land)
        assert [kind for kind, _ in heard(service)] == ["swapped"]
        token = (await scene.name(f"tel:{scene.phone}", *SUBSCRIPTION_SCOPES)).json()["access_token"]
        answer = await scene.caller.call("DELETE", f"{SUBSCRIPTIONS}/{made['id']}", token)
        assert (answer.status_code, answer.content) == (204, b"")
        await scene.tell(path, "swaps", land.watch.now())
        await sent(land)
        assert reasons(service) == ["SUBSCRIPTION_DELETED"]
        token = (await scene.name(f"tel:{scene.phone}", *SUBSCRIPTION_SCOPES)).json()["access_token"]
        for method in ("GET", "DELETE"):
            gone = await scene.caller.call(method, f"{SUBSCRIPTIONS}/{made['id']}", token)
            assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    history = shown(await (await known(land, "complete", "hwk")).person.open("/me/history")).text
    assert "Ví Xanh đã được báo rằng số điện thoại của bạn được chuyển sang SIM khác" in history


async def test_what_cannot_be_subscribed_to(land: Country, scene: Scene) -> None:
    token, now = await scene.token(*SUBSCRIPTION_SCOPES), land.watch.now()
    sink = "https://bank.example/sink"
    assert await scene.asked(SUBSCRIPTIONS, token, **wanted(sink)) == (422, "SERVICE_NOT_APPLICABLE")
    await scene.bind()
    over = to_datetime(now).isoformat()
    soon = {
        "credentialType": "ACCESSTOKEN", "accessToken": "t", "accessTokenType": "bearer",
        "accessTokenExpiresUtc": to_datetime(now + BEFORE_TOKEN_ENDS).isoformat(),
    }  # fmt: skip
    refused: list[tuple[dict[str, Any], str]] = [
        (wanted(sink) | {"config": {"subscriptionDetail": {"phoneNumber": scene.phone}}}, "UNNECESSARY_IDENTIFIER"),
        (wanted(sink) | {"protocol": "MQTT3"}, "INVALID_PROTOCOL"),
        (wanted(sink) | {"sinkCredential": {"credentialType": "PLAIN"}}, "INVALID_CREDENTIAL"),
        (wanted(sink) | {"sinkCredential": soon}, "OUT_OF_RANGE"),
        (wanted(sink, subscriptionExpireTime=over), "OUT_OF_RANGE"),
        # In UTC that is the year 10000, which no answer can tell.
        (wanted(sink, subscriptionExpireTime="9999-12-31T23:59:59-12:00"), "INVALID_ARGUMENT"),
        (wanted(sink, initialEvent=True), "INVALID_ARGUMENT"),
        *((wanted(bad), "INVALID_SINK") for bad in ("http://bank.example/", "https://u:p@bank.example", f"{sink}#a")),
    ]
    for body, code in refused:
        assert (await scene.asked(SUBSCRIPTIONS, token, **body))[1] == code, body
    bad = await scene.caller.call("GET", f"{SUBSCRIPTIONS}/Sub", token)
    assert (bad.status_code, bad.json()["code"]) == (400, "INVALID_ARGUMENT")
    # Of many requests at once each address is taken once, and there is room for a few.
    bodies = [wanted(f"{sink}/{number % (MOST + 1)}") for number in range(3 * (MOST + 1))]
    answers = await asyncio.gather(*(scene.asked(SUBSCRIPTIONS, token, **body) for body in bodies))
    assert sorted(status for status, _ in answers)[: MOST + 1] == [201] * MOST + [409]
    assert {code for status, code in answers if status != 201} == {"ALREADY_EXISTS", "QUOTA_EXCEEDED"}
    assert len((await scene.caller.get(SUBSCRIPTIONS, token)).json()) == MOST
    weak = await scene.token("sim-swap")
    assert await scene.asked(SUBSCRIPTIONS, weak, **wanted(sink)) == (403, "PERMISSION_DENIED")
    assert (await scene.caller.get(SUBSCRIPTIONS, weak)).status_code == 403


async def test_it_ends_with_its_time_and_its_number_of_events_and_tells_why(land: Country, scene: Scene) -> None:
    path = await scene.bind()
    async with listening() as often, listening() as long, listening() as with_token:
        token, now = await scene.token(*SUBSCRIPTION_SCOPES), land.watch.now()
        await scene.subscribe(token, often, subscriptionMaxEvents=1)
        await scene.subscribe(token, long, subscriptionExpireTime=to_datetime(now + HOUR).isoformat())
        credential = {
            "credentialType": "ACCESSTOKEN", "accessToken": "t", "accessTokenType": "bearer",
            "accessTokenExpiresUtc": to_datetime(now + HOUR).isoformat(),
        }  # fmt: skip
        body = wanted(with_token.uri) | {"sinkCredential": credential}
        assert (await scene.asked(SUBSCRIPTIONS, token, **body))[0] == 201
        for ago in (2, 1):
            await scene.tell(path, "swaps", now - ago * SECOND)
        await sent(land)
        assert sorted(kind for kind, _ in heard(often)) == ["subscription-ended", "subscription-started", "swapped"]
        assert sorted(kind for kind, _ in heard(long)) == ["subscription-started", "swapped", "swapped"]
        heard(with_token)
        ends = []
        for passed in (HOUR - BEFORE_TOKEN_ENDS - 1, 1, BEFORE_TOKEN_ENDS - 1, 1):
            land.watch.advance(passed)
            await end_due_subscriptions(land.idp.db)
            await sent(land)
            ends.append((reasons(with_token), reasons(long)))
        assert ends == [([], []), (["ACCESS_TOKEN_EXPIRED"], []), ([], []), ([], ["SUBSCRIPTION_EXPIRED"])]
        await scene.tell(path, "swaps", land.watch.now())
        await sent(land)
        assert [heard(each) for each in (often, long, with_token)] == [[], [], []]


async def test_after_a_withdrawal_nothing_is_told_but_that_it_ended(land: Country, scene: Scene) -> None:
    path = await scene.bind()
    async with listening() as service:
        service.status = 503
        await scene.subscribe(await scene.token(*SUBSCRIPTION_SCOPES), service)
        await scene.tell(path, "swaps", land.watch.now())
        await sent(land)
        assert len(heard(service)) == 2, "neither was taken"
        await withdraw(land, scene.caller)
        service.status = 204
        land.watch.advance(longest_pause(MANNERS[Channel.SWAP_EVENTS], 1))
        await sent(land)
        assert reasons(service) == ["NETWORK_TERMINATED"]
        assert service.raw == []
        # Agreed to again, it is no subscription of before.
        await (await known(land, "complete", "hwk")).agree(scene.caller)
        await scene.tell(path, "swaps", land.watch.now())
        await sent(land)
        assert (service.raw, await queue(land)) == ([], [])


@pytest.mark.parametrize("how", ["client", "person", "permission"])
async def test_it_ends_with_its_client_its_person_and_what_the_operator_permits(
    land: Country, scene: Scene, how: str
) -> None:
    path = await scene.bind()
    async with listening() as service:
        await scene.subscribe(await scene.token(*SUBSCRIPTION_SCOPES), service)
        await sent(land)
        assert [kind for kind, _ in heard(service)] == ["subscription-started"]
        if how == "client":
            await land.idp.db.transact(lambda unit: delete_client(unit, scene.caller.client_id))
        elif how == "person":
            vault, blind, person_id = land.idp.vault, land.idp.keys.blind, land.people["complete"].record.person_id
            await land.idp.db.transact(lambda unit: forget_person(unit, vault, blind, person_id))
        else:
            await (await known(land)).agree(scene.caller, "phone_number", left_out=SUBSCRIPTION_SCOPES)
            await scene.tell(path, "swaps", land.watch.now())
        await sent(land)
        assert reasons(service) == ["NETWORK_TERMINATED"]
        assert await queue(land) == []


async def test_a_sink_that_redirects_or_fails_is_tried_again_and_one_that_is_gone_is_told_no_more(
    land: Country, scene: Scene
) -> None:
    path = await scene.bind()
    async with listening() as service, listening() as elsewhere:
        service.status, service.redirects_to = 307, elsewhere.uri
        await scene.subscribe(await scene.token(*SUBSCRIPTION_SCOPES), service)
        await sent(land)
        (waiting,) = await queue(land)
        assert (waiting.attempts, waiting.last_outcome, elsewhere.raw) == (1, "status_307", [])
        ((_, first),) = heard(service)
        service.status, service.redirects_to = 200, None
        land.watch.advance(longest_pause(MANNERS[Channel.SWAP_EVENTS], 1))
        await sent(land)
        assert [event["id"] for _, event in heard(service)] == [first["id"]], "the same event"
        service.status = 410
        for ago in (2, 1):
            await scene.tell(path, "swaps", land.watch.now() - ago * SECOND)
            await sent(land)
        assert [kind for kind, _ in heard(service)] == ["swapped"]
        assert await queue(land) == []


async def test_fifty_reports_at_once_give_an_event_each(land: Country, scene: Scene) -> None:
    path, own, now = await scene.bind(), await scene.carrier.own_token(), land.watch.now()
    async with listening() as service:
        await scene.subscribe(await scene.token(*SUBSCRIPTION_SCOPES), service)
        reports = [now - (number % 10) * SECOND for number in range(50)]
        answers = await asyncio.gather(
            *(
                scene.carrier.call("POST", f"{path}/swaps", own, json={"occurred_at": to_datetime(at).isoformat()})
                for at in reports
            )
        )
        assert {answer["_status"] for answer in answers} == {200}
        await sent(land)
        told = [event["time"] for kind, event in heard(service) if kind == "swapped"]
        assert sorted(told) == sorted(to_datetime(at).isoformat().replace("+00:00", "Z") for at in set(reports))


async def test_a_withdrawal_comes_before_a_swap_or_after_it(land: Country, scene: Scene) -> None:
    """Told in the order of the commits: either nothing of the swap was enqueued, or its subscription stood then."""
    path, own = await scene.bind(), await scene.carrier.own_token()
    async with listening() as service:
        for round_ in range(4):
            await (await known(land, "complete", "hwk")).agree(scene.caller)
            await scene.subscribe(
                (await scene.name(f"tel:{scene.phone}", *SUBSCRIPTION_SCOPES)).json()["access_token"], service
            )
            await sent(land)
            heard(service)
            told = {"occurred_at": to_datetime(land.watch.now() - round_ * SECOND).isoformat()}
            swap = scene.carrier.call("POST", f"{path}/swaps", own, json=told)
            await asyncio.gather(swap, withdraw(land, scene.caller))
            await sent(land)
            assert [kind for kind, _ in heard(service)] == ["subscription-ended"], "nothing after the withdrawal"
