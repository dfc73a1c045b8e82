"""Token exchange as far as values say: what is asked, by whom, for whom, and what of it may come out (RFC 8693)."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.resource_servers import BUY, LIST, PURPOSES, TAXIS, TICKETS
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.protocol.acting import may_act, registered_before
from vneid_idp.protocol.audience import Audience, scope_at
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.client import Client, ClientProfile, Purpose
from vneid_idp.protocol.errors import InvalidRequest, InvalidScope, InvalidTarget, OAuthError, UnauthorizedClient
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.request import DeriveToken, TokenRequest
from vneid_idp.protocol.grant_types.token_exchange import (
    ACCESS_TOKEN_TYPE,
    Carried,
    drafted,
    exchange,
    lives_until,
    narrowed,
)
from vneid_idp.protocol.permitted import permitted
from vneid_idp.protocol.targets import Target, item_at
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE, AccessToken, new_access_token

NOW = 1_900_000_000 * SECOND
KEY = Confirmation("jkt", "thumb")
SEALER = Sealer({1: bytes(32)}, 1)
PURPOSE = Purpose("account", 1, {}, {}, {}, {}, optional=("full_name", "phone_number", "email"))
POINT = Client(
    "cli_point", "Point", family="carrier", scope=("openid", "full_name", "binding:social_account"),
    grant_types=(TOKEN_EXCHANGE,), token_endpoint_auth_method="private_key_jwt",
)  # fmt: skip
DEALER = replace(POINT, client_id="cli_dealer")
BACK_END = replace(POINT, client_id="cli_back_end")
APP = Client(
    "cli_app", "App", family="carrier", scope=("openid", "full_name", "phone"), purposes=(PURPOSE,),
    may_act=("cli_point", "cli_dealer"),
)  # fmt: skip
PERSONS = Authorisation(
    "cli_app", "per_a", ("openid", "full_name", "phone"), Origin.BROWSER, AuthorisationGround("con_a", "ses_a"),
    claims={"userinfo": {"email": {}}}, bound_to=Confirmation("jkt", "the app's"), link=True,
)  # fmt: skip
MATCH = {"type": "identity_match", "fields": ["face"], "purpose": "subscriber_authentication"}
NUMBER = {"type": "subscriber_number"}
OWN = Authorisation("cli_point", None, ("binding:social_account",), Origin.CLIENT)
WANTED = DeriveToken(AccessToken("tok", "cli_app", "grt", (), NOW, NOW), False, None, None, KEY)
ACTING = replace(WANTED, has_actor=True)


def sealed(token: AccessToken) -> str:
    return SEALER.seal_json(SealPurpose.ACCESS_TOKEN, token.to_json())


SUBJECT = new_access_token("tok_a", PERSONS, "grt_a", NOW)
ACTOR = new_access_token("tok_b", OWN, None, NOW, registered_at=POINT.issued_at)
GOOD = {"subject_token": sealed(SUBJECT), "subject_token_type": ACCESS_TOKEN_TYPE}
DELEGATED = GOOD | {"actor_token": sealed(ACTOR), "actor_token_type": ACCESS_TOKEN_TYPE}


SIGNED = replace(SUBJECT, audience=(TICKETS.server_id,), scope=(BUY,))
USERINFO, BINDINGS = Audience(("/userinfo",)), Audience(("/bindings/v1",))
AT = Target(TICKETS.server_id, (BUY,))
AIMED: list[tuple[AccessToken, Audience | None, tuple[Target, ...] | None]] = [
    (SUBJECT, None, ()),
    (SUBJECT, Audience(), ()),  # a client of the family, which takes it whatever else it is for
    (SUBJECT, USERINFO, (Target("/userinfo"),)),
    (SUBJECT, Audience(server=TICKETS), None),
    (replace(SUBJECT, audience=("/userinfo",)), None, (Target("/userinfo"),)),
    (replace(SUBJECT, audience=("/userinfo",)), Audience(), (Target("/userinfo"),)),
    (replace(SUBJECT, audience=("/userinfo", "/admin/v1")), USERINFO, (Target("/userinfo"),)),
    (replace(SUBJECT, audience=("/userinfo",)), BINDINGS, None),
    (replace(SUBJECT, audience=("/userinfo",)), Audience(("/userinfo", "/bindings/v1")), None),
    (SIGNED, None, (AT,)),
    (SIGNED, Audience(server=TICKETS), (AT,)),
    (SIGNED, Audience(server=TAXIS), None),
    (SIGNED, Audience(), None),
    (SIGNED, USERINFO, None),
]


@pytest.mark.parametrize(("subject", "audience", "targets"), AIMED)
def test_a_token_leads_nowhere_but_where_the_first_one_does(
    subject: AccessToken, audience: Audience | None, targets: tuple[Target, ...] | None
) -> None:
    wanted = replace(WANTED, subject=subject, audience=audience)
    before = Carried(replace(PERSONS, details=(MATCH, NUMBER)), "cli_app")
    if targets is None:
        with pytest.raises(InvalidTarget):
            drafted(BACK_END, before, wanted)
        return
    draft = drafted(BACK_END, before, wanted)
    assert draft.targets == targets
    # What is told elsewhere is what was allowed there, and nothing else that stands in the same grant.
    assert (draft.scope, draft.details) == (((), ()) if subject is SIGNED else (PERSONS.scope, (MATCH, NUMBER)))


def test_a_signed_token_is_taken_once_its_signature_was_verified() -> None:
    params = GOOD | {"subject_token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"}
    request = TokenRequest(POINT, params, KEY, NOW, Audience(server=TICKETS), signed_subject=SIGNED)
    assert exchange(request, SEALER) == DeriveToken(SIGNED, False, None, None, KEY, Audience(server=TICKETS))
    as_actor = DELEGATED | {"actor_token": params["subject_token"]}
    for bad in (replace(request, signed_subject=None), replace(request, now=SIGNED.expires_at)):
        with pytest.raises(InvalidRequest):
            exchange(bad, SEALER)
    with pytest.raises(InvalidRequest):
        exchange(replace(request, params=as_actor), SEALER)


def test_at_a_resource_server_the_operator_says_there_who_may() -> None:
    item = item_at(TICKETS.server_id, BUY)
    draft = drafted(BACK_END, Carried(PERSONS, "cli_app"), replace(WANTED, subject=SIGNED))
    for given in (True, False):
        counts = permitted(
            BACK_END, draft, {item: Decision(PURPOSES[0].id, 1, given=given)}, replace(APP, purposes=PURPOSES)
        )
        assert counts.targets == ((AT,) if given else ())
    own = replace(draft, subject=None, targets=(Target(TICKETS.server_id, (BUY, LIST)),))
    assert scope_at(own, TICKETS) == (LIST,), "in a client's own name what is offered so"


def asked(
    params: dict[str, str], client: Client = POINT, *, now: int = NOW, proof: Confirmation | None = KEY
) -> DeriveToken:
    return exchange(TokenRequest(client, params, proof, now), SEALER)


def test_what_is_asked_is_read_and_bound_to_the_key_that_is_proven() -> None:
    assert asked(GOOD) == DeriveToken(SUBJECT, False, None, None, KEY)
    full = DELEGATED | {"scope": "openid", "requested_token_type": ACCESS_TOKEN_TYPE, "authorization_details": "[]"}
    assert asked(full) == DeriveToken(SUBJECT, True, "openid", "[]", KEY)


ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
REFUSED: dict[str, tuple[dict[str, str | None], type[OAuthError]]] = {
    "no subject_token": ({"subject_token": None}, InvalidRequest),
    "no type of it": ({"subject_token_type": None}, InvalidRequest),
    "an ID token": ({"subject_token_type": ID_TOKEN}, InvalidRequest),
    "a JWT": ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, InvalidRequest),
    "a refresh token by its type": (
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, InvalidRequest,
    ),
    "a refresh token as an access token": (
        {"subject_token": SEALER.seal_json(SealPurpose.REFRESH_TOKEN, ["cli_app", "grt_a", 1])}, InvalidRequest,
    ),
    "another issuer's": ({"subject_token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"}, InvalidRequest),
    "another kind of result": ({"requested_token_type": ID_TOKEN}, InvalidRequest),
    "an actor without a type": ({"actor_token_type": None}, InvalidRequest),
    "a type without an actor": ({"actor_token": None}, InvalidRequest),
    "a person's token as the actor": ({"actor_token": sealed(SUBJECT)}, InvalidRequest),
    "a person's token of its own as the actor": (
        {"actor_token": sealed(replace(SUBJECT, client_id="cli_point", bound_to=None))}, InvalidRequest,
    ),
    "an actor that expired": (
        {"actor_token": sealed(new_access_token("t", OWN, None, NOW - ACCESS_TOKEN_LIFE))}, InvalidRequest,
    ),
    "another client's as the actor": (
        {"actor_token": sealed(new_access_token("t", replace(OWN, client_id="cli_dealer"), None, NOW))}, InvalidRequest,
    ),
    "an exchanged one as the actor": (
        {"actor_token": sealed(new_access_token("t", replace(OWN, acts_for="cli_app"), None, NOW))}, InvalidRequest,
    ),
    "an actor with another key": (
        {"actor_token": sealed(new_access_token("t", replace(OWN, bound_to=Confirmation("jkt", "b")), None, NOW))},
        InvalidRequest,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_one_thing_wrong_with_what_is_asked(what: str) -> None:
    changes, error = REFUSED[what]
    with pytest.raises(error):
        asked({name: value for name, value in (DELEGATED | changes).items() if value is not None})


def test_who_proves_nothing_or_belongs_to_nobody_exchanges_nothing_and_nothing_that_expired() -> None:
    for client in (replace(POINT, token_endpoint_auth_method="none"), replace(POINT, family=None)):
        with pytest.raises(UnauthorizedClient):
            asked(GOOD, client)
    for token in (GOOD, DELEGATED):
        with pytest.raises(InvalidRequest):
            asked(token, now=NOW + ACCESS_TOKEN_LIFE)
    again = replace(POINT, issued_at=NOW + 1)
    old = new_access_token("t", OWN, None, NOW, registered_at=NOW)
    with pytest.raises(InvalidRequest):
        asked(DELEGATED | {"actor_token": sealed(old)}, again)


def test_what_is_handed_on_names_who_acts_and_links_nothing() -> None:
    plain = drafted(BACK_END, Carried(PERSONS, "cli_app"), WANTED)
    assert (plain.client_id, plain.acts_for, plain.actors, plain.link) == ("cli_back_end", "cli_app", (), False)
    assert (plain.bound_to, plain.origin, plain.claims) == (KEY, Origin.EXCHANGE, PERSONS.claims)
    assert drafted(BACK_END, Carried(PERSONS, "cli_app"), replace(WANTED, scope="openid")).claims == {}
    narrow = replace(WANTED, subject=replace(SUBJECT, audience=("/userinfo",)))
    assert drafted(BACK_END, Carried(PERSONS, "cli_app"), narrow).targets == (Target("/userinfo"),)
    first = drafted(POINT, Carried(PERSONS, "cli_app"), ACTING)
    second = drafted(DEALER, Carried(first, "cli_point"), ACTING)
    assert (first.actors, second.actors) == (("cli_point",), ("cli_dealer", "cli_point"))
    assert (second.client_id, second.acts_for) == ("cli_dealer", "cli_app")
    assert drafted(POINT, Carried(first, "cli_point"), WANTED).actors == ("cli_point",), "for itself, narrower"
    assert drafted(APP, Carried(PERSONS, "cli_app"), WANTED).acts_for is None
    assert drafted(BACK_END, Carried(plain, "cli_back_end"), WANTED).acts_for == "cli_app", "for itself, narrower"
    cells: list[tuple[Client, Authorisation, str, DeriveToken]] = [
        (BACK_END, second, "cli_dealer", ACTING),  # a third actor
        (POINT, first, "cli_point", ACTING),
        (POINT, second, "cli_dealer", ACTING),
        (BACK_END, first, "cli_point", WANTED),
        (replace(BACK_END, client_id="cli_another"), plain, "cli_back_end", WANTED),  # through whom, nothing would say
        (POINT, plain, "cli_back_end", ACTING),
        (BACK_END, replace(OWN, client_id="cli_app"), "cli_app", WANTED),
    ]
    for client, before, holder, wanted in cells:
        with pytest.raises(InvalidRequest):
            drafted(client, Carried(before, holder), wanted)


@pytest.mark.parametrize(
    ("counting", "text", "scope"),
    [
        (("openid", "full_name"), None, ("openid", "full_name")),
        (("openid", "full_name"), "full_name", ("full_name",)),
        (("openid", "email", "offline_access", "admin:policy"), None, ("openid",)),
        (("full_name",), "openid", None),
        (("openid", "email"), "email", None),
        (("openid", "offline_access"), "offline_access", None),
        (("openid", "admin:policy"), "admin:policy", None),
        (("openid",), "", None),
        ((), None, None),
    ],
)
def test_a_scope_is_never_wider(counting: tuple[str, ...], text: str | None, scope: tuple[str, ...] | None) -> None:
    carried = ("openid", "full_name", "offline_access", "admin:policy")
    if scope is not None:
        assert narrowed(carried, counting, text) == scope
        return
    with pytest.raises(InvalidScope):
        narrowed(carried, counting, text)


def test_what_counts_is_what_both_clients_may() -> None:
    decided = {name: Decision("account", 1, given=True) for name in ("full_name", "phone_number", "email")}
    draft = drafted(POINT, Carried(PERSONS, "cli_app"), ACTING)
    assert permitted(POINT, draft, decided, APP).scope == ("openid", "full_name")
    assert permitted(replace(POINT, scope=("openid", "phone")), draft, decided, APP).scope == ("openid", "phone")
    assert permitted(POINT, draft, decided, replace(APP, scope=("openid",))).scope == ("openid",)
    assert permitted(POINT, draft, decided, replace(APP, purposes=())).scope == ("openid",)
    assert permitted(POINT, draft, decided | {"full_name": Decision("account", 1, given=False)}, APP).scope == (
        "openid",
    )
    with pytest.raises(AssertionError):
        permitted(POINT, draft, decided)


def test_details_count_as_far_as_both_clients_are_registered_for_them() -> None:
    types: dict[str, Any] = {"profile": ClientProfile.FAPI2, "authorization_details_types": ("identity_match",)}
    draft = drafted(BACK_END, Carried(replace(PERSONS, details=(MATCH,)), "cli_app"), WANTED)
    for both, counts in (((types, types), (MATCH,)), (({}, types), ()), ((types, {}), ())):
        asks, agreed = replace(BACK_END, **both[0]), replace(APP, **both[1])
        assert permitted(asks, draft, {}, agreed).details == counts


MAY: dict[str, tuple[Client, Client, list[Client], bool]] = {
    "a back end": (BACK_END, APP, [], True),
    "a point": (POINT, APP, [POINT], True),
    "a dealer under a point": (DEALER, APP, [DEALER, POINT], True),
    "a point that does not say so": (POINT, APP, [], False),
    "a point that another acts over": (POINT, APP, [DEALER], False),
    "who is not named": (BACK_END, APP, [BACK_END], False),
    "a dealer under who is not named": (DEALER, APP, [DEALER, BACK_END], False),
    "who is registered for it no more": (replace(BACK_END, grant_types=()), APP, [], False),
    "another family": (replace(BACK_END, family="other"), APP, [], False),
    "no family": (replace(BACK_END, family=None), replace(APP, family=None), [], False),
    "a point that left": (DEALER, APP, [DEALER, replace(POINT, family="other")], False),
}


@pytest.mark.parametrize("who", MAY)
def test_who_may_act(who: str) -> None:
    holder, agreed, actors, may = MAY[who]
    assert may_act(holder, agreed, actors) is may


def test_nobody_is_who_had_the_id_before() -> None:
    assert registered_before(NOW, (replace(APP, issued_at=NOW), POINT))
    assert not registered_before(NOW, (APP, replace(POINT, issued_at=NOW + 1)))


def test_it_does_not_outlive_what_it_was_made_from() -> None:
    later = NOW + 4 * MINUTE
    assert lives_until(SUBJECT, later, ACCESS_TOKEN_LIFE) == SUBJECT.expires_at
    assert lives_until(SUBJECT, NOW - MINUTE, ACCESS_TOKEN_LIFE) == NOW + 9 * MINUTE
    made = new_access_token("t", PERSONS, "grt", later, until=SUBJECT.expires_at)
    assert made.expires_at == SUBJECT.expires_at
