"""The policy of authorization requests, as it stands: which checks run where, in which order, and what they answer."""

import traceback
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import combinations
from typing import Any

import pytest

from tests.support.resource_servers import KNOWN, PURPOSES, TICKETS
from vneid_idp.protocol import client_auth, errors, jose, request_object
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.checks import profiles
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.profiles import EVERY, PROFILES, ProfileRules
from vneid_idp.protocol.checks.table import ARRIVAL, BOTH, REQUEST, CheckRow, Column, check_arrival, read_authorization
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE
from vneid_idp.protocol.jose import Unverified

TABLE = """
                        AUTHORIZE PAR DEVICE BACKCHANNEL  refuses with  (of some profiles alone)
check_device_grant              -   -      x           -  unauthorized_client
check_backchannel_grant         -   -      -           x  unauthorized_client
check_no_reference              -   x      -           x  invalid_request
check_pusher                    -   x      x           x  invalid_request
check_signed                    -   -      -           x  invalid_request
check_always_signed             -   -      -           x  invalid_request  (fapi2 ciba camara)
check_one_object                x   -      -           -  invalid_request
check_promised_object           x   x      -           -  invalid_request
    (the request object, if there is one, is fetched, opened, verified and merged)
check_redirect_uri              x   -      -           -  invalid_request  -> address
check_response_type             x   x      -           -  invalid_request unsupported_response_type unauthorized_client
check_response_mode             x   x      -           -  invalid_request
check_lengths                   x   x      x           x  invalid_request
check_hint                      -   -      -           x  invalid_request  -> hint
check_binding_message           -   -      -           x  invalid_binding_message  -> binding_message
check_declared_place            -   -      -           x  invalid_request  -> declared_place
check_requested_expiry          -   -      -           x  invalid_request  -> backchannel_life
check_notification_token        -   -      -           x  invalid_request  -> notification_token
check_unsupported               x   x      x           x  registration_not_supported
check_redirect_uri              -   x      -           -  invalid_request  -> address
check_claims                    x   x      x           x  invalid_request  -> claims
check_scope                     x   x      x           x  invalid_scope  -> scope
check_details                   x   x      x           x  invalid_authorization_details  -> details
check_resource                  x   x      x           x  invalid_target invalid_scope  -> targets
check_always_challenged         x   x      -           -  invalid_request  (fapi2 camara)
check_code_challenge            x   x      -           -  invalid_request  -> code_challenge
check_prompt                    x   x      -           -  invalid_request  -> prompt
check_max_age                   x   x      x           x  invalid_request  -> max_age
check_acr_values                x   x      x           x  unmet_authentication_requirements  -> acr_values
check_account_label             x   x      x           x  invalid_request  -> account_label
check_dpop_jkt                  x   x      -           -  invalid_request invalid_dpop_proof  -> dpop_jkt
check_was_pushed                x   -      -           -  invalid_request
check_always_pushed             x   -      -           -  invalid_request  (fapi2)
"""


def _line(row: CheckRow) -> str:
    marks = ["x" if column in row.columns else "-" for column in Column]
    codes = " ".join(dict.fromkeys(error.code for error in row.refuses))
    gives = f"  -> {row.gives}" if row.gives else ""
    widths = (len(str(column.name)) + (column is not Column.AUTHORIZE) for column in Column)
    shown = "".join(f"{mark:>{width}}" for mark, width in zip(marks, widths, strict=True))
    some = "" if row.profiles == EVERY else f"  ({' '.join(each for each in ClientProfile if each in row.profiles)})"
    return f"{row.check.__name__:24}{shown}  {codes}{gives}{some}"


def test_the_table_reads_like_this() -> None:
    head = f"{'':24}{' '.join(str(column.name) for column in Column)}  refuses with  (of some profiles alone)"
    between = "    (the request object, if there is one, is fetched, opened, verified and merged)"
    lines = [head, *map(_line, ARRIVAL), between, *map(_line, REQUEST)]
    assert lines == TABLE.strip("\n").splitlines(), "\n".join(lines)


URI = "https://rp.example/cb"
GRANTS = ("authorization_code", DEVICE_CODE, CIBA)
CLIENT = Client("cli_a", "A", redirect_uris=(URI,), grant_types=GRANTS, scope=("openid", "email"))
GOOD = {
    "client_id": "cli_a", "redirect_uri": URI, "response_type": "code", "scope": "openid", "state": "s",
    "code_challenge": "a" * 43, "code_challenge_method": "S256", "login_hint": "tel:+84951234567",
}  # fmt: skip

PROVEN = Confirmation("jkt", "a" * 43)
Changes = dict[str, Any]
LINKS: Changes = {"scope": "openid binding:social_account"}
MAY_LINK: Changes = {"scope": ("openid", "binding:social_account")}
MATCH = '[{"type": "identity_match", "fields": ["face"], "purpose": "subscriber_authentication"}]'
MAY_MATCH: Changes = {"authorization_details_types": ("identity_match",), "profile": ClientProfile.CIBA}
NO_HINTS: tuple[Changes, ...] = (
    {"login_hint": None},
    {"login_hint_token": "a.b.c"},
    {"id_token_hint": "a.b.c"},
    *({"login_hint": text} for text in ("0951234567", "+84951234567", "tel:0951234567", "tel:+84 951", "minh")),
)
SIGNED: Changes = {"request": "a.b.c"}
NO_LABELS = ("x" * 65, "two\nlines", "left\u202eright", "hid\u200bden", " ", " padded", "z" + "\u0300\u0301" * 2)
SPOILS: list[tuple[str, type[OAuthError], Changes, Changes]] = [
    ("check_no_reference", errors.InvalidRequest, {"request_uri": "urn:x"}, {}),
    ("check_pusher", errors.InvalidRequest, {"client_id": "cli_b"}, {}),
    ("check_one_object", errors.InvalidRequest, {"request": "a.b.c", "request_uri": "https://rp.example/r"}, {}),
    ("check_promised_object", errors.InvalidRequest, {}, {"require_signed_request_object": True}),
    ("check_device_grant", errors.UnauthorizedClient, {}, {"grant_types": ("authorization_code", CIBA)}),
    ("check_backchannel_grant", errors.UnauthorizedClient, {}, {"grant_types": GRANTS[:2]}),
    ("check_backchannel_grant", errors.UnauthorizedClient, {}, {"token_endpoint_auth_method": "none"}),
    ("check_signed", errors.InvalidRequest, {}, {"backchannel_authentication_request_signing_alg": "ES256"}),
    *(("check_hint", errors.InvalidRequest, hint, {}) for hint in NO_HINTS),
    *(
        ("check_binding_message", errors.InvalidBindingMessage, {"binding_message": text}, {})
        for text in ("x" * 21, " a", "a ", "<b>", "a\nb", "ký tự", "\u202eab", "!")
    ),
    *(
        ("check_declared_place", errors.InvalidRequest, {"declared_place": text}, {})
        for text in ("x" * 41, "<b>", "a\nb", "Москва", "\u202eab", "!", "https://x.example/?a")
    ),
    *(
        ("check_requested_expiry", errors.InvalidRequest, {"requested_expiry": text}, {})
        for text in ("0", "-5", "1.5", "soon", "1e3", "9999999")
    ),
    *(
        ("check_notification_token", errors.InvalidRequest, token, {"backchannel_token_delivery_mode": "ping"})
        for token in ({}, {"client_notification_token": "t" * 1025}, {"client_notification_token": "a b"})
    ),
    ("check_redirect_uri", errors.InvalidRequest, {"redirect_uri": None}, {}),
    ("check_redirect_uri", errors.UnregisteredAddress, {"redirect_uri": URI + "/"}, {}),
    ("check_response_type", errors.InvalidRequest, {"response_type": None}, {}),
    ("check_response_type", errors.UnsupportedResponseType, {"response_type": "token"}, {}),
    ("check_response_type", errors.UnauthorizedClient, {}, {"response_types": ()}),
    ("check_response_type", errors.UnauthorizedClient, {}, {"grant_types": (DEVICE_CODE, CIBA)}),
    ("check_response_mode", errors.InvalidRequest, {"response_mode": "web_message"}, {}),
    ("check_lengths", errors.InvalidRequest, {"state": "s" * 4097}, {}),
    ("check_lengths", errors.InvalidRequest, {"nonce": "n" * 1025}, {}),
    ("check_lengths", errors.InvalidRequest, {"claims": '{"x":"%s"}' % ("y" * 4096)}, {}),
    ("check_lengths", errors.InvalidRequest, {"login_hint": "1" * 513}, {}),
    ("check_lengths", errors.InvalidRequest, {"ui_locales": "v" * 257}, {}),
    ("check_lengths", errors.InvalidRequest, {"id_token_hint": "i" * 8193}, {}),
    ("check_lengths", errors.InvalidRequest, {"nobody's": "x" * 2049}, {}),
    ("check_lengths", errors.InvalidRequest, {"state": "s" * 4096, "id_token_hint": "i" * 4096}, {}),
    ("check_unsupported", errors.RegistrationNotSupported, {"registration": "{}"}, {}),
    ("check_claims", errors.InvalidRequest, {"claims": "[]"}, {}),
    ("check_scope", errors.InvalidScope, {"scope": None}, {}),
    ("check_scope", errors.InvalidScope, {"scope": "email"}, {}),
    ("check_scope", errors.InvalidScope, {"scope": "openid phone"}, {}),
    ("check_details", errors.InvalidAuthorizationDetails, {"authorization_details": MATCH}, {}),
    ("check_details", errors.InvalidAuthorizationDetails, {"authorization_details": "[]", **SIGNED}, MAY_MATCH),
    (
        "check_details",
        errors.InvalidAuthorizationDetails,
        {"authorization_details": MATCH, "scope": "openid binding:social_account", **SIGNED},
        MAY_MATCH | {"scope": ("openid", "binding:social_account")},
    ),
    ("check_resource", errors.InvalidTarget, {"resource": "https://api.example"}, {}),
    ("check_resource", errors.InvalidScope, {"resource": TICKETS.members.identifier}, {"purposes": PURPOSES}),
    ("check_code_challenge", errors.InvalidRequest, {"code_challenge": "short"}, {}),
    ("check_code_challenge", errors.InvalidRequest, {"code_challenge_method": "plain"}, {}),
    ("check_code_challenge", errors.InvalidRequest, {"code_challenge": None}, {}),
    (
        "check_code_challenge",
        errors.InvalidRequest,
        {"code_challenge": None, "code_challenge_method": None},
        {"token_endpoint_auth_method": "none"},
    ),
    ("check_prompt", errors.InvalidRequest, {"prompt": "none login"}, {}),
    ("check_max_age", errors.InvalidRequest, {"max_age": "-1"}, {}),
    (
        "check_acr_values",
        errors.UnmetAuthenticationRequirements,
        {"claims": '{"id_token":{"acr":{"essential":true,"value":"urn:x"}}}'},
        {},
    ),
    *(
        ("check_account_label", errors.InvalidRequest, {**LINKS, "account_label": label}, MAY_LINK)
        for label in NO_LABELS
    ),
    ("check_dpop_jkt", errors.InvalidRequest, {"dpop_jkt": "short"}, {}),
    ("check_dpop_jkt", errors.InvalidDpopProof, {"dpop_jkt": "b" * 43}, {}),
    ("check_dpop_jkt", errors.InvalidRequest, {}, {"tls_client_certificate_bound_access_tokens": True}),
    ("check_was_pushed", errors.InvalidRequest, {}, {"require_pushed_authorization_requests": True}),
]


FAULTS: dict[str, Changes] = {
    "check_always_signed": {},
    "check_always_challenged": {"code_challenge": None, "code_challenge_method": None},
    "check_always_pushed": {},
}
"""What the rows of some profiles alone refuse: a request that is good for everybody else."""


def _rows(column: Column) -> list[CheckRow]:
    return [row for row in (*ARRIVAL, *REQUEST) if column in row.columns and CLIENT.profile in row.profiles]


def _to_write(column: Column) -> set[str]:
    """What is read of a request: where no browser takes the answer back, nothing about the way back."""
    everything = {field.name for field in fields(RequestDraft)} - {"client", "params", "proof", "known"}
    if column is not Column.BACKCHANNEL:
        everything -= {"hint", "binding_message", "declared_place", "backchannel_life", "notification_token"}
    return everything if column in BOTH else everything - {"address", "code_challenge", "prompt", "dpop_jkt"}


def _answer(column: Column, params: Changes, client: Changes) -> tuple[str, type[OAuthError]] | None:
    """Which check of `column` refuses the good request with these changes, and how."""
    asked = {name: value for name, value in {**GOOD, **params}.items() if value is not None}
    spoiled = replace(CLIENT, **client)
    try:
        check_arrival(column, spoiled, asked)
        read_authorization(
            column,
            RequestDraft(
                spoiled, {k: v for k, v in asked.items() if k not in ("request", "request_uri")}, PROVEN, known=KNOWN
            ),
        )
    except OAuthError as error:
        names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        return next(name for name in names if name.startswith("check_") and name != "check_arrival"), type(error)
    return None


@pytest.mark.parametrize("column", Column)
def test_a_good_request_passes(column: Column) -> None:
    assert _answer(column, {}, {}) is None


@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize(("check", "error", "params", "client"), SPOILS, ids=lambda value: str(value)[:60])
def test_a_check_answers_where_it_stands_and_nowhere_else(
    column: Column, check: str, error: type[OAuthError], params: Changes, client: Changes
) -> None:
    standing = [row.check.__name__ for row in _rows(column)]
    stands, refers = check in standing, check == "check_one_object" and "check_no_reference" in standing
    elsewhere = ("check_no_reference", error) if refers else None
    if client.get("token_endpoint_auth_method") == "none" and "check_backchannel_grant" in standing:
        elsewhere = ("check_backchannel_grant", errors.UnauthorizedClient)
    assert _answer(column, params, client) == ((check, error) if stands else elsewhere)


@pytest.mark.parametrize("column", Column)
def test_of_two_faults_the_earlier_row_answers(column: Column) -> None:
    order = [row.check.__name__ for row in _rows(column)]
    spoils = sorted((spoil for spoil in SPOILS if spoil[0] in order), key=lambda spoil: order.index(spoil[0]))
    tried = 0
    for first, second in combinations(spoils, 2):
        if first[0] == second[0] or first[2].keys() & second[2].keys() or first[3].keys() & second[3].keys():
            continue
        if first[0] in ("check_promised_object", "check_signed") and second[2].keys() & {"request", "request_uri"}:
            continue  # the second fault mends the first
        tried += 1
        assert _answer(column, {**first[2], **second[2]}, {**first[3], **second[3]}) == first[:2], (first, second)
    assert tried > (200 if column in BOTH else 70)


def test_every_answer_that_the_table_names_is_tried_and_no_other_is_given() -> None:
    rows = [row for row in (*ARRIVAL, *REQUEST) if row.profiles == EVERY]
    named = {(row.check.__name__, error) for row in rows for error in row.refuses}
    assert named == {spoil[:2] for spoil in SPOILS}


@pytest.mark.parametrize("column", Column)
def test_a_check_writes_what_the_table_says_and_each_value_is_written_once(column: Column) -> None:
    draft = RequestDraft(CLIENT, GOOD)
    written = {"client", "params", "proof", "known", "address"}
    for row in _rows(column):
        row.check(draft)
        now = {field.name for field in fields(RequestDraft) if hasattr(draft, field.name)}
        assert now - written == ({row.gives} - {None, "address"}), row.check
        written = now
    assert written == _to_write(column) | {"client", "params", "proof", "known", "address"}
    gives = [row.gives for row in _rows(column) if row.gives]
    assert len(set(gives)) == len(gives)


def test_until_the_address_is_proven_nothing_could_be_answered_by_redirect() -> None:
    draft = RequestDraft(CLIENT, {**GOOD, "redirect_uri": "https://evil.example/", "response_type": "token"})
    with pytest.raises(errors.InvalidRequest):
        read_authorization(Column.AUTHORIZE, draft)
    assert draft.address is None


# Profiles


def test_every_profile_has_its_rules_and_is_asked_for_every_value() -> None:
    assert PROFILES.keys() == set(ClientProfile)
    for profile in ClientProfile:
        for column in Column:
            gives = {row.gives for row in _rows(column) if profile in row.profiles and row.gives}
            assert gives == _to_write(column)


SOME = [row for row in (*ARRIVAL, *REQUEST) if row.profiles != EVERY]


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize("row", SOME, ids=lambda row: row.check.__name__)
def test_a_row_of_some_profiles_is_for_their_clients_alone(
    row: CheckRow, column: Column, profile: ClientProfile
) -> None:
    """What the other rows of a profile ask for is there, so that this one alone can refuse."""
    name, fault = row.check.__name__, FAULTS[row.check.__name__]
    signed = {} if name == "check_always_signed" or column in BOTH else SIGNED
    answer = _answer(column, fault | signed, {"profile": profile})
    assert (answer == (name, *row.refuses)) == (profile in row.profiles and column in row.columns)
    assert answer is None or answer[0] in FAULTS


@pytest.fixture
def stricter(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the profile of every client stricter, as a profile to come will be."""

    def set_rules(**changes: Any) -> None:
        rules: ProfileRules = replace(PROFILES[ClientProfile.OIDC], **changes)
        monkeypatch.setitem(profiles.PROFILES, ClientProfile.OIDC, rules)

    return set_rules


def test_a_profile_can_narrow_the_algorithms_of_its_clients(stricter: Callable[..., None]) -> None:
    signed = Unverified("a.b.c", {"alg": "RS256"}, {})
    assert client_auth.algorithm_for(CLIENT, signed) == request_object.algorithm_for(CLIENT, signed) == "RS256"
    stricter(signing_algorithms=("PS256", "ES256", "EdDSA"))
    with pytest.raises(errors.InvalidClient):
        client_auth.algorithm_for(CLIENT, signed)
    with pytest.raises(errors.InvalidRequestObject):
        request_object.algorithm_for(CLIENT, signed)


def test_no_profile_takes_an_algorithm_that_nobody_verifies() -> None:
    for rules in PROFILES.values():
        assert set(rules.signing_algorithms) <= set(jose.SIGNING_ALGORITHMS)
