"""Provider metadata (OpenID Connect Discovery §4, RFC 8414), at https and with certificates of clients."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support.certification import AUTHORITY, MTLS_ORIGIN
from tests.support.country import country
from tests.support.watch import Watch

HTTPS = "https://id.example"
Metadata = dict[str, Any]


async def _documents(database: str) -> tuple[Metadata, Metadata]:
    async with country(database, Watch(), issuer=HTTPS, mtls_origin=MTLS_ORIGIN) as land:
        land.app.state.idp = replace(land.idp, client_authorities=AUTHORITY.store)
        async with land.browser() as browser:
            first = await browser.get("/.well-known/openid-configuration")
            second = await browser.get("/.well-known/oauth-authorization-server")
    for answer in (first, second):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return first.json(), second.json()


@pytest.fixture(scope="module")
def documents(database: str) -> tuple[Metadata, Metadata]:
    """What the two well-known addresses say."""
    return asyncio.run(_documents(database))


@pytest.fixture
def found(documents: tuple[Metadata, Metadata]) -> Metadata:
    """What is announced."""
    return documents[0]


def test_ensure_both_documents_are_the_issuers_and_the_same(documents: tuple[Metadata, Metadata]) -> None:
    assert documents[0] == documents[1]
    assert documents[0]["issuer"] == HTTPS


def test_ensure_endpoints_are_absolute_https_without_fragment(found: Metadata) -> None:
    addresses = {name: value for name, value in found.items() if name.endswith(("_endpoint", "_uri", "_iframe"))}
    required = {
        "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
        "pushed_authorization_request_endpoint", "introspection_endpoint", "revocation_endpoint",
        "backchannel_authentication_endpoint",
    }  # fmt: skip
    assert addresses.keys() >= required
    for name, value in addresses.items():
        assert re.fullmatch(r"https://id\.example/[^#]+", value), name


def test_ensure_aliases_are_of_endpoints_that_there_are_and_never_the_browsers(found: Metadata) -> None:
    aliases = found["mtls_endpoint_aliases"]
    assert aliases.keys() >= {"token_endpoint", "pushed_authorization_request_endpoint", "userinfo_endpoint"}
    assert "authorization_endpoint" not in aliases
    for name, value in aliases.items():
        assert name.endswith("_endpoint")
        assert value == found[name].replace(HTTPS, MTLS_ORIGIN)


def test_ensure_only_the_code_flow_with_s256(found: Metadata) -> None:
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_code", "refresh_token", "client_credentials"} <= set(found["grant_types_supported"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization_response_iss_parameter_supported", True),
        ("tls_client_certificate_bound_access_tokens", True),
        ("require_pushed_authorization_requests", False),
        ("request_parameter_supported", True),
        ("request_uri_parameter_supported", True),
        ("claims_parameter_supported", True),
        ("backchannel_user_code_parameter_supported", False),
        ("backchannel_logout_supported", True),
        ("backchannel_logout_session_supported", True),
        ("frontchannel_logout_supported", True),
        ("frontchannel_logout_session_supported", True),
    ],
)
def test_ensure_flag_is_an_explicit_boolean(found: Metadata, name: str, value: bool) -> None:
    assert found[name] is value


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id_token_signing_alg_values_supported", {"RS256", "PS256", "ES256", "EdDSA"}),
        ("userinfo_signing_alg_values_supported", {"RS256"}),
        ("request_object_signing_alg_values_supported", {"RS256", "PS256", "ES256", "EdDSA"}),
        ("authorization_signing_alg_values_supported", {"PS256", "ES256", "EdDSA"}),
        ("token_endpoint_auth_signing_alg_values_supported", {"PS256", "ES256", "EdDSA"}),
        ("dpop_signing_alg_values_supported", {"PS256", "ES256", "EdDSA"}),
        (
            "token_endpoint_auth_methods_supported",
            {"client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth",
             "self_signed_tls_client_auth"},
        ),
        ("response_modes_supported", {"query", "fragment", "form_post", "jwt", "query.jwt", "form_post.jwt"}),
        ("scopes_supported", {"openid", "profile", "email", "address", "phone", "offline_access"}),
        ("backchannel_token_delivery_modes_supported", {"poll", "ping"}),
        ("backchannel_authentication_request_signing_alg_values_supported", {"PS256", "ES256"}),
        ("subject_types_supported", {"pairwise"}),
        ("acr_values_supported", {"urn:vneid:level:2"}),
    ],
)  # fmt: skip
def test_ensure_list_has(found: Metadata, name: str, values: set[str]) -> None:
    assert values <= set(found[name])
    assert len(set(found[name])) == len(found[name])


def test_ensure_what_signs_is_never_symmetric_and_none_is_for_request_objects_alone(found: Metadata) -> None:
    for name, value in found.items():
        if name.endswith("signing_alg_values_supported"):
            assert not [alg for alg in value if alg.startswith("HS")], name
            assert ("none" in value) is (name == "request_object_signing_alg_values_supported"), name
    assert "RS256" not in found["dpop_signing_alg_values_supported"]


def test_ensure_locales_are_language_tags(found: Metadata) -> None:
    assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", tag) for tag in found["ui_locales_supported"])


def test_ensure_scopes_are_scope_tokens(found: Metadata) -> None:
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in found["scopes_supported"])
