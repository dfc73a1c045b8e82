"""Certificates of clients (RFC 8705): which client a certificate is, and what tokens are bound to."""

import pytest

from tests.support.certificates import Authority, header, self_signed
from tests.support.certification import AUTHORITY, MTLS, OWN_SCOPE, SECURITY_PROFILE, Certified, check_refused
from vneid_idp.protocol.certificate import Presented

pytestmark = pytest.mark.asyncio(loop_scope="session")
bound_by_certificate = pytest.mark.parametrize("variant", MTLS, ids=str)
authenticated_by_certificate = pytest.mark.parametrize(
    "variant", [each for each in SECURITY_PROFILE if each.authentication == "tls_client_auth"], ids=str
)
FORM = {"grant_type": "client_credentials", "scope": OWN_SCOPE}


@bound_by_certificate
async def test_ensure_token_confirms_the_thumbprint_of_the_certificate(client: Certified) -> None:
    told = (await client.post("/introspect", token=await client.token())).json()
    assert told["cnf"] == {"x5t#S256": Presented(client.certificate).confirmation.thumbprint}
    assert told["token_type"] == "Bearer"


@bound_by_certificate
async def test_ensure_resource_refuses_every_other_certificate(client: Certified, second: Certified) -> None:
    token = {"Authorization": f"Bearer {await client.token()}"}
    for shown in (header(second.certificate), header(self_signed()[0]), {}):
        answer = await client.call("GET", "/userinfo", headers=token | shown)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert (await client.call("GET", "/userinfo", headers=token | client.connection)).status_code == 200


@authenticated_by_certificate
@pytest.mark.parametrize("path", ["/token", "/par", "/introspect", "/revoke"])
async def test_ensure_only_its_own_certificate_is_the_client(client: Certified, second: Certified, path: str) -> None:
    form = client.request().params if path == "/par" else FORM | {"token": "x", "client_id": client.client_id}
    name = client.certificate.subject.rfc4514_string()
    proof = {"DPoP": client.proof("POST", path)} if client.variant.by_dpop else {}
    for other in (second.certificate, self_signed(name)[0], Authority().issue(name)[0], None):
        shown = {} if other is None else header(other)
        answer = await client.call("POST", path, data=form, headers=proof | shown)
        check_refused(answer, "invalid_client")
    # A renewed one has the same name.
    answer = await client.call("POST", path, data=form, headers=proof | header(AUTHORITY.issue(name)[0]))
    assert answer.status_code in (200, 201), answer.text
