"""A carrier polls for what it has to do with its numbers, lists it, and says what came of it."""

from typing import Any

import pytest

from tests.support.contracts import assert_as_published
from tests.support.country import ISSUER, Country
from tests.support.leaks import Net
from tests.support.numbers import NumbersClient
from tests.support.on_ladder import secrets_of
from tests.support.registered import put_in_register
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.numbers import instructions as door
from vneid_idp.numbers.contract import openapi
from vneid_idp.registers.classes import RowClass
from vneid_idp.use_cases.sweep_ladder import sweep_ladder

PATH = "/numbers/v1/instructions"
IDS = [f"nbr_{number:026}" for number in range(3)]
NUMBERS = [f"+8495123456{number}" for number in range(3)]
NOW: dict[str, Any] = {"returnImmediately": True}


async def ask(
    carrier: NumbersClient, token: str, path: str = "/poll", code: str | None = None, **body: Any
) -> dict[str, Any]:
    """Call, and hold the answer against the published contract."""
    template = PATH + (path if path in ("", "/poll") else "/{instruction_id}/acknowledgement")
    method = "POST" if path else "GET"
    answer = await carrier.carrier.call(method, PATH + path, token, **({"json": body} if path else {"params": body}))
    assert_as_published(openapi, method, template, answer)
    found: dict[str, Any] = answer.json()
    assert found.get("code") == code, found
    assert answer.headers["cache-control"] == "no-store"
    return found


async def sweep(land: Country) -> None:
    """Take what is due."""
    await sweep_ladder(land.idp.db, await land.idp.current_policy(), secrets_of(land))


@pytest.fixture
async def song(land: Country) -> NumbersClient:
    """A carrier with three numbers of people whose names are wrong, the first notice of which is due tomorrow."""
    carrier = await NumbersClient.of(land)
    policy, record = await land.idp.current_policy(), land.people["complete"].record
    numbers = [(each, number, RowClass.NAME_DIFFERS) for each, number in zip(IDS, NUMBERS, strict=True)]
    async with land.idp.db.writing() as unit:
        made = await put_in_register(
            unit, land.idp.keys, policy, record.personal_number, numbers, client_id=carrier.carrier.client_id
        )
    assert made[0].next_step is not None
    land.watch.set(made[0].next_step.at)
    await sweep(land)
    return carrier


async def test_what_is_polled_is_signed_in_order_and_not_told_again_once_received(
    land: Country, song: NumbersClient
) -> None:
    token = await song.own_token()
    first = await ask(song, token, maxEvents=2, **NOW)
    assert (len(first["sets"]), first["moreAvailable"]) == (2, True)
    assert (await ask(song, token, maxEvents=2, **NOW)).keys() == first.keys(), "until it is acknowledged"
    claims = {
        each: land.idp.keys.verify_own(signed, land.watch.now(), typ="secevent+jwt")
        for each, signed in first["sets"].items()
    }
    for event_id, told in claims.items():
        assert (told["iss"], told["aud"], told["jti"]) == (ISSUER, song.carrier.client_id, event_id)
        assert told.keys() == {"iss", "aud", "iat", "jti", "sub_id", "events"}, "nothing of whoever has the number"
        assert told["sub_id"]["phone_number"] in NUMBERS
        ((kind, event),) = told["events"].items()
        assert kind == "urn:vneid:event:subscriber-number:notify"
        assert event.keys() == {"order", "trigger", "since", "due_at", "answer_by", "legal_reference"}
        assert (event["order"], event["trigger"]) == (1, "disowned")
    # The next of a number comes when the one before was received.
    made = (await ask(song, token, "", limit=1))["items"][0]
    land.watch.advance(24 * 60 * MINUTE)
    await sweep(land)
    token = await song.own_token()
    unread, *read = first["sets"]
    second = await ask(song, token, ack=read, setErrs={unread: {"err": "invalid_key", "description": "?"}}, **NOW)
    orders = sorted(
        event["order"]
        for signed in second["sets"].values()
        for event in land.idp.keys.verify_own(signed, land.watch.now(), typ="secevent+jwt")["events"].values()
    )
    assert orders == [1, 2, 2]
    assert second["moreAvailable"] is False
    assert (await ask(song, token, ack=list(second["sets"]), maxEvents=0))["sets"] == {}
    third = await ask(song, token, **NOW)
    assert (len(third["sets"]), third["moreAvailable"]) == (1, False)
    assert made["received_at"] is None


async def test_what_came_of_it_is_said_once_and_closes_what_came_before(land: Country, song: NumbersClient) -> None:
    land.watch.advance(24 * 60 * MINUTE)
    await sweep(land)
    token = await song.own_token()
    listed = (await ask(song, token, ""))["items"]
    ofone = [each for each in listed if each["phone_number"] == NUMBERS[0]]
    assert [(each["order"], each["kind"], each["outcome"]) for each in ofone] == [
        (1, "notify", None),
        (2, "notify", None),
    ]
    said = f"/{ofone[1]['instruction_id']}/acknowledgement"
    await ask(song, token, said, "malformed", outcome="refused")
    await ask(song, token, said, "malformed", outcome="done", reason="technical")
    done = await ask(song, token, said, outcome="refused", reason="lawful_order")
    assert (done["outcome"], done["refusal"]) == ("refused", "lawful_order")
    assert await ask(song, token, said, outcome="refused", reason="lawful_order") == done
    await ask(song, token, said, "instruction_answered", outcome="done")
    before = f"/{ofone[0]['instruction_id']}/acknowledgement"
    await ask(song, token, before, "instruction_answered", outcome="done")
    open_ones = await ask(song, token, "", open=True, limit=1)
    rest = await ask(song, token, "", open=True, cursor=open_ones["next_cursor"])
    assert {each["phone_number"] for each in (*open_ones["items"], *rest["items"])} == set(NUMBERS[1:])
    assert len((await ask(song, token, **NOW))["sets"]) == 2, "what is closed goes out no more"


async def test_another_carrier_is_told_nothing_and_a_poll_may_wait(
    land: Country, song: NumbersClient, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(door, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(door, "_LOOK", 0.01)
    other = await NumbersClient.of(land, family="gio")
    theirs, ours = await other.own_token(), await song.own_token()
    ids = list((await ask(song, ours))["sets"])
    assert (await ask(other, theirs, ack=ids)) == {"sets": {}, "moreAvailable": False}
    assert (await ask(other, theirs, "")) == {"items": [], "next_cursor": None}
    await ask(other, theirs, f"/{ids[0]}/acknowledgement", "instruction_unknown", outcome="done")
    assert list((await ask(song, ours))["sets"]) == ids
    # Another client of the same carrier reads what all have to do, and has a stream of its own.
    mate = await NumbersClient.of(land)
    token = await mate.own_token()
    assert (await ask(mate, token, **NOW))["sets"] == {}
    assert len((await ask(mate, token, ""))["items"]) == 3
    assert Net(set(NUMBERS)).leaks_in_database(database_url) == []


async def test_an_id_that_is_none_is_passed_over_and_the_others_count(land: Country, song: NumbersClient) -> None:
    token = await song.own_token()
    first, *_ = (await ask(song, token, **NOW))["sets"]
    # PostgreSQL takes no text with such a character, also within JSON.
    unread = {"\0": {"err": "invalid_key"}}
    assert first not in (await ask(song, token, ack=[first, "ins_\0"], setErrs=unread, **NOW))["sets"]
