"""The matrix: what each profile of clients refuses that another takes, tried rule by rule, and held against the table.

What each refuses at the token endpoint, for every grant type: tests/certification/test_policy_matrix.py.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import fields, replace
from functools import partial
from typing import Any

import pytest

from tests.support.policy import REFUSES, refused_by
from tests.support.registration import CALLBACK, JWKS, OPERATOR, read
from vneid_idp.clients.metadata import read_client, write_members
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol import client_auth, request_object
from vneid_idp.protocol.authorisation import Authorisation, Confirmation, Origin
from vneid_idp.protocol.camara import CAMARA_PERMISSIONS
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.profiles import PROFILED_GRANT_TYPES, PROFILES, ProfileRules
from vneid_idp.protocol.checks.table import Column, check_arrival, read_authorization
from vneid_idp.protocol.claims import OPERATOR_SCOPES, SCOPE_CLAIMS, SCOPES
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.client_auth import PresentedCredentials, check_assertion, check_method
from vneid_idp.protocol.details.granting import check_may_ask
from vneid_idp.protocol.errors import InvalidClientMetadata, InvalidGrant, InvalidRequest, OAuthError
from vneid_idp.protocol.grant_types.names import CIBA, JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.refresh_token import check_refresh
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.jose import STRONG_ALGORITHMS, Unverified
from vneid_idp.protocol.profiled import grant_types_of_profile, scopes_of_profile
from vneid_idp.protocol.sender_constraint import check_constrained, must_be_bound
from vneid_idp.protocol.tokens import RefreshToken, new_access_token

MATRIX = """
                                            oidc fapi2 ciba camara
an assertion signed with RS256              -    x     x    x
a request object signed with RS256          -    x     x    x
a request object that is not signed         -    x     x    x
a request object that never expires         -    x     x    x
a client that registers a secret            -    x     x    x
a client that registers a certificate       -    -     -    -
an ID token signed with RS256               -    x     x    x
a request through the browser               -    x     -    -
a request without a code challenge          -    x     -    x
a secret in the other way                   -    x     x    x
an assertion to the token endpoint          -    x     -    x
a bearer's token                            -    x     x    -
an unsigned request at the back channel     -    x     x    x
rich details of a carrier                   x    -     -    x
a scope that tells an ID number             x    -     x    x
a scope to compare what one has of people   x    -     -    x
a scope of CAMARA's APIs                    x    x     x    -
a person asked on their phone               x    -     -    -
a token of another exchanged                x    -     x    x
a person named by an assertion              x    x     x    -
"""
KEPT = """
                                            oidc fapi2 ciba camara
rotates_refresh_tokens                      x    -     -    x
number_to_show                              -    x     x    -
interaction_id                              -    x     x    -
"""
"""Rules that refuse nothing: tests/certification (refresh, resource), tests/flows/cross_device/test_ciba.py."""
ISSUER = "https://id.example"
NOW = 1_900_000_000 * SECOND
GOOD = {
    "client_id": "cli_a", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
    "code_challenge": "a" * 43, "code_challenge_method": "S256",
}  # fmt: skip


def client(profile: ClientProfile, **changes: Any) -> Client:
    return replace(Client("cli_a", "A", redirect_uris=(CALLBACK,), scope=("openid",), profile=profile), **changes)


def signed(alg: str, **claims: Any) -> Unverified:
    return Unverified("a.b.", {"alg": alg}, claims)


def asked(profile: ClientProfile, column: Column, **changes: str | None) -> None:
    params = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    read_authorization(column, RequestDraft(client(profile), params))


def registered(profile: ClientProfile, **members: Any) -> None:
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
    read(OPERATOR, **({"profile": profile.value} | method | members))


def to_the_endpoint(profile: ClientProfile) -> None:
    endpoint = f"{ISSUER}/token"
    known = client(profile, assertion_audience="endpoint")
    claims = {"iss": "cli_a", "sub": "cli_a", "aud": endpoint, "jti": "j", "exp": NOW // SECOND + 60}
    check_assertion(known, signed("ES256", **claims), ISSUER, (endpoint,), NOW)


def undated(profile: ClientProfile) -> None:
    request_object.check_claims(client(profile), signed("ES256", aud=ISSUER, nbf=NOW // SECOND), ISSUER, NOW)


def by_post(profile: ClientProfile) -> None:
    check_method(client(profile), PresentedCredentials("client_secret_post", "cli_a"))


TRIED: Mapping[str, Callable[[ClientProfile], object]] = {
    "an assertion signed with RS256": lambda each: client_auth.algorithm_for(client(each), signed("RS256")),
    "a request object signed with RS256": lambda each: request_object.algorithm_for(client(each), signed("RS256")),
    "a request object that is not signed": lambda each: request_object.algorithm_for(client(each), signed("none")),
    "a request object that never expires": undated,
    "a client that registers a secret": lambda each: registered(each, token_endpoint_auth_method="client_secret_basic"),
    "a client that registers a certificate": lambda each: registered(
        each, token_endpoint_auth_method="tls_client_auth", tls_client_auth_san_dns="api.rp.example"
    ),
    "an ID token signed with RS256": lambda each: registered(each, id_token_signed_response_alg="RS256"),
    "a request through the browser": lambda each: asked(each, Column.AUTHORIZE),
    "a request without a code challenge": lambda each: asked(
        each, Column.PAR, code_challenge=None, code_challenge_method=None
    ),
    "a secret in the other way": by_post,
    "an assertion to the token endpoint": to_the_endpoint,
    "a bearer's token": lambda each: check_constrained(client(each), None),
    "an unsigned request at the back channel": lambda each: check_arrival(
        Column.BACKCHANNEL, client(each, grant_types=(CIBA,)), {"scope": "openid"}
    ),
    "rich details of a carrier": lambda each: check_may_ask(
        client(each, authorization_details_types=("identity_match",)), ({"type": "identity_match"},)
    ),
    "a scope that tells an ID number": lambda each: registered(each, scope="openid id_number"),
    "a scope to compare what one has of people": lambda each: registered(each, scope="openid match:four_fields"),
    "a scope of CAMARA's APIs": lambda each: registered(each, scope="openid kyc-match:match"),
    "a person asked on their phone": lambda each: with_grant_type(each, CIBA),
    "a token of another exchanged": lambda each: with_grant_type(each, TOKEN_EXCHANGE),
    "a person named by an assertion": lambda each: with_grant_type(each, JWT_BEARER_GRANT),
}
RULE_OF = {
    "an assertion signed with RS256": "signing_algorithms",
    "a request object signed with RS256": "signing_algorithms",
    "an ID token signed with RS256": "signing_algorithms",
    "a request object that is not signed": "unsigned_objects",
    "a request object that never expires": "dated_objects",
    "a client that registers a secret": "auth_methods",
    "a request through the browser": "always_pushed",
    "a request without a code challenge": "always_pkce",
    "a secret in the other way": "exact_auth_method",
    "an assertion to the token endpoint": "issuer_audience",
    "a bearer's token": "sender_constrained",
    "an unsigned request at the back channel": "signed_backchannel",
    "a scope that tells an ID number": "told_id_numbers",
    "a scope to compare what one has of people": "compares_people",
    "a scope of CAMARA's APIs": "calls_camara",
}
GRANT_OF = {
    "a person asked on their phone": CIBA,
    "a token of another exchanged": TOKEN_EXCHANGE,
    "a person named by an assertion": JWT_BEARER_GRANT,
}


def with_grant_type(profile: ClientProfile, grant_type: str) -> None:
    grant_types = ["authorization_code", grant_type]
    registered(profile, grant_types=grant_types, backchannel_token_delivery_mode="poll", family="carrier")


def _refuses(profile: ClientProfile, what: str) -> str:
    try:
        TRIED[what](profile)
    except OAuthError:
        return "x"
    return "-"


def _table(cells: Mapping[str, Callable[[ClientProfile], str]]) -> list[str]:
    head = f"{'':44}{' '.join(ClientProfile)}"
    columns = [len(profile) + 1 for profile in ClientProfile]
    lines = [
        f"{what:44}"
        + "".join(f"{cell(profile):{width}}" for profile, width in zip(ClientProfile, columns, strict=True))
        for what, cell in cells.items()
    ]
    return [line.rstrip() for line in (head, *lines)]


def test_the_matrix_reads_like_this() -> None:
    assert _table({what: partial(_refuses, what=what) for what in TRIED}) == MATRIX.strip("\n").splitlines()


def _keeps(profile: ClientProfile, rule: str) -> str:
    return "x" if getattr(PROFILES[profile], rule) else "-"


def test_what_a_profile_keeps_to_without_refusing_anything_reads_like_this() -> None:
    rules = [line.split()[0] for line in KEPT.strip("\n").splitlines()[1:]]
    assert _table({rule: partial(_keeps, rule=rule) for rule in rules}) == KEPT.strip("\n").splitlines()
    assert {field.name for field in fields(ProfileRules)} == REFUSES.keys() | {"further_grant_types", *rules}


@pytest.mark.parametrize("profile", ClientProfile)
def test_what_keeps_to_all_rules_is_taken_from_everybody(profile: ClientProfile) -> None:
    registered(profile)
    asked(profile, Column.PAR)
    check_constrained(client(profile), Confirmation("jkt", "k"))
    check_constrained(client(profile), Confirmation("x5t#S256", "k"))
    assert client_auth.algorithm_for(client(profile), signed("PS256")) == "PS256"
    assert request_object.algorithm_for(client(profile), signed("ES256")) == "ES256"


@pytest.mark.parametrize("profile", ClientProfile)
def test_what_a_profile_refuses_is_what_its_row_says(profile: ClientProfile) -> None:
    for what, rule in RULE_OF.items():
        assert _refuses(profile, what) == ("x" if refused_by(profile, rule) else "-"), what
    for what, grant_type in GRANT_OF.items():
        assert _refuses(profile, what) == ("-" if grant_type in PROFILES[profile].further_grant_types else "x"), what


def test_every_rule_is_tried_here_or_at_the_doors() -> None:
    assert set(RULE_OF.values()) == REFUSES.keys()
    assert set(GRANT_OF.values()) == PROFILED_GRANT_TYPES
    assert PROFILES.keys() == set(ClientProfile)


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("grant_type", GRANT_TYPES)
def test_a_grant_type_is_everybodys_unless_a_profile_has_it_of_its_own(profile: ClientProfile, grant_type: str) -> None:
    assert grant_types_of_profile(profile, [grant_type]) == (
        (grant_type,) if grant_type not in PROFILED_GRANT_TYPES or grant_type in PROFILES[profile].further_grant_types
        else ()
    )  # fmt: skip
    assert {CIBA, TOKEN_EXCHANGE, JWT_BEARER_GRANT} == PROFILED_GRANT_TYPES


@pytest.mark.parametrize("profile", ClientProfile)
@pytest.mark.parametrize("scope", [*SCOPES, *OPERATOR_SCOPES])
def test_only_who_keeps_to_fapi_2_is_told_an_id_number_and_camaras_scopes_are_for_its_callers(
    scope: str, profile: ClientProfile
) -> None:
    tells = "id_number" in SCOPE_CLAIMS.get(scope, ())
    foreign = scope in CAMARA_PERMISSIONS and profile is not ClientProfile.CAMARA
    had = not foreign and (profile is ClientProfile.FAPI2 or not tells)
    assert scopes_of_profile(profile, [scope]) == ((scope,) if had else ())


@pytest.mark.parametrize("profile", ClientProfile)
def test_an_old_registration_opens_nothing_that_its_profile_does_not_have(profile: ClientProfile) -> None:
    grant_types = ["authorization_code", CIBA, TOKEN_EXCHANGE, JWT_BEARER_GRANT]
    members = {"client_name": "A", "profile": profile, "scope": "openid id_number", "grant_types": grant_types}
    found = read_client("cli_a", write_members(members))
    assert found.grant_types == ("authorization_code", *PROFILES[profile].further_grant_types)
    assert found.scope == (("openid", "id_number") if profile is ClientProfile.FAPI2 else ("openid",))
    assert found.metadata == members, "what was registered is shown as it is"


@pytest.mark.parametrize("bound_to", [None, Confirmation("jkt", "k"), Confirmation("x5t#S256", "k")])
@pytest.mark.parametrize("profile", ClientProfile)
def test_a_bearers_token_of_before_counts_for_nobody_who_binds_them_by_now(
    profile: ClientProfile, bound_to: Confirmation | None
) -> None:
    token = new_access_token("tok", Authorisation("cli_a", None, (), Origin.CLIENT, bound_to=bound_to), None, NOW)
    assert token.is_of(client(profile)) == (bound_to is not None or not PROFILES[profile].sender_constrained)
    for flag in ("dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens"):
        assert token.is_of(client(profile, **{flag: True})) == (bound_to is not None)


@pytest.mark.parametrize("family", [None, "carrier"])
@pytest.mark.parametrize("method", ["none", "client_secret_basic"])
def test_an_app_of_an_organisation_that_was_registered_before_the_rule_gets_no_bearers_token(
    method: str, family: str | None
) -> None:
    """Nor do those of before count, in an exchange either (`provider/exchanging.py` asks `is_of` as all do)."""
    app = client(ClientProfile.OIDC, token_endpoint_auth_method=method, family=family)
    is_one = method == "none" and family is not None
    assert must_be_bound(app) is is_one
    bearers = new_access_token("tok", Authorisation("cli_a", None, (), Origin.CLIENT), None, NOW)
    assert bearers.is_of(app) is not is_one
    with pytest.raises(InvalidGrant) if is_one else nullcontext():
        check_refresh(RefreshToken("cli_a", "grt_a", 1), app, Confirmation("jkt", "whoever found it"))
    check_constrained(app, Confirmation("jkt", "k"))
    if is_one:
        with pytest.raises(InvalidRequest):
            check_constrained(app, None)
    else:
        check_constrained(app, None)


@pytest.mark.parametrize("profile", ClientProfile)
def test_who_asks_people_on_their_phones_signs_it_strongly_and_for_an_hour(profile: ClientProfile) -> None:
    """`backchannel_object.py` leaves all of it to the profile."""
    rules = PROFILES[profile]
    if CIBA in rules.further_grant_types:
        assert rules.signed_backchannel
        assert rules.dated_objects
        assert not rules.unsigned_objects
        assert set(rules.signing_algorithms) <= set(STRONG_ALGORITHMS)
        assert rules.number_to_show == (profile is not ClientProfile.CAMARA)
        assert rules.sender_constrained == (profile is not ClientProfile.CAMARA)
    else:
        assert not rules.number_to_show


@pytest.mark.parametrize("profile", [ClientProfile.OIDC, ClientProfile.FAPI2, ClientProfile.CIBA])
def test_a_public_client_asks_for_no_rich_details_whatever_key_it_shows(profile: ClientProfile) -> None:
    """FAPI 2.0 Security Profile, section 5.3.2.1: whoever pushes for it is authenticated by nothing."""
    app = {"token_endpoint_auth_method": "none", "dpop_bound_access_tokens": True, "family": "song"}
    with pytest.raises(InvalidClientMetadata) as refused:
        registered(profile, **app, jwks=None, authorization_details_types=["subscriber_number"])
    assert refused.value.member in ("authorization_details_types", "token_endpoint_auth_method")
