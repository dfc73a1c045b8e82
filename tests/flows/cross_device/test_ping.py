"""Ping (CIBA Core §10.2): a client hears that somebody answered, and nothing of the answer."""

import asyncio

import orjson

from tests.support.back_channel import Service, listening, queue
from tests.support.ciba import Counter
from tests.support.country import Country
from tests.support.grants import refused
from vneid_idp.delivery.channels import MANNERS, Channel
from vneid_idp.delivery.rules import longest_pause

TOKEN = "told~" + "t" * 1019


async def ping_counter(land: Country, service: Service) -> Counter:
    return await Counter.of(
        land,
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint=service.uri,
        backchannel_authentication_request_signing_alg="ES256",
    )


async def sent(land: Country) -> None:
    """All that is due has been sent, and what came of it is settled."""
    await land.idp.dispatcher.drain()
    if under_way := set(land.idp.dispatcher._under_way):
        await asyncio.wait(under_way)


async def test_a_client_is_told_that_there_is_an_answer_and_fetches_it(land: Country) -> None:
    async with listening() as service:
        counter = await ping_counter(land, service)
        assert refused(await counter.ask(), "invalid_request"), "without a token nobody could be told"
        for how, status in (("allow", 200), ("deny", 400)):
            handle = (await counter.asked(client_notification_token=TOKEN))["auth_req_id"]
            assert not service.heard, "nothing is told before there is an answer"
            await counter.answer(handle, how)
            await sent(land)
            service.heard.clear()
            head, body = service.raw.pop()
            assert orjson.loads(body) == {"auth_req_id": handle}
            assert f"authorization: Bearer {TOKEN}\r\n" in head
            assert "content-type: application/json\r\n" in head
            assert (await counter.poll(handle)).status_code == status
        assert await queue(land) == []
        # Who polls alone is told nothing, whatever it sent.
        poll = await Counter.of(land)
        await poll.answer((await poll.asked(client_notification_token=TOKEN))["auth_req_id"])
        await sent(land)
        assert (service.heard, await queue(land)) == ([], [])


async def test_what_fails_is_told_again_and_what_is_refused_is_not(land: Country) -> None:
    async with listening() as service:
        counter = await ping_counter(land, service)
        for status, attempts in ((503, 2), (400, 1), (429, 1), (307, 1)):
            service.status = status
            handle = (await counter.asked(client_notification_token=TOKEN))["auth_req_id"]
            await counter.answer(handle)
            await sent(land)
            if status == 503:
                service.status = 204
            land.watch.advance(longest_pause(MANNERS[Channel.BACKCHANNEL_ANSWER], 1))
            await sent(land)
            assert len(service.heard) == attempts, status
            service.heard.clear()
            assert (await counter.poll(handle)).status_code == 200, "the answer is there, heard of or not"
