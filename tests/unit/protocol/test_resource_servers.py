"""Resource servers of others: what may be registered, what may be asked, and for whom a token is (RFC 8707)."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.resource_servers import BUY, ISSUER, KNOWN, LIST, PURPOSES, TAXIS, TICKETS, registration, server
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.audience import (
    Audience,
    as_told_there,
    meant_for,
    read_audience,
    read_exchange_audience,
    read_targets,
)
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin
from vneid_idp.protocol.claims import Decision, items_of, leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidScope, InvalidTarget, OAuthError
from vneid_idp.protocol.grant_types import client_credentials
from vneid_idp.protocol.grant_types.request import TokenRequest
from vneid_idp.protocol.permitted import as_items, granted_targets, permitted
from vneid_idp.protocol.resource_servers import BadResourceServer, check_words_stand, members_from_json, read_server
from vneid_idp.protocol.signed_token import claims_of
from vneid_idp.protocol.subjects import subject_at
from vneid_idp.protocol.targets import Target, item_at, items_at
from vneid_idp.protocol.tokens import new_access_token, open_access_token, open_signed_token, seal_access_token

CLIENT = Client("cli_a", "A", scope=("openid",), purposes=PURPOSES, grant_types=("client_credentials",))
SEALER = Sealer({1: bytes(32)}, 1)
T1, T2 = TICKETS.members.identifier, TAXIS.members.identifier
USERINFO = f"{ISSUER}/userinfo"
AT = Target(TICKETS.server_id, (BUY, LIST))
PERSON = Authorisation(
    "cli_a", "per_a", ("openid",), Origin.BROWSER, AuthorisationGround("con_a"), acr="urn:vneid:level:2", auth_time=9
)


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "tickets.example/api"}, {"resource": "https://tickets.example/api#a"}, {"resource": None},
        {"resource": "https://a b.example"}, {"resource": "https:/a"}, {"resource": ISSUER},
        {"resource": f"{ISSUER}/userinfo"}, {"resource": "https://" + "a" * 300},
        {"resource_name": None}, {"resource_name": "two\nlines"}, {"family": None}, {"scopes": None}, {"scopes": []},
        {"scopes": [{"scope": "a b", "title": {"vi": "A"}}]}, {"scopes": [{"scope": "a", "title": {"en": "A"}}]},
        {"scopes": [{"scope": "profile", "title": {"vi": "A"}}]}, {"scopes": [{"scope": "a"}]},
        {"scopes": [{"scope": "admin:keys", "title": {"vi": "A"}}]},
        {"scopes": [{"scope": "a", "title": {"vi": "A"}, "own_name": "yes"}]},
        {"scopes": [{"scope": "a", "title": {"vi": "A"}}] * 2}, {"access_token_signing_alg": "RS256"},
        {"clients": "cli_a"}, {"clients": [""]}, {"introspection_client": 1}, {"unknown": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_resource_server_is_not_registered(changes: dict[str, Any]) -> None:
    read_server(registration(), ISSUER)
    with pytest.raises(BadResourceServer):
        read_server(registration(**changes), ISSUER)


def test_what_is_registered_is_read_again_and_signed_by_es256_unless_it_says_otherwise() -> None:
    for members in (TICKETS.members, read_server(registration(resource="urn:example:tickets"), ISSUER)):
        assert members_from_json(members.to_json()) == members
    assert TICKETS.members.signing_alg == "ES256"


def test_what_people_agreed_to_goes_on_meaning_that() -> None:
    before = TICKETS
    check_words_stand(before, server(resource_name="Another", clients=[]).members)
    check_words_stand(before, server(scopes=[{"scope": "new", "title": {"vi": "Mới"}}]).members)
    without = replace(
        server(scopes=registration()["scopes"][1:]), former_titles={BUY: {"vi": "Mua vé", "en": "Buy tickets"}}
    )
    check_words_stand(without, before.members)
    with pytest.raises(BadResourceServer):
        check_words_stand(without, server(scopes=[{"scope": BUY, "title": {"vi": "Bán vé"}}]).members)
    for other in (server(resource=T2), server(scopes=[{"scope": BUY, "title": {"vi": "Bán vé"}}])):
        with pytest.raises(BadResourceServer):
            check_words_stand(before, other.members)


BAD = ("https://nobody.example", "tickets", f"{T1}#x", f"{ISSUER}/token", f"{T1} nonsense", f"{T1}/", "", "a " * 9)


@pytest.mark.parametrize("text", BAD)
def test_a_resource_that_nobody_issues_tokens_for_is_refused(text: str) -> None:
    with pytest.raises(InvalidTarget):
        read_audience(text, KNOWN, CLIENT)
    with pytest.raises(InvalidTarget):
        read_targets(text, BUY, KNOWN, CLIENT)


def test_of_several_resources_one_may_be_asked_together() -> None:
    assert read_targets(f"{T1} {T2} {USERINFO}", f"openid {BUY}", KNOWN, CLIENT) == (
        Target("/userinfo"),
        Target("rsv_tickets", (BUY,)),
        Target("rsv_taxis", (BUY,)),
    )
    assert read_targets(None, BUY, KNOWN, CLIENT) == ()
    assert read_audience(T1, KNOWN, CLIENT) == Audience(server=TICKETS)
    assert read_audience(f"{USERINFO} {ISSUER}/bindings/v1", KNOWN, CLIENT) == Audience(("/userinfo", "/bindings/v1"))
    for text in (f"{T1} {T2}", f"{T1} {USERINFO}"):
        with pytest.raises(InvalidTarget):
            read_audience(text, KNOWN, CLIENT)


def test_an_exchange_names_resources_either_way_and_clients_of_the_family() -> None:
    known = replace(KNOWN, takers=frozenset({"cli_b", "cli_c"}))

    def read(resource: str | None, audience: str | None) -> Audience | None:
        return read_exchange_audience(resource, audience, known, CLIENT)

    assert read(None, None) is None
    assert read(None, T1) == read(T1, None) == read(T1, T1) == Audience(server=TICKETS)
    assert read(None, "cli_b") == read(None, "cli_b cli_c") == Audience()
    assert read(USERINFO, "cli_b") == read(None, f"cli_b {USERINFO}") == Audience(("/userinfo",))
    wrong = [
        (None, "cli_d"),
        (None, "cli_b cli_d"),
        ("cli_b", None),
        (T1, "cli_b"),
        (T1, T2),
        (USERINFO, T1),
        (None, " "),
    ]
    for resource, audience in [*wrong, *((None, text) for text in BAD), ("https://nobody.example", "cli_b")]:
        with pytest.raises(InvalidTarget):
            read(resource, audience)
    with pytest.raises(InvalidTarget, match="audience names"):  # and not that resource, which nobody sent, is wrong
        read(None, "cli_d")


@pytest.mark.parametrize(
    ("client", "scope", "refusal"),
    [
        (replace(CLIENT, client_id="cli_b"), BUY, InvalidTarget),
        (replace(CLIENT, purposes=()), BUY, InvalidTarget),
        (CLIENT, "openid profile", InvalidScope),
    ],
)
def test_who_may_ask_a_person_and_for_what(client: Client, scope: str, refusal: type[OAuthError]) -> None:
    with pytest.raises(refusal):
        read_targets(T1, scope, KNOWN, client)


def test_a_token_is_for_what_was_authorised_and_no_more() -> None:
    both = replace(PERSON, targets=(Target("/userinfo"), AT))
    assert meant_for(PERSON, None) == PERSON, "without a resource, for all of our own APIs"
    assert meant_for(both, None).targets == (Target("/userinfo"),), "and never for a server that is not named"
    assert meant_for(PERSON, Audience(("/admin/v1",))).targets == (Target("/admin/v1"),)
    assert meant_for(both, Audience(server=TICKETS)).targets == (AT,)
    fewer = replace(TICKETS, members=server(scopes=registration()["scopes"][:1]).members)
    assert meant_for(both, Audience(server=fewer)).targets == (Target("rsv_tickets", (BUY,)),)
    for audience in (Audience(("/bindings/v1",)), Audience(server=TAXIS)):
        with pytest.raises(InvalidTarget):
            meant_for(both, audience)
    with pytest.raises(InvalidTarget):
        meant_for(PERSON, Audience(server=TICKETS))


def test_a_person_is_asked_for_each_scope_there_and_what_they_take_back_counts_no_more() -> None:
    items = items_of(CLIENT, ("openid",), {}, elsewhere=items_at((Target("/userinfo"), AT)))
    assert [item.name for item in items] == [item_at("rsv_tickets", BUY), item_at("rsv_tickets", LIST)]
    assert all(item.required for item in items)
    decided = {item.name: Decision(item.purpose, item.version, given=item is items[0]) for item in items}
    assert granted_targets((AT, Target("/userinfo")), decided) == (Target("rsv_tickets", (BUY,)), Target("/userinfo"))
    granted = replace(PERSON, targets=(AT,))
    assert permitted(CLIENT, granted, decided).targets == (Target("rsv_tickets", (BUY,)),)
    assert permitted(CLIENT, granted, {}).targets == ()
    assert permitted(replace(CLIENT, purposes=()), granted, decided).targets == ()
    assert [item.name for item in as_items(CLIENT, decided)] == [item.name for item in items]
    assert leaving(decided) == {}, "which is no claim"


def test_in_its_own_name_a_client_has_what_the_server_lets_it() -> None:
    def asked(text: str | None) -> tuple[Target, ...]:
        params = {} if text is None else {"scope": text}
        request = TokenRequest(CLIENT, params, None, 1, Audience(server=TICKETS))
        return client_credentials.authorise(request, SEALER).authorisation.targets

    assert asked(None) == asked(LIST) == (Target("rsv_tickets", (LIST,)),)
    for text in (BUY, "openid", f"{LIST} {BUY}"):
        with pytest.raises(InvalidScope):
            asked(text)


def test_a_signed_token_says_what_it_must_and_opens_as_no_other() -> None:
    granted = replace(PERSON, targets=(AT,), bound_to=Confirmation("jkt", "k"), details=({"type": "identity_match"},))
    token = new_access_token("tok_a", granted, "grt_a", 1_000, life=300_000)
    jti = seal_access_token(SEALER, token)
    assert open_signed_token(SEALER, jti) == token
    assert open_access_token(SEALER, jti) is None
    assert not token.is_for("/userinfo")
    told = as_told_there(granted, token.scope)
    assert claims_of(ISSUER, TICKETS, token, told, "sub", "jti") == {
        "iss": ISSUER, "sub": "sub", "aud": T1, "client_id": "cli_a", "iat": 1, "exp": 301, "jti": "jti",
        "scope": f"{BUY} {LIST}", "acr": "urn:vneid:level:2", "auth_time": 0, "cnf": {"jkt": "k"},
    }  # fmt: skip
    narrow = new_access_token("tok_b", replace(PERSON, targets=(Target("/userinfo"),)), "grt_a", 1)
    assert open_access_token(SEALER, seal_access_token(SEALER, narrow)) == narrow
    assert narrow.is_for("/userinfo")
    assert not narrow.is_for("/admin/v1")


def test_nobody_can_compare_whom_a_server_and_a_client_know() -> None:
    pairs = [(one, other) for one in ("rsv_a", "rsv_b") for other in ("cli_a", "cli_b")]
    assert len({subject_at(*pair, "per_a", b"key") for pair in pairs}) == len(pairs)
