"""The matrix: what each profile of clients refuses that another takes, tried rule by rule, not read from the table."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from tests.support.registration import CALLBACK, JWKS, OPERATOR, read
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol import client_auth, request_object
from vneid_idp.protocol.authorisation import Confirmation
from vneid_idp.protocol.checks.backchannel import check_signed
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.profiles import PROFILES, ProfileRules
from vneid_idp.protocol.checks.table import Column, read_authorization
from vneid_idp.protocol.client import Client, ClientProfile
from vneid_idp.protocol.client_auth import PresentedCredentials, check_assertion, check_method
from vneid_idp.protocol.details.granting import check_may_ask
from vneid_idp.protocol.errors import InvalidClientMetadata, OAuthError
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.polled import CIBA
from vneid_idp.protocol.grant_types.table import GRANT_TYPES
from vneid_idp.protocol.jose import Unverified
from vneid_idp.protocol.sender_constraint import check_constrained

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
"""
OF_PROFILES = {TOKEN_EXCHANGE: {ClientProfile.FAPI2}, JWT_BEARER_GRANT: {ClientProfile.CAMARA}}
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
    "an unsigned request at the back channel": lambda each: check_signed(
        RequestDraft(client(each), {"scope": "openid"})
    ),
    "rich details of a carrier": lambda each: check_may_ask(
        client(each, authorization_details_types=("identity_match",)), ({"type": "identity_match"},)
    ),
}


def _refuses(profile: ClientProfile, what: str) -> str:
    try:
        TRIED[what](profile)
    except OAuthError:
        return "x"
    return "-"


def test_the_matrix_reads_like_this() -> None:
    head = f"{'':44}{' '.join(ClientProfile)}"
    columns = [len(profile) + 1 for profile in ClientProfile]
    lines = [
        f"{what:44}"
        + "".join(f"{_refuses(profile, what):{width}}" for profile, width in zip(ClientProfile, columns, strict=True))
        for what in TRIED
    ]
    assert [line.rstrip() for line in (head, *lines)] == MATRIX.strip("\n").splitlines()


@pytest.mark.parametrize("profile", ClientProfile)
def test_what_keeps_to_all_rules_is_taken_from_everybody(profile: ClientProfile) -> None:
    registered(profile)
    asked(profile, Column.PAR)
    check_constrained(client(profile), Confirmation("jkt", "k"))
    check_constrained(client(profile), Confirmation("x5t#S256", "k"))
    assert client_auth.algorithm_for(client(profile), signed("PS256")) == "PS256"
    assert request_object.algorithm_for(client(profile), signed("ES256")) == "ES256"


@pytest.mark.parametrize("grant_type", GRANT_TYPES)
@pytest.mark.parametrize("profile", ClientProfile)
def test_a_grant_type_is_everybodys_unless_it_is_named_here(profile: ClientProfile, grant_type: str) -> None:
    """What each may do with it at the token endpoint: tests/certification/test_policy_matrix.py."""
    allowed = OF_PROFILES.get(grant_type, set(ClientProfile))
    members: dict[str, Any] = {"grant_types": ["authorization_code", grant_type]}
    if grant_type == CIBA:
        members["backchannel_token_delivery_mode"] = "poll"
    if profile in allowed:
        registered(profile, **members)
        return
    with pytest.raises(InvalidClientMetadata):
        registered(profile, **members)


def test_every_rule_is_tried_here_or_at_the_doors() -> None:
    # tests/certification: refresh, resource; tests/flows/cross_device/test_ciba.py
    at_the_doors = {"rotates_refresh_tokens", "interaction_id", "number_to_show"}
    tried = {
        "signing_algorithms", "unsigned_objects", "dated_objects", "auth_methods", "always_pushed", "always_pkce",
        "exact_auth_method", "issuer_audience", "sender_constrained", "further_grant_types",
        "signed_backchannel",
    }  # fmt: skip
    assert {field.name for field in fields(ProfileRules)} == tried | at_the_doors
    assert PROFILES.keys() == set(ClientProfile)
