"""CIBA (Core, FAPI-CIBA): a client has a person asked in the app, and polls for the answer."""

from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.support.carrier import SIGNING, signed
from tests.support.ciba import Counter
from tests.support.country import ISSUER, Country
from tests.support.events import kinds_of
from tests.support.grants import refused
from tests.support.polling import device_party
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from vneid_idp.cross_device import service as cross_device
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND
from vneid_idp.use_cases.answer_polled import disown_polled, take_polled
from vneid_idp.web.limit_table import LIMITS

NOBODY = "tel:+84959999999"


async def test_somebody_at_a_counter_agrees_in_the_app(land: Country) -> None:
    counter = await Counter.of(land)
    told = await counter.asked()
    assert set(told) == {"auth_req_id", "expires_in", "interval", "number_to_show"}
    assert (told["expires_in"], told["interval"]) == (120, 2)
    handle = told["auth_req_id"]
    assert await counter.error(handle) == "authorization_pending"
    assert (await counter.poll(handle)).json()["error"] == "slow_down"
    land.watch.advance(5 * SECOND)
    assert (await counter.poll(handle)).json()["error"] == "slow_down", "the interval grew by five seconds"
    land.watch.advance(12 * SECOND)
    assert (await counter.poll(handle)).json()["error"] == "authorization_pending"
    assert (await counter.answer(handle)).status_code == 200
    stranger = await Counter.of(land)
    assert refused(await stranger.poll(handle))
    answer = await counter.poll(handle)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    claims = await counter.claims(tokens["id_token"])
    assert claims["urn:openid:params:jwt:claim:auth_req_id"] == handle
    assert (claims["acr"], "hwk" in claims["amr"], "sid" in claims) == ("urn:vneid:level:2", True, False)
    assert tokens["token_type"] == "DPoP"
    assert (await counter.get("/userinfo", tokens["access_token"])).json()["identity_level"] == 2
    assert (await counter.refresh(tokens["refresh_token"])).status_code == 200
    assert refused(await counter.poll(handle))
    # The ID token names the person the next time.
    again = await counter.asked(login_hint=None, id_token_hint=tokens["id_token"])
    assert (await counter.answer(again["auth_req_id"])).status_code == 200


async def test_of_who_says_no_the_client_learns_that(land: Country) -> None:
    counter = await Counter.of(land)
    handle = (await counter.asked())["auth_req_id"]
    await counter.answer(handle, "deny")
    assert await counter.error(handle) == "access_denied"
    assert (await counter.answer(handle)).status_code == 409


async def test_whom_a_hint_means_shows_in_nothing(land: Country) -> None:
    """Nobody, somebody of level 1, somebody locked, and who does not answer: one shape, one number of statements."""
    counter = await Counter.of(land)
    await counter.asked()
    shapes = set()
    for slug in ("complete", "level-1", "locked-by-authority", "closed", NOBODY):
        changes = {"login_hint": NOBODY} if slug == NOBODY else {}
        before = land.idp.db.statements
        told = await counter.asked("complete" if changes else slug, **changes)
        shapes.add((frozenset(told), told["expires_in"], land.idp.db.statements - before))
        answered = (
            (await counter.answer(told["auth_req_id"], "deny")).status_code == 200 if slug != "complete" else False
        )
        assert not answered, "nobody was asked"
        assert await counter.error(told["auth_req_id"]) == "authorization_pending"
        land.watch.advance(2 * MINUTE)
        assert await counter.error(told["auth_req_id"]) == "expired_token"
    assert len(shapes) == 1, shapes
    knowing = await Counter.of(land, tells_unknown_users=True)
    assert (await knowing.ask(login_hint=NOBODY)).json()["error"] == "unknown_user_id"


async def test_who_picks_another_number_ends_the_request(land: Country) -> None:
    counter, holder = await Counter.of(land), await known(land)
    told = await counter.asked()
    sealer = land.idp.keys.sealer
    async with land.idp.db.reading() as unit:
        (waiting,) = await cross_device.waiting_for(unit, sealer, holder.person_id)
    assert told["number_to_show"] in waiting.numbers
    assert len(waiting.numbers) == 3
    wrong = next(number for number in waiting.numbers if number != told["number_to_show"])
    picked = await land.idp.db.transact(lambda unit: take_polled(unit, sealer, waiting, holder, None, wrong))
    assert not picked.is_right
    assert await counter.error(told["auth_req_id"]) == "access_denied"
    assert "request.mismatched" in await kinds_of(land)


async def test_a_client_that_asked_a_stranger_reaches_them_no_more(land: Country) -> None:
    counter, holder = await Counter.of(land), await known(land)
    told = await counter.asked()
    sealer = land.idp.keys.sealer
    async with land.idp.db.reading() as unit:
        (waiting,) = await cross_device.waiting_for(unit, sealer, holder.person_id)
    await land.idp.db.transact(lambda unit: disown_polled(unit, sealer, waiting, holder.person_id))
    assert await counter.error(told["auth_req_id"]) == "access_denied"
    for after, waits in ((0, False), (24 * HOUR, True)):
        land.watch.advance(after)
        told = await counter.asked()
        assert await counter.error(told["auth_req_id"]) == "authorization_pending"
        async with land.idp.db.reading() as unit:
            assert bool(await cross_device.waiting_for(unit, sealer, holder.person_id)) is waits


async def test_nobody_is_asked_to_death(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(land.idp.limits, "_table", LIMITS)
    counters = [await Counter.of(land) for _ in range(3)]
    for hint in ({}, {"login_hint": NOBODY}):
        asked = [await counter.ask(**hint) for counter in counters for _ in range(6)]
        codes = [answer.status_code for answer in asked]
        assert codes == [*[200] * 5, 403, *[200] * 5, 403, *[403] * 6], "whether or not anybody is there"
        assert asked[-1].json()["error"] == "access_denied"
    assert (await counters[0].ask("plain")).status_code == 200


async def test_budgets_do_not_tell_that_a_number_and_a_subject_are_one_person(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter, holder = await Counter.of(land), await known(land)
    handle = (await counter.asked())["auth_req_id"]
    await counter.answer(handle)
    hint = (await counter.poll(handle)).json()["id_token"]
    monkeypatch.setattr(land.idp.limits, "_table", LIMITS)
    for _ in range(4):
        assert (await counter.ask(login_hint=None, id_token_hint=hint)).status_code == 200
    numbers = (f"tel:{land.people[slug].record.phone}" for slug in ("complete", "plain"))
    for number in (NOBODY, *numbers):
        assert [(await counter.ask(login_hint=number)).status_code for _ in range(3)] == [200] * 3
    async with land.idp.db.reading() as unit:
        waiting = await cross_device.waiting_for(unit, land.idp.keys.sealer, holder.person_id)
    assert len(waiting) == 5, "asked no more often for being named in two ways"


async def test_a_client_takes_back_what_it_asked(land: Country) -> None:
    counter = await Counter.of(land)
    waiting, approved, fetched = [(await counter.asked())["auth_req_id"] for _ in range(3)]
    for handle in (approved, fetched):
        await counter.answer(handle)
    token = (await counter.poll(fetched)).json()["access_token"]
    await (await Counter.of(land)).post("/revoke", token=waiting)
    assert await counter.error(waiting) == "authorization_pending", "another's is nobody's to take back"
    for handle in (waiting, approved, fetched):
        assert (await counter.post("/revoke", token=handle)).status_code == 200
        assert await counter.error(handle) == "access_denied"
    assert (await counter.answer(waiting)).status_code == 409
    assert (await counter.get("/userinfo", token)).status_code == 401


async def test_who_signs_nothing_or_weakly_or_names_nobody_is_refused(land: Country) -> None:
    counter = await Counter.of(land)
    plain = {name: str(value) for name, value in counter.request_object().items()}
    rsa = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
    for form in (
        plain,
        {"request": signed({"alg": "none"}, counter.request_object(), SIGNING)},
        {"request": signed({"alg": "RS256", "kid": "k1"}, counter.request_object(), rsa)},
        {"request": signed({"alg": "ES256", "kid": "k1"}, counter.request_object(), SIGNING)[:-4] + "AAAA"},
        {"request_uri": "https://rp.example/request"},
    ):
        answer = await counter.send("/backchannel-authentication", form, {})
        assert refused(answer, "invalid_request"), form
    assert refused(await counter.ask(binding_message="way too long for any counter"), "invalid_binding_message")
    assert refused(await counter.ask(login_hint=None), "invalid_request")
    assert refused(await counter.ask(login_hint=None, id_token_hint="a.b.c"), "invalid_request")
    assert (await counter.asked(requested_expiry=5))["expires_in"] == 30
    assert (await counter.asked(requested_expiry="300"))["expires_in"] == 300


async def test_a_signed_request_asks_one_time(land: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    counter, once = await Counter.of(land), {"jti": "the same"}
    # One that asks nobody has used up nothing.
    assert refused(await counter.ask(**once, binding_message="way too long for any counter"), "invalid_binding_message")
    told = await counter.asked(**once)
    monkeypatch.setattr(land.idp.limits, "_table", LIMITS)
    for _ in range(6):
        again = await counter.ask(**once)
        assert refused(again, "invalid_request")
        assert "used before" in again.json()["error_description"]
    assert (await counter.ask()).status_code == 200, "the same again spends nothing of what the person may be asked"
    await (await Counter.of(land)).asked(**once)
    assert (await counter.answer(told["auth_req_id"])).status_code == 200


async def test_a_token_of_the_client_can_name_the_person(land: Country) -> None:
    counter = await Counter.of(land)
    named = {"format": "phone_number", "phone_number": land.people["complete"].record.phone}
    claims = {"iss": counter.client_id, "aud": ISSUER, "exp": counter.now + 60, "sub_id": named}

    async def ask(**changes: Any) -> Any:
        token = signed({"alg": "ES256", "kid": "k1"}, claims | changes, SIGNING)
        return await counter.ask(login_hint=None, login_hint_token=token)

    told = (await ask()).json()
    assert (await counter.answer(told["auth_req_id"])).status_code == 200
    assert refused(await ask(exp=counter.now - 120), "expired_login_hint_token")
    for wrong in ({"aud": "https://x.example"}, {"iss": "x"}, {"sub_id": None}, {"sub_id": {"format": "email"}}):
        assert refused(await ask(**wrong), "invalid_request"), wrong


async def test_other_clients_are_shown_no_number_and_public_ones_nothing(land: Country, party: RelyingParty) -> None:
    camara = await Counter.of(land, profile="camara", tls_client_certificate_bound_access_tokens=None)
    assert "number_to_show" not in await camara.asked()
    for stranger in (party, await device_party(land)):
        answer = await stranger.post("/backchannel-authentication", scope="openid", login_hint=NOBODY)
        assert refused(answer, "unauthorized_client")
