"""Token exchange inside an organisation (RFC 8693): narrowed, delegated, refused, and ended with what it hangs on."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.support.authority import lock
from tests.support.bindings import ACCOUNTS
from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.organisation import SCOPE, Organisation, exchange, exchanged, own_token_of
from tests.support.shortcuts import Known, agreed
from tests.support.tokens import sealed_token
from tests.support.visitor import shown
from vneid_idp.audit.events import EventKind
from vneid_idp.audit.service import history_of
from vneid_idp.clients import by_operator, families
from vneid_idp.clients import service as clients
from vneid_idp.consent.service import list_current
from vneid_idp.grants.service import open_grant
from vneid_idp.grants.tables import grants
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.members import Registrar
from vneid_idp.protocol.registration import read_registration
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.delete_client import delete_client
from vneid_idp.use_cases.end_grant import end_grant
from vneid_idp.use_cases.end_session import end_session
from vneid_idp.use_cases.withdraw_consent import withdraw_consent


@pytest.fixture
async def organisation(land: Country) -> Organisation:
    return await Organisation.of(land)


async def told(client: Any, token: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/introspect", token=token)).json()
    return answer


async def test_a_back_end_gets_a_narrower_token_bound_to_its_key(organisation: Organisation) -> None:
    land, app, back_end = organisation.land, organisation.app, organisation.back_end
    someone = await agreed(land, app)
    subject = await organisation.token(someone, "openid full_name phone offline_access")
    land.watch.advance(4 * MINUTE)
    answer = (await exchange(back_end, subject, scope="openid full_name")).json()
    assert answer["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert (answer["token_type"], answer["scope"], answer["expires_in"]) == ("DPoP", "openid full_name", 360)
    assert not {"refresh_token", "id_token"} & answer.keys()
    known = await told(back_end, answer["access_token"])
    assert known["client_id"] == back_end.client_id
    assert known["cnf"] == {"jkt": back_end.key.thumbprint()}
    assert "act" not in known
    own = (await app.userinfo(subject)).json()
    shared = (await back_end.get("/userinfo", answer["access_token"])).json()
    assert shared == {"sub": own["sub"], "full_name": own["full_name"]}
    assert known["sub"] == own["sub"], "the organisation knows the person by the name that its app knows"
    everything = (await exchange(back_end, subject)).json()
    assert everything["scope"] == "openid full_name phone", "and nothing goes on while the person is away"


async def test_a_point_acts_under_its_own_name_and_a_dealer_under_the_point(organisation: Organisation) -> None:
    land, app, point, dealer = organisation.land, organisation.app, organisation.point, organisation.dealer
    someone = await agreed(land, app)
    subject = await organisation.token(someone)
    first = await exchanged(point, subject, actor=await own_token_of(point))
    assert (await told(point, first))["act"] == {"sub": point.client_id}
    second = await exchanged(dealer, first, actor=await own_token_of(dealer), scope="openid phone")
    known = await told(dealer, second)
    assert known["act"] == {"sub": dealer.client_id, "act": {"sub": point.client_id}}
    assert known["scope"] == "openid phone"
    assert (await dealer.get("/userinfo", second)).json()["phone_number"]
    async with land.idp.db.reading() as unit:
        events = [each for each in await history_of(unit, someone.person_id) if each.kind == "grant.derived"]
    assert [(each.client_id, each.data["acts_for"], each.data["actors"]) for each in events] == [
        (dealer.client_id, app.client_id, [dealer.client_id, point.client_id]),
        (point.client_id, app.client_id, [point.client_id]),
    ]


async def test_a_point_acts_in_the_carriers_own_name(organisation: Organisation) -> None:
    app, point = organisation.app, organisation.point
    own = (await app.post("/token", grant_type="client_credentials", scope="binding:social_account")).json()
    token = await exchanged(point, own["access_token"], actor=await own_token_of(point))
    known = await told(point, token)
    assert (known["sub"], known["act"], known["client_id"]) == (
        app.client_id, {"sub": point.client_id}, point.client_id,
    )  # fmt: skip
    assert (await point.get("/bindings/v1/social-accounts", token)).json() == {"items": [], "next_cursor": None}
    async with organisation.land.idp.db.writing() as unit:
        await clients.disable(unit, app.client_id, DEED)
    assert (await point.get("/bindings/v1/social-accounts", token)).status_code == 401
    assert await told(point, token) == {"active": False}


Ends = Callable[[Organisation, Known, Unit], Awaitable[object]]


async def _changed(unit: Unit, client_id: str, **members: Any) -> None:
    client = await clients.get_client(unit, client_id)
    await by_operator.update(unit, client, {**client.metadata, **members}, DEED, sandbox=True)


async def _app_grant_ends(organisation: Organisation, someone: Known, unit: Unit) -> None:
    for row in await unit.fetch(Statement(select(grants.c.grant_id, grants.c.client_id))):
        if row["client_id"] == organisation.app.client_id:
            await end_grant(unit, row["client_id"], row["grant_id"], EventKind.GRANT_REVOKED)


async def _withdrawn(organisation: Organisation, someone: Known, unit: Unit) -> None:
    for consent in await list_current(unit, someone.person_id):
        if consent.client_id == organisation.app.client_id:
            await withdraw_consent(unit, organisation.land.idp.vault, someone.person_id, consent.consent_id)


ENDS: dict[str, Ends] = {
    "withdrawn": _withdrawn,
    "signed out": lambda _, who, unit: end_session(unit, who.person_id, who.session_id),
    "the app's grant ended": _app_grant_ends,
    "the app disabled": lambda each, _, unit: clients.disable(unit, each.app.client_id, DEED),
    "the point disabled": lambda each, _, unit: clients.disable(unit, each.point.client_id, DEED),
    "the family disabled": lambda each, _, unit: families.disable(unit, each.family, DEED),
    "the app deleted": lambda each, _, unit: delete_client(unit, each.app.client_id),
    "the point deleted": lambda each, _, unit: delete_client(unit, each.point.client_id),
    "the dealer deleted": lambda each, _, unit: delete_client(unit, each.dealer.client_id),
    "nobody may act any more": lambda each, _, unit: _changed(unit, each.app.client_id, may_act=[]),
    "the point left": lambda each, _, unit: _changed(unit, each.point.client_id, family="another"),
    "the dealer exchanges no more": lambda each, _, unit: _changed(
        unit, each.dealer.client_id, grant_types=["client_credentials"]
    ),
    "the person locked": lambda each, who, unit: lock(each.land, unit, who.person_id),
}


async def test_what_was_exchanged_ends_at_once_with_either_end(land: Country) -> None:
    for number, (name, ends) in enumerate(ENDS.items()):
        organisation = await Organisation.of(land, f"nha-mang-{number}")
        point, dealer = organisation.point, organisation.dealer
        someone = await agreed(land, organisation.app)
        subject = await organisation.token(someone, "openid full_name")
        own = await own_token_of(dealer)
        first = await exchanged(point, subject, actor=await own_token_of(point))
        second = await exchanged(dealer, first, actor=own)
        assert (await dealer.get("/userinfo", second)).status_code == 200, name
        await land.idp.db.transact(partial(ends, organisation, someone))
        assert (await dealer.get("/userinfo", second)).status_code == 401, name
        assert (await told(dealer, second)).get("active", False) is False, name
        assert (await exchange(dealer, first, actor=own)).status_code >= 400, name


async def test_what_is_not_the_organisations_or_ended_or_wider_is_refused(organisation: Organisation) -> None:
    land, app, back_end, point = organisation.land, organisation.app, organisation.back_end, organisation.point
    someone = await agreed(land, app)
    stranger = await Organisation.of(land, "hang-khac")
    await someone.agree(stranger.app)
    foreign = await stranger.token(someone)
    tokens = await someone.tokens(app, scope="openid full_name offline_access")
    subject, refresh, id_token = tokens["access_token"], tokens["refresh_token"], tokens["id_token"]
    own = await own_token_of(point)
    of_app = (await app.post("/token", grant_type="client_credentials", scope="binding:social_account")).json()
    delegated = await exchanged(point, subject, actor=own)
    cells: list[tuple[str, httpx.Response, str]] = [
        ("another organisation's", await exchange(back_end, foreign), "invalid_request"),
        ("a refresh token", await exchange(back_end, refresh), "invalid_request"),
        ("an ID token", await exchange(back_end, id_token), "invalid_request"),
        ("an unknown token", await exchange(back_end, "x" * 200), "invalid_request"),
        ("a wider scope", await exchange(back_end, subject, scope="openid phone"), "invalid_scope"),
        ("an unregistered scope", await exchange(back_end, subject, scope="openid offline_access"), "invalid_scope"),
        ("who must say that it acts", await exchange(point, subject), "invalid_request"),
        ("who is not named", await exchange(back_end, subject, actor=await own_token_of(back_end)), "invalid_request"),
        ("another's token of its own", await exchange(organisation.dealer, subject, actor=own), "invalid_request"),
        ("a person's as the actor's", await exchange(point, subject, actor=subject), "invalid_request"),
        ("the same actor again", await exchange(point, delegated, actor=own), "invalid_request"),
        ("who acts, without a name", await exchange(back_end, delegated), "invalid_request"),
        ("in another's own name", await exchange(back_end, of_app["access_token"]), "invalid_request"),
        ("for nobody", await exchange(back_end, subject, audience="https://nobody.example"), "invalid_target"),
    ]
    assert {answer.json()["error_description"] for _, answer, _ in cells[:4]} == {
        "subject_token is no live access token of a client of this organisation."
    }
    # A back end sees the key that the app's request had to prove, and nothing of what it could not exchange.
    assert (await told(back_end, subject))["client_id"] == app.client_id
    for other in (foreign, refresh, id_token):
        assert await told(back_end, other) == {"active": False}
    for name, answer, code in cells:
        assert (answer.status_code, answer.json()["error"]) == (400, code), name
    assert (await exchange(back_end, subject)).status_code == 200


async def test_each_rule_about_the_first_token_counts_by_itself(organisation: Organisation) -> None:
    land, app, back_end, point = organisation.land, organisation.app, organisation.back_end, organisation.point
    someone, dealer = await agreed(land, app), organisation.dealer
    tokens = await someone.tokens(app, scope="openid full_name offline_access")
    narrow = (await app.refresh(tokens["refresh_token"], scope="openid")).json()["access_token"]
    assert (await exchange(back_end, narrow, scope="full_name")).json()["error"] == "invalid_scope", (
        "the grant has more"
    )
    outsider = await Carrier.of(land, scope=SCOPE, family=organisation.family)
    assert await told(outsider, narrow) == {"active": False}, "of the family, and exchanges nothing"
    assert (await exchange(back_end, narrow, audience=outsider.client_id)).json()["error"] == "invalid_target"
    first = await exchanged(point, tokens["access_token"], actor=await own_token_of(point))
    own = await own_token_of(dealer)
    async with land.idp.db.writing() as unit:
        await _changed(unit, point.client_id, grant_types=["client_credentials"])
    assert (await exchange(dealer, first, actor=own)).json()["error"] == "invalid_request", "its holder may act no more"
    of_app = (await app.post("/token", grant_type="client_credentials", scope="binding:social_account")).json()
    acting = await exchanged(dealer, of_app["access_token"], actor=own)
    land.watch.advance(MINUTE)
    async with land.idp.db.writing() as unit:
        before = await clients.get_client(unit, app.client_id)
        await delete_client(unit, app.client_id)
        read = read_registration(before.metadata, Registrar(by_operator=True, sandbox=True))
        await clients.register(unit, read, client_id=app.client_id)
    again = await exchange(dealer, of_app["access_token"], actor=own)
    assert again.json()["error"] == "invalid_request", "another client took the id"
    assert await told(dealer, acting) == {"active": False}


async def test_what_the_person_takes_back_or_the_operator_from_either_client_is_told_no_more(
    organisation: Organisation,
) -> None:
    land, app, back_end = organisation.land, organisation.app, organisation.back_end
    someone = await agreed(land, app)
    token = await exchanged(back_end, await organisation.token(someone, "openid full_name phone email"))
    assert (await told(back_end, token))["scope"] == "openid full_name phone", "email is none of the back end's scopes"
    await someone.agree(app, left_out=("full_name",))
    assert "full_name" not in (await back_end.get("/userinfo", token)).json()
    for client, scope in ((app, "openid full_name"), (back_end, "openid")):
        async with land.idp.db.writing() as unit:
            await _changed(unit, client.client_id, scope=scope)
        assert (await told(back_end, token))["scope"] == "openid"
        assert (await back_end.get("/userinfo", token)).json().keys() == {"sub"}
        async with land.idp.db.writing() as unit:
            await _changed(unit, client.client_id, scope=SCOPE)


MATCH = {"type": "identity_match", "fields": ["full_name", "birthdate"], "purpose": "subscriber_authentication"}
LESS = MATCH | {"fields": ["full_name"]}
MORE = MATCH | {"fields": ["full_name", "id_number"]}
NUMBER = {
    "type": "subscriber_number", "actions": ["bind"], "phone_number": "+84951234567", "channel": "carrier_app",
    "contract": "prepaid", "sequence": 2,
}  # fmt: skip


async def test_details_are_handed_on_as_far_as_both_clients_may_and_never_wider(organisation: Organisation) -> None:
    land, back_end = organisation.land, organisation.back_end
    asks: dict[str, Any] = {
        "family": organisation.family,
        "authorization_details_types": ["identity_match", "subscriber_number"],
    }
    first = await Carrier.of(land, **asks)
    registered = await Carrier.of(land, scope="openid", grant_types=[TOKEN_EXCHANGE], redirect_uris=None, **asks)
    someone = await agreed(land, first)
    ground = AuthorisationGround(await someone.agree(first), someone.session_id)
    facts: dict[str, Any] = {"details": (MATCH, NUMBER), "bound_to": Confirmation("jkt", "its-key")}
    authorisation = Authorisation(first.client_id, someone.person_id, ("openid",), Origin.BROWSER, ground, **facts)
    async with land.idp.db.writing() as unit:
        assert await open_grant(unit, "grt_details", authorisation, refreshable=False)
    subject = sealed_token(land, authorisation, "grt_details")
    assert (await exchange(registered, subject)).json()["authorization_details"] == [MATCH, NUMBER]
    narrowed = (await exchange(registered, subject, authorization_details=json.dumps([LESS]))).json()
    assert narrowed["authorization_details"] == [LESS]
    assert (await told(registered, narrowed["access_token"]))["authorization_details"] == [LESS]
    wider = await exchange(registered, subject, authorization_details=json.dumps([MORE]))
    assert wider.json()["error"] == "invalid_authorization_details"
    again = await exchange(registered, narrowed["access_token"], authorization_details=json.dumps([MATCH]))
    assert again.json()["error"] == "invalid_authorization_details"
    assert "authorization_details" not in (await exchange(back_end, subject)).json()


async def test_accounts_are_read_and_not_changed_by_who_acts(organisation: Organisation) -> None:
    land, app, back_end = organisation.land, organisation.app, organisation.back_end
    someone = await agreed(land, app)
    tokens = await someone.tokens(app, scope="openid binding:social_account", account_label="@a")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    async with land.browser() as browser:
        bound = (await browser.post(ACCOUNTS, json={"account_id": "1"}, headers=bearer)).json()
    token = await exchanged(back_end, tokens["access_token"])
    path = f"{ACCOUNTS}/{bound['binding_id']}"
    assert (await back_end.get(path, token)).json()["state"] == "verified"
    async with land.browser() as browser:
        for method, where in (("POST", ACCOUNTS), ("DELETE", path)):
            headers = {"Authorization": f"DPoP {token}"} | back_end.proof(method, where, token=token)
            answer = await browser.request(method, where, json={"account_id": "2"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), method
    page = shown(await someone.person.open("/me/history")).text
    assert "Máy chủ (thay mặt Ứng dụng) đã nhận thông tin về tài khoản liên kết của bạn" in page
    assert "Máy chủ đã thay mặt Ứng dụng" in page
    assert "Gần đây các ứng dụng khác của cùng tổ chức" in shown(await someone.person.open("/me/services")).text
