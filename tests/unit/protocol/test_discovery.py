"""Provider metadata as it follows from what an installation can do; the doors: tests/flows/oidc/test_discovery.py."""

from typing import Any

import pytest

from vneid_idp.protocol.certificate import CERTIFICATE_METHODS
from vneid_idp.protocol.discovery import metadata

ISSUER, MTLS = "https://id.example", "https://mtls.id.example"
ENDPOINTS = {f"{name}_endpoint": f"/{name}" for name in ("authorization", "token", "userinfo", "registration")}
BOUND = {"tls_client_certificate_bound_access_tokens"}
ALIASES = {"mtls_endpoint_aliases"}
SELF_SIGNED, ISSUED = "self_signed_tls_client_auth", "tls_client_auth"


@pytest.mark.parametrize(
    ("origin", "knows_authorities", "members", "methods"),
    [
        (None, False, set(), set()),
        (None, True, set(), set()),
        (ISSUER, False, BOUND, {SELF_SIGNED}),
        (ISSUER, True, BOUND, {SELF_SIGNED, ISSUED}),
        (MTLS, False, BOUND | ALIASES, {SELF_SIGNED}),
        (MTLS, True, BOUND | ALIASES, {SELF_SIGNED, ISSUED}),
    ],
)
def test_certificates_are_spoken_of_where_they_can_be_shown(
    origin: str | None, knows_authorities: bool, members: set[str], methods: set[str]
) -> None:
    found = metadata(ISSUER, ENDPOINTS, origin, knows_authorities=knows_authorities)
    without = metadata(ISSUER, ENDPOINTS)
    assert found.keys() - without.keys() == members
    differing = {name for name in without if found[name] != without[name]}
    of_methods = {f"{name}_endpoint_auth_methods_supported" for name in ("token", "introspection", "revocation")}
    assert differing == (of_methods if methods else set())
    for name in of_methods:
        assert set(found[name]) - set(without[name]) == methods
        assert not set(without[name]) & set(CERTIFICATE_METHODS)


def test_only_what_is_there_has_an_alias_and_never_what_browsers_call() -> None:
    found: dict[str, Any] = metadata(ISSUER, ENDPOINTS, MTLS)
    assert found["mtls_endpoint_aliases"] == {f"{name}_endpoint": f"{MTLS}/{name}" for name in ("token", "userinfo")}
