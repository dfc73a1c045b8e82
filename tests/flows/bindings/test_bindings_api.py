"""`bindings/v1` from outside: who may call, what is answered, and what is never said."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.support.bindings import ACCOUNTS, Caller, Of
from tests.support.country import ISSUER, Country
from tests.support.deeds import DEED
from tests.support.overtaking import overtaken, sign_out_everywhere
from tests.support.relying_party import RelyingParty
from tests.support.tokens import CHILD, OWN, own_token, person_token
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consent
from vneid_idp.kernel.clock import DAY, MINUTE, VIETNAM
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry

CONTENT = {"post", "comment", "share", "livestream"}


def person_id(land: Country, slug: str) -> str:
    return land.people[slug].record.person_id


def allowed(body: dict[str, Any]) -> set[str]:
    return {found["action"] for found in body["capabilities"] if found["allowed"]}


def reasons(body: dict[str, Any]) -> set[str]:
    return {found["reason"] for found in body["capabilities"]} - {None}


async def test_an_account_is_bound_and_may_post(land: Country, plain: Caller, own: Caller) -> None:
    bound = await plain.bind()
    assert bound["_status"] == 201
    assert bound["_headers"]["location"] == f"{ISSUER}{ACCOUNTS}/{bound['binding_id']}"
    assert (bound["state"], bound["level"], bound["method"]) == ("verified", 2, "own_proof")
    assert (bound["age_band"], bound["supervised"], bound["next_step"]) == ("18_plus", False, None)
    assert bound["verified_at"] == "2026-11-21T01:00:00Z"
    assert allowed(bound) == {"view", *CONTENT, "commercial_livestream"}
    assert {found["in_force_since"] for found in bound["capabilities"]} == {"2024-12-25"}
    again = await plain.bind()
    assert (again["_status"], again["binding_id"]) == (200, bound["binding_id"])
    status = await own.status()
    assert status["account_state"] == "verified"
    assert status["binding"]["binding_id"] == bound["binding_id"]


async def test_an_unverified_account_may_only_view(own: Caller) -> None:
    status = await own.status("nobody")
    assert (status["account_state"], status["binding"]) == ("unverified", None)
    assert allowed(status) == {"view"}
    assert reasons(status) == {"account_not_verified"}


async def test_no_answer_tells_who_the_person_is(land: Country, plain: Caller, own: Caller) -> None:
    bound = await plain.bind("a-handle")
    record = land.people["plain"].record
    one = await own.call("GET", f"/{bound['binding_id']}")
    said = [bound, await own.status("a-handle"), await own.call("GET"), one]
    text = repr([{name: part for name, part in body.items() if name != "_headers"} for body in said])
    birthday = record.birth_date.isoformat()
    for secret in (record.personal_number, record.full_name, birthday, record.person_id, "a-handle"):
        assert secret not in text


async def test_someone_under_16_needs_a_guardian(land: Country, party: RelyingParty, of: Of, own: Caller) -> None:
    child, parent = person_id(land, "fifteen"), person_id(land, "guardian")
    alone = of(await person_token(land, party.registered, child))
    await alone.bind(code="guardian_required")
    guardian = of(await person_token(land, party.registered, parent, scope=CHILD, child_id=child))
    bound = await guardian.bind()
    assert (bound["method"], bound["supervised"], bound["age_band"]) == ("guardian", True, "13_15")
    assert allowed(bound) == {"view", *CONTENT}
    assert reasons(bound) == {"own_proof_required"}
    assert (await own.status())["binding"]["supervised"]


async def test_at_16_the_account_asks_for_own_proof(land: Country, party: RelyingParty, of: Of, own: Caller) -> None:
    persona = land.people["fifteen"].record
    child, parent = persona.person_id, person_id(land, "guardian")
    guardian = of(await person_token(land, party.registered, parent, scope=CHILD, child_id=child))
    bound = await guardian.bind()
    birthday = datetime(persona.birth_date.year + 16, persona.birth_date.month, persona.birth_date.day, tzinfo=VIETNAM)
    land.watch.set(birthday)
    status = await of(own_token(land, party.registered)).status()
    assert status["binding"]["next_step"] == "own_proof_required"
    assert status["binding"]["age_band"] == "13_15", "as of the day of the agreement"
    assert (status["binding"]["supervised"], allowed(status)) == (False, {"view"})
    late = of(await person_token(land, party.registered, parent, scope=CHILD, child_id=child))
    await late.bind(code="own_proof_required")
    grown = of(await person_token(land, party.registered, child))
    proved = await grown.bind()
    assert (proved["_status"], proved["binding_id"]) == (200, bound["binding_id"])
    assert (proved["method"], proved["next_step"], proved["age_band"]) == ("own_proof", None, "16_17")
    assert allowed(proved) == {"view", *CONTENT, "commercial_livestream"}


async def test_sixteen_today_needs_nobody(land: Country, party: RelyingParty, of: Of) -> None:
    for slug, code in (("sixteen-today", None), ("sixteen-tomorrow", "guardian_required")):
        caller = of(await person_token(land, party.registered, person_id(land, slug)))
        await caller.bind(slug, code)


async def test_a_stranger_is_no_guardian(land: Country, party: RelyingParty, of: Of) -> None:
    child = person_id(land, "fifteen")
    for slug, code in (("plain", "guardian_required"), ("grandmother", "guardian_required")):
        token = await person_token(land, party.registered, person_id(land, slug), scope=CHILD, child_id=child)
        await of(token).bind(code=code)


async def test_a_guardian_needs_level_2(land: Country, party: RelyingParty, of: Of) -> None:
    child, parent = person_id(land, "fifteen"), person_id(land, "guardian")
    token = await person_token(land, party.registered, parent, scope=CHILD, child_id=child, level=1)
    await of(token).bind(code="insufficient_user_authentication")


async def test_level_1_may_all_but_sell(land: Country, party: RelyingParty, of: Of) -> None:
    bound = await of(await person_token(land, party.registered, person_id(land, "level-1"), level=1)).bind()
    assert (bound["level"], allowed(bound), reasons(bound)) == (1, {"view", *CONTENT}, {"level_too_low"})


async def test_conflicts_are_told_apart(land: Country, party: RelyingParty, of: Of, plain: Caller) -> None:
    await plain.bind()
    other = of(await person_token(land, party.registered, person_id(land, "complete")))
    await other.bind(code="account_bound_to_another")
    for number in range(2):
        plain = of(await person_token(land, party.registered, person_id(land, "plain")))
        await plain.bind(f"more-{number}", key=f"key-{number}")
    await plain.bind("too-many", "account_limit_reached")
    await plain.bind("more-0", "idempotency_conflict", key="key-1")


@pytest.mark.parametrize("scope", [("openid",), ("openid", "binding:child_account")])
async def test_binding_needs_its_scope(
    land: Country, party: RelyingParty, of: Of, own: Caller, scope: tuple[str, ...]
) -> None:
    caller = of(await person_token(land, party.registered, person_id(land, "plain"), scope=scope))
    refused = await caller.bind(code="insufficient_scope")
    assert 'error="insufficient_scope"' in refused["_headers"]["www-authenticate"]
    assert refused["_status"] == 403
    await own.bind(code="insufficient_scope")
    await of(own_token(land, party.registered, ("openid",))).call("GET", "", "insufficient_scope")


async def test_reading_and_releasing_need_one_of_the_scopes(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    path = f"/{(await plain.bind())['binding_id']}"
    without = of(await person_token(land, party.registered, person_id(land, "plain"), scope=("openid",)))
    for method in ("GET", "DELETE"):
        await without.call(method, path, "insufficient_scope")
        await of(own_token(land, party.registered, ("openid",))).call(method, path, "insufficient_scope")
    as_guardian = of(await person_token(land, party.registered, person_id(land, "plain"), scope=CHILD))
    assert (await as_guardian.call("GET", path))["state"] == "verified"


async def test_a_token_for_less_than_its_grant_does_less(land: Country, party: RelyingParty, of: Of) -> None:
    sealer = land.idp.keys.sealer
    text = await person_token(land, party.registered, person_id(land, "plain"))
    token = AccessToken.from_json(sealer.open_json(SealPurpose.ACCESS_TOKEN, text))
    narrow = replace(token, scope=("openid",)).to_json()
    await of(sealer.seal_json(SealPurpose.ACCESS_TOKEN, narrow)).bind(code="insufficient_scope")
    assert (await of(text).bind())["state"] == "verified"


async def test_a_child_token_needs_the_child_scope(land: Country, party: RelyingParty, of: Of) -> None:
    child, parent = person_id(land, "fifteen"), person_id(land, "guardian")
    token = await person_token(land, party.registered, parent, scope=OWN, child_id=child)
    await of(token).bind(code="insufficient_scope")


async def test_lists_and_status_are_the_networks_own(plain: Caller) -> None:
    await plain.call("GET", "", "insufficient_scope")
    await plain.call("POST", "/status", "insufficient_scope", json={"account_id": "1000"})


async def test_a_person_reads_and_releases_only_own_bindings(
    land: Country, party: RelyingParty, of: Of, plain: Caller, own: Caller
) -> None:
    path = f"/{(await plain.bind())['binding_id']}"
    other = of(await person_token(land, party.registered, person_id(land, "complete")))
    for method in ("GET", "DELETE"):
        await other.call(method, path, "binding_not_found")
    stranger = await land.register()
    await of(own_token(land, stranger)).call("GET", path, "binding_not_found")
    await of(own_token(land, stranger)).call("DELETE", path, "binding_not_found")
    assert (await of(own_token(land, stranger)).status())["account_state"] == "unverified", "an account elsewhere"
    assert (await plain.call("GET", path))["state"] == "verified"
    released = await plain.call("DELETE", path)
    assert (released["state"], released["capabilities"]) == ("released", None)
    assert (await own.call("DELETE", path))["state"] == "released"
    assert (await own.status())["account_state"] == "unverified"
    await other.bind()


async def test_a_network_pages_through_its_own(land: Country, party: RelyingParty, of: Of, own: Caller) -> None:
    made = set()
    for slug in ("plain", "complete", "passkey", "no-phone", "centenarian"):
        caller = of(await person_token(land, party.registered, person_id(land, slug)))
        made.add((await caller.bind(slug))["binding_id"])
    stranger = await land.register()
    seen: list[str] = []
    query = "?limit=2"
    while True:
        page = await own.call("GET", query)
        seen += [binding["binding_id"] for binding in page["items"]]
        assert len(seen) <= 5, "a page comes once"
        cursor = page["next_cursor"]
        if cursor is None:
            break
        query = f"?limit=2&cursor={cursor}"
    assert set(seen) == made
    assert len(seen) == 5
    assert seen == sorted(seen)
    first = (await own.call("GET", "?limit=2"))["next_cursor"]
    await of(own_token(land, stranger)).call("GET", f"?cursor={first}", "invalid_cursor")
    await own.call("GET", f"?cursor={first}&state=verified", "invalid_cursor")
    await own.call("GET", "?cursor=junk", "invalid_cursor")
    for state in ("released", "suspended", "pending", "revoked"):
        assert (await own.call("GET", f"?state={state}"))["items"] == []
    for query in ("?state=none", "?limit=0", "?limit=101", "?limit=x", f"?cursor={'a' * 1025}"):
        await own.call("GET", query, "malformed")
    assert len((await own.call("GET", "?limit=100"))["items"]) == 5
    assert len((await own.call("GET", "?state=verified"))["items"]) == 5
    assert (await of(own_token(land, stranger)).call("GET"))["items"] == []


async def test_without_a_good_token_nothing_is_told(land: Country, party: RelyingParty, of: Of, plain: Caller) -> None:
    bare = await of(None).bind(code="invalid_token")
    described = f"{ISSUER}/.well-known/oauth-protected-resource/bindings/v1"
    assert bare["_headers"]["www-authenticate"] == f'Bearer realm="vneid-idp", resource_metadata="{described}"'
    good = plain.headers["Authorization"].removeprefix("Bearer ")
    code = land.idp.keys.sealer.seal_json(SealPurpose.CODE, ["a", "b"])
    id_token = land.idp.keys.sign("ES256", {"sub": "a"}, now=land.watch.now())
    for text in ("junk", good[:-2], good + "A", code, id_token):
        refused = await of(text).bind(code="invalid_token")
        assert 'error="invalid_token"' in refused["_headers"]["www-authenticate"]
    basic = await plain.network.post(ACCOUNTS, json={"account_id": "1"}, headers={"Authorization": f"Basic {good}"})
    assert basic.status_code == 401
    in_query = await plain.network.post(f"{ACCOUNTS}?access_token={good}", json={"account_id": "1"})
    assert in_query.status_code == 401


async def test_a_token_ends_with_its_time_consent_and_client(
    land: Country, party: RelyingParty, of: Of, plain: Caller
) -> None:
    await plain.bind()
    async with land.idp.db.writing() as unit:
        (current, *_) = await consent.list_current(unit, person_id(land, "plain"))
        await consent.withdraw(unit, person_id(land, "plain"), current.consent_id)
    await plain.bind(code="invalid_token")
    fresh = of(await person_token(land, party.registered, person_id(land, "plain")))
    await fresh.bind()
    land.watch.advance(11 * MINUTE)
    await fresh.bind(code="invalid_token")
    last = of(await person_token(land, party.registered, person_id(land, "plain")))
    async with land.idp.db.writing() as unit:
        await clients.disable(unit, party.client_id, DEED)
    await last.bind(code="invalid_token")


async def test_a_token_that_ends_while_it_is_used_does_nothing_more(
    land: Country, party: RelyingParty, of: Of, plain: Caller, own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{(await plain.bind())['binding_id']}"
    for method, where, body in (("DELETE", path, None), ("POST", "", {"account_id": "2000"})):
        caller = of(await person_token(land, party.registered, person_id(land, "plain")))
        async with overtaken(land, sign_out_everywhere, person_id(land, "plain"), monkeypatch):
            refused = await caller.call(method, where, "invalid_token", json=body)
        assert 'error="invalid_token"' in refused["_headers"]["www-authenticate"]
    assert (await own.call("GET", path))["state"] == "verified"
    assert (await own.status("2000"))["account_state"] == "unverified"


async def test_for_somebody_whom_the_register_does_not_know_nothing_is_bound(
    plain: Caller, own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(self: SyntheticRegistry, person_id: str) -> None:
        return None

    with monkeypatch.context() as patch:
        patch.setattr(SyntheticRegistry, "find", nobody)
        await plain.bind(code="invalid_token")
    assert (await own.status())["account_state"] == "unverified"
    assert (await plain.bind())["state"] == "verified"


@pytest.mark.parametrize(
    "body",
    [
        b'"\xff"',
        pytest.param(b"[" * 50_000, id="nested beyond reason"),
        "",
        "null",
        "[]",
        "{}",
        '{"account_id":""}',
        '{"account_id":1}',
        '{"account_id":"a","person_id":"b"}',
        "{",
    ],
)
async def test_a_malformed_body_is_422(plain: Caller, body: str | bytes) -> None:
    headers = {"Content-Type": "application/json"}
    await plain.call("POST", "", "malformed", content=body, headers=headers)


async def test_account_ids_are_any_text_of_at_most_255(land: Country, party: RelyingParty, of: Of) -> None:
    for account_id, code in (("tài khoản\u0000\n🙂" + "x" * 200, None), ("y" * 255, None), ("y" * 256, "malformed")):
        await of(await person_token(land, party.registered, person_id(land, "plain"))).bind(account_id, code)


async def test_a_key_of_a_repeated_request_has_so_many_characters(plain: Caller) -> None:
    bound = await plain.bind(key="k" * 255)
    assert (await plain.bind(key="k" * 255))["binding_id"] == bound["binding_id"]
    for key in ("", "k" * 256):
        await plain.bind(key=key, code="malformed")


@pytest.mark.parametrize("binding_id", ["bind_", "x", "bind_%00", "bind_" + "w" * 26, "bind_" + "0" * 27])
async def test_what_cannot_be_a_binding_id_is_no_address(own: Caller, binding_id: str) -> None:
    await own.call("GET", f"/{binding_id}", "not_found")


async def test_other_methods_are_refused_with_those_there_are(own: Caller) -> None:
    for path, allowed_methods in (("", "GET, POST"), ("/status", "POST"), ("/bind_" + "0" * 26, "DELETE, GET")):
        answer = await own.network.put(ACCOUNTS + path, headers=own.headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed_methods)


async def test_an_unknown_binding_is_not_found(own: Caller) -> None:
    await own.call("GET", "/bind_" + "0" * 26, "binding_not_found")


async def test_of_50_parallel_bindings_of_one_account_one_wins(
    land: Country, party: RelyingParty, of: Of, own: Caller
) -> None:
    usable = ["plain", "complete", "passkey", "no-phone", "centenarian", "hmong", "khmer", "letter-d",
              "born-2000", "guardian"]  # fmt: skip
    callers = [of(await person_token(land, party.registered, person_id(land, slug))) for slug in usable]

    async def bind(caller: Caller) -> int:
        answer = await caller.network.post(ACCOUNTS, json={"account_id": "1000"}, headers=caller.headers)
        return answer.status_code

    answers = await asyncio.gather(*(bind(callers[number % len(callers)]) for number in range(50)))
    assert answers.count(201) == 1
    assert answers.count(200) == 4
    assert answers.count(409) == 45
    assert len((await own.call("GET"))["items"]) == 1


async def test_a_forgotten_holder_has_no_age_and_the_account_no_rights(
    land: Country, party: RelyingParty, own: Caller, plain: Caller
) -> None:
    await plain.bind()
    async with land.idp.db.writing() as unit:
        await land.idp.vault.destroy(unit, person_id(land, "plain"))
    status = await own.status()
    assert (status["binding"]["age_band"], allowed(status)) == (None, {"view"})


async def test_a_binding_outlives_the_days(land: Country, party: RelyingParty, of: Of, plain: Caller) -> None:
    await plain.bind()
    land.watch.advance(400 * DAY)
    assert allowed(await of(own_token(land, party.registered)).status()) >= CONTENT
