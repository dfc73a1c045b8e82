"""Clients that strangers wrote keep to FAPI 2.0 behind nginx, each by its own library's means."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from tests.interop.registered import RESOURCE, Organisation
from tests.interop.scripts import HERE, STRANGERS, accompany, play
from tests.support.certificates import CARRIER, jwk_of, pem_of, self_signed
from tests.support.nginx import Proxy
from tests.support.server import Server
from vneid_idp.kernel.clock import SystemClock
from vneid_idp.kernel.secrets import base64url

MUTUAL_TLS = STRANGERS.parents[1] / "mutual_tls"
"""The client in `mutual_tls/`, built."""
MATCH = {"type": "identity_match", "fields": ["id_number", "full_name"], "purpose": "subscriber_authentication"}


async def test_openid_client(behind_nginx: Server) -> None:
    async with behind_nginx.visitor("plain") as visitor:
        learnt = await play("openid_client_fapi2.mjs", visitor)
    claims, before = learnt["claims"], learnt["before"]
    assert claims["acr"] == "urn:vneid:level:2"
    assert learnt["userinfo"]["identity_level"] == 2
    assert before["cnf"] == {"jkt": learnt["key"]}
    assert learnt["refreshed"] == {"token_type": "dpop", "refresh_token": None}
    assert learnt["details"] == before["authorization_details"] == [MATCH]


async def test_oauth4webapi(behind_nginx: Server) -> None:
    async with behind_nginx.visitor("hmong") as visitor:
        learnt = await play("oauth4webapi_fapi2.mjs", visitor)
    for kind, found in learnt.items():
        assert found["userinfo"]["sub"]
        assert found["type"] == "dpop"
        assert found["rotated"] == (kind == "app"), "a refresh token of FAPI 2.0 stays"
        assert found["refused"] == ["use_dpop_nonce"], "a nonce is asked for once"
        assert found["details"] == ([MATCH | {"fields": ["birthdate"]}] if kind == "plain" else [])


async def test_requests_oauth2client(behind_nginx: Server, organisation: Organisation) -> None:
    argv = [str(STRANGERS / "python"), str(HERE / "requests_oauth2client_fapi2.py")]
    told = {"app": organisation.app.task, "point": organisation.point.task}
    async with behind_nginx.visitor("khmer") as visitor:
        learnt = await accompany(argv, visitor, **told)
    claims, introspected, acting = learnt["claims"], learnt["introspected"], learnt["acting"]
    assert learnt["userinfo"]["sub"] == claims["sub"]
    assert claims["acr"] == "urn:vneid:level:2"
    assert introspected["cnf"] == {"jkt": learnt["key"]}
    assert introspected["authorization_details"] == [MATCH | {"fields": ["birthdate"]}]
    assert learnt["types"] == ["DPoP"] * 2
    assert set(acting["userinfo"]) == {"sub", "full_name"}
    assert acting["introspected"]["act"] == {"sub": organisation.point.client_id}
    assert acting["introspected"]["cnf"] == {"jkt": acting["key"]}
    assert learnt["over"] == [True, True], "what hangs on the grant ends with it"


@pytest.mark.parametrize(
    ("method", "slug"), [("tls_client_auth", "letter-d"), ("self_signed_tls_client_auth", "merged-province")]
)
async def test_golang_oauth2(behind_nginx: Server, proxy: Proxy, tmp_path: Path, method: str, slug: str) -> None:
    assert MUTUAL_TLS.exists(), "there is no client in Go: `make test` builds it"
    certificate, key = proxy.issuing.issue() if method == "tls_client_auth" else self_signed(at=SystemClock().now())
    shown = tmp_path / "client.pem"
    shown.write_text(pem_of(certificate, key))
    metadata = {"token_endpoint_auth_method": method} | (
        {"tls_client_auth_subject_dn": CARRIER}
        if method == "tls_client_auth"
        else {"jwks": {"keys": [jwk_of(certificate, key)]}}
    )
    async with behind_nginx.visitor(slug) as visitor:
        learnt = await accompany([str(MUTUAL_TLS)], visitor, certificate=str(shown), metadata=metadata)
    thumbprint = base64url(certificate.fingerprint(SHA256()))
    assert learnt["introspected"]["cnf"] == {"x5t#S256": thumbprint}
    assert learnt["userinfo"]["identity_level"] == 2
    assert learnt["refreshed"] is True
    assert learnt["own"] == "Bearer"


async def test_answers_from_another_device(behind_nginx: Server) -> None:
    async with behind_nginx.visitor("born-2000") as visitor:
        phone = visitor.persona.record.phone
        learnt = [
            found
            for script in ("openid_client_elsewhere.mjs", "oauth4webapi_elsewhere.mjs")
            for found in (await play(script, visitor, phone=phone)).values()
        ]
    for found in learnt:
        assert found["claims"]["acr"] == "urn:vneid:level:2"
        assert found["userinfo"]["identity_level"] == 2
        assert found["type"] == "dpop"


async def test_oauth4webapi_as_a_resource_server(behind_nginx: Server, organisation: Organisation) -> None:
    async with behind_nginx.visitor("very-long-name") as visitor:
        learnt = await play(
            "oauth4webapi_resource.mjs", visitor, client=organisation.app.task, resource=RESOURCE, scope="tickets:buy"
        )
    claims, of_person = learnt["claims"], learnt["id"]
    assert (claims["iss"], claims["aud"]) == (behind_nginx.issuer, RESOURCE)
    assert claims["client_id"] == organisation.app.client_id
    assert claims["scope"] == "tickets:buy"
    assert claims["sub"] != of_person["sub"], "a server of its own"
