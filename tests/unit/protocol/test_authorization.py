"""The authorization request: each fault has its error, what is unknown is ignored, what is good is kept."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.checks import table
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.redirect_uri import return_address
from vneid_idp.protocol.checks.table import Column
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.errors import InvalidScope, OAuthError
from vneid_idp.protocol.levels import LEVEL_1, LEVEL_2

URI = "https://rp.example/cb"
CLIENT = Client(
    "cli_a", "A", redirect_uris=(URI,), grant_types=("authorization_code", "refresh_token"),
    scope=("openid", "offline_access", "email", "age"), purposes=(Purpose("p", 1, {}, {}, {}, {}),),
)  # fmt: skip
PUBLIC = replace(CLIENT, token_endpoint_auth_method="none")
CHALLENGE = "a" * 43
GOOD = {
    "client_id": "cli_a", "redirect_uri": URI, "response_type": "code", "scope": "openid", "state": "s",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


def params(**changes: str | None) -> dict[str, str]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def read(client: Client, params: dict[str, str]) -> AuthorizationRequest:
    return table.read_authorization(Column.AUTHORIZE, RequestDraft(client, params))


def test_a_request_is_read() -> None:
    asked = params(
        scope="openid email openid unknown offline_access", nonce="n", prompt="login consent", max_age="0",
        acr_values=f"{LEVEL_2} urn:x", login_hint="a", id_token_hint="b", ui_locales="vi en",
        response_mode="form_post", claims='{"userinfo":{"email":null}}',
    )  # fmt: skip
    assert read(CLIENT, asked) == AuthorizationRequest(
        "cli_a", URI, "form_post", "s", ("openid", "email", "offline_access"), "n", CHALLENGE,
        frozenset({"login", "consent"}), 0, (LEVEL_2, "urn:x"), {"userinfo": {"email": {}}}, "a", "b", ("vi", "en"),
    )  # fmt: skip


def test_the_least_request() -> None:
    least = read(CLIENT, {"redirect_uri": URI, "response_type": "code", "scope": "openid"})
    assert least == AuthorizationRequest("cli_a", URI, "query", None, ("openid",))


FAULTS: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": "CODE"}, "unsupported_response_type"),
    ({"response_mode": "web_message"}, "invalid_request"),
    ({"response_mode": "jwt.jwt"}, "invalid_request"),
    ({"state": "s" * 4097}, "invalid_request"),
    ({"nonce": "n" * 1025}, "invalid_request"),
    ({"claims": '{"x":"%s"}' % ("y" * 4096)}, "invalid_request"),
    ({"claims": "[]"}, "invalid_request"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"resource": "https://api.example"}, "invalid_target"),
    ({"scope": None}, "invalid_scope"),
    ({"scope": "email"}, "invalid_scope"),
    ({"scope": "OPENID"}, "invalid_scope"),
    ({"scope": "openid phone"}, "invalid_scope"),
    ({"scope": "openid id_number"}, "invalid_scope"),
    ({"scope": "openid binding:social_account"}, "invalid_scope"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "none unknown"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "1.5"}, "invalid_request"),
    ({"max_age": "x"}, "invalid_request"),
    ({"max_age": "²"}, "invalid_request"),
    ({"max_age": "٣"}, "invalid_request"),
    ({"max_age": "1" * 11}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": CHALLENGE, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "a" * 42}, "invalid_request"),
    ({"code_challenge": "a" * 44}, "invalid_request"),
    ({"code_challenge": "a" * 42 + "="}, "invalid_request"),
    ({"code_challenge": "a" * 43 + "\n"}, "invalid_request"),
    ({"claims": '{"id_token":{"acr":{"essential":true,"values":["urn:x"]}}}'}, "unmet_authentication_requirements"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "code"), FAULTS, ids=str)
def test_each_fault_has_its_error(changes: dict[str, str | None], code: str) -> None:
    with pytest.raises(OAuthError) as refused:
        read(CLIENT, params(**changes))
    assert refused.value.code == code
    assert all(0x20 <= ord(letter) <= 0x7E and letter not in '"\\' for letter in refused.value.error_description)


def test_the_lengths_that_still_pass() -> None:
    assert read(CLIENT, params(state="s" * 4096, nonce="n" * 1024)).state == "s" * 4096
    assert read(CLIENT, params(max_age="9" * 10)).max_age == 9_999_999_999
    assert read(CLIENT, params(login_hint="1" * 512, ui_locales="v" * 256)).login_hint == "1" * 512
    assert read(CLIENT, params(id_token_hint="i" * 7800)).id_token_hint == "i" * 7800
    assert read(CLIENT, params(claims='{"x":"%s"}' % ("y" * 4088))).claims == {}


@pytest.mark.parametrize(
    "client",
    [replace(CLIENT, response_types=()), replace(CLIENT, grant_types=("client_credentials",))],
)
def test_a_client_without_the_code_flow_is_refused(client: Client) -> None:
    with pytest.raises(OAuthError) as refused:
        read(client, params())
    assert refused.value.code == "unauthorized_client"


def test_a_public_client_needs_a_challenge() -> None:
    with pytest.raises(OAuthError, match="required"):
        read(PUBLIC, params(code_challenge=None, code_challenge_method=None))
    assert read(PUBLIC, params()).code_challenge == CHALLENGE
    assert read(CLIENT, params(code_challenge=None, code_challenge_method=None)).code_challenge is None


def test_a_client_that_promised_to_binds_the_request_by_a_challenge_or_a_nonce() -> None:
    bound = replace(CLIENT, require_pkce_or_nonce=True)
    bare = params(code_challenge=None, code_challenge_method=None)
    for asked in (bare, bare | {"nonce": ""}):
        with pytest.raises(OAuthError, match="code_challenge_method S256, or a nonce"):
            read(bound, asked)
    assert read(bound, params()).nonce is None
    assert read(bound, bare | {"nonce": "n"}).code_challenge is None


@pytest.mark.parametrize(
    ("grant_types", "registered"),
    [
        (("authorization_code",), ("openid", "offline_access")),
        (("authorization_code", "refresh_token"), ("openid",)),
        (("authorization_code",), ("openid",)),
    ],
)
def test_offline_access_that_cannot_be_honoured_is_ignored(
    grant_types: tuple[str, ...], registered: tuple[str, ...]
) -> None:
    once = replace(CLIENT, grant_types=grant_types, scope=registered)
    assert read(once, params(scope="openid offline_access")).scope == ("openid",)
    with pytest.raises(InvalidScope):
        read(once, params(scope="openid offline_access email"))


def test_defaults_of_the_registration() -> None:
    client = replace(CLIENT, default_max_age=30, default_acr_values=(LEVEL_1,))
    assert (read(client, params()).max_age, read(client, params()).acr_values) == (30, (LEVEL_1,))
    asked = read(client, params(max_age="5", acr_values=LEVEL_2))
    assert (asked.max_age, asked.acr_values) == (5, (LEVEL_2,))


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"value": LEVEL_1}, (LEVEL_2,)),
        ({"essential": True, "value": LEVEL_1}, (LEVEL_1,)),
        ({"essential": True, "values": ["urn:x", LEVEL_1]}, ("urn:x", LEVEL_1)),
        ({"essential": True}, (LEVEL_2,)),
        ({"essential": "yes", "values": ["urn:x"]}, (LEVEL_2,)),
        ({"essential": True, "values": "urn:x"}, (LEVEL_2,)),
        ({"essential": True, "values": [1]}, (LEVEL_2,)),
    ],
)
def test_an_essential_acr_goes_before_the_parameter(rule: dict[str, object], wanted: tuple[str, ...]) -> None:
    text = orjson.dumps({"id_token": {"acr": rule}}).decode()
    assert read(CLIENT, params(claims=text, acr_values=LEVEL_2)).acr_values == wanted


def test_the_claims_parameter_names_levels_when_nothing_else_does() -> None:
    assert read(CLIENT, params(claims=f'{{"id_token":{{"acr":{{"value":"{LEVEL_2}"}}}}}}')).acr_values == (LEVEL_2,)


@pytest.mark.parametrize(
    ("label", "shown"), [("@ngọc.anh 🍵", "@ngọc.anh 🍵"), ("Ha\u0300", "Hà"), ("x" * 64, "x" * 64), (None, None)]
)
def test_the_label_of_an_account_is_read_where_one_is_to_be_linked(label: str | None, shown: str | None) -> None:
    network = replace(CLIENT, scope=("openid", "binding:social_account"))
    links = params(scope="openid binding:social_account", account_label=label)
    assert read(network, links).account_label == shown
    assert read(network, {**links, "scope": "openid"}).account_label is None


def test_the_subject_that_is_wanted() -> None:
    assert read(CLIENT, params(claims='{"id_token":{"sub":{"value":"a"}}}')).wanted_subject == "a"
    assert read(CLIENT, params(claims='{"id_token":{"sub":{"value":1}}}')).wanted_subject is None
    assert read(CLIENT, params()).wanted_subject is None


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_unknown_parameters_change_nothing(more: dict[str, str]) -> None:
    known = {
        *AuthorizationRequest.__dataclass_fields__, "response_type", "registration", "resource",
        "code_challenge_method", "request", "request_uri",
    }  # fmt: skip
    unknown = {name: value for name, value in more.items() if name not in known}
    assert read(CLIENT, {**unknown, **GOOD}) == read(CLIENT, GOOD)


@pytest.mark.parametrize("name", ["display", "claims_locales", "audience", "access_token"])
def test_parameters_that_we_leave_alone(name: str) -> None:
    assert read(CLIENT, params(**{name: "x"})) == read(CLIENT, GOOD)


values = st.text(max_size=20) | st.sampled_from(["openid", "code", "none", "0", "{}", URI])
OPTIONAL = (
    "state", "nonce", "prompt", "max_age", "acr_values", "claims", "login_hint", "ui_locales", "response_mode",
    "code_challenge", "code_challenge_method",
)  # fmt: skip
anything = st.fixed_dictionaries(
    {"redirect_uri": st.just(URI), "response_type": st.just("code"), "scope": st.just("openid")},
    optional=dict.fromkeys(OPTIONAL, values),
)


@given(anything)
def test_any_request_is_refused_or_survives_storage(asked: dict[str, str]) -> None:
    try:
        request = read(CLIENT, asked)
    except OAuthError:
        return
    assert AuthorizationRequest.from_json(orjson.loads(orjson.dumps(request.to_json()))) == request
    assert request.state == asked.get("state")


def test_what_was_stored_before_can_still_be_read() -> None:
    stored: dict[str, Any] = {
        "client_id": "cli_a", "redirect_uri": URI, "response_mode": "query", "state": None, "scope": ["openid"],
        "nonce": None, "code_challenge": None, "prompt": ["login"], "max_age": None, "acr_values": [], "claims": {},
        "login_hint": None, "id_token_hint": None, "ui_locales": ["vi"],
    }  # fmt: skip
    request = AuthorizationRequest.from_json(stored)
    assert request.to_json() == {
        **stored,
        "registered_at": 0,
        "account_label": None,
        "dpop_jkt": None,
        "details": [],
        "polled": None,
        "targets": [],
    }, "which is no other client's, whenever it was registered"
    assert request.prompt == {"login"}
    least = AuthorizationRequest.from_json({k: stored[k] for k in list(stored)[:5]})
    assert least == AuthorizationRequest("cli_a", URI, "query", None, ("openid",))


def test_the_return_address_keeps_state_and_falls_back_to_query() -> None:
    address = return_address(CLIENT, params(response_mode="nonsense"))
    assert (address.redirect_uri, address.response_mode, address.state) == (URI, "query", "s")
    assert return_address(CLIENT, params(response_mode="form_post", state=None)).response_mode == "form_post"
