"""Clients that show a certificate (RFC 8705): who they are, what tokens are bound to, and whom nobody believes."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.carrier import SIGNING, Carrier, proof_of, public, signed
from tests.support.certificates import CARRIER, Authority, header, jwk_of, self_signed
from tests.support.country import ISSUER, Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.certificate import read_der
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT

AUTHORITY = Authority()
CERTIFICATE, _ = AUTHORITY.issue()
OTHER, _ = AUTHORITY.issue("CN=Another")
OWN = {"grant_type": "client_credentials", "scope": "binding:social_account"}
THUMBPRINT = read_der(CERTIFICATE.public_bytes(Encoding.DER)).confirmation.thumbprint
REGISTERED: dict[str, Any] = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "tls_client_auth",
    "tls_client_auth_subject_dn": CARRIER,
    "tls_client_certificate_bound_access_tokens": True,
}


@pytest.fixture
def proxied(land: Country) -> Country:
    """Behind a proxy that the operator trusts, where `127.0.0.1` is everybody."""
    land.app.state.idp = replace(
        land.idp, trusted_proxies=(ip_network("127.0.0.1"),), client_authorities=AUTHORITY.store
    )
    return land


async def post(land: Country, path: str, form: dict[str, str], *headers: dict[str, str]) -> httpx.Response:
    async with land.browser() as browser:
        pairs = [pair for each in headers for pair in each.items()]
        return await browser.post(path, data=form, headers=pairs)


async def test_a_client_with_a_certificate_gets_tokens_that_are_bound_to_it(proxied: Country) -> None:
    party = RelyingParty(proxied, await proxied.register(**REGISTERED))
    someone = await agreed(proxied, party)
    shown, named = header(CERTIFICATE), {"client_id": party.client_id}
    request = party.request(scope="openid identity offline_access")
    pushed = await post(proxied, "/par", request.params, shown)
    assert pushed.status_code == 201, pushed.text
    known = named | {"request_uri": pushed.json()["request_uri"]}
    location = (await someone.person.browser.get("/authorize", params=known)).headers["location"]
    form = named | {
        "grant_type": "authorization_code", "code": request.read_answer(location)["code"],
        "redirect_uri": request.params["redirect_uri"], "code_verifier": request.verifier,
    }  # fmt: skip
    assert (await post(proxied, "/token", form)).json()["error"] == "invalid_client"
    tokens = (await post(proxied, "/token", form, shown)).json()
    assert tokens["token_type"] == "Bearer"
    told = (await post(proxied, "/introspect", named | {"token": tokens["access_token"]}, shown)).json()
    assert told["cnf"] == {"x5t#S256": THUMBPRINT}
    async with proxied.browser() as browser:
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        for headers, status in (({}, 401), (header(OTHER), 401), (shown, 200)):
            answer = await browser.get("/userinfo", headers=bearer | headers)
            assert answer.status_code == status
            if status == 401:  # the page tells what is missing, and what came in its place
                page = (await browser.get(answer.json()["error_uri"], headers={"Accept-Language": "en"})).text
                assert "Another token is refused alike; a renewed certificate" in page
                assert ("CN=Another" in page) is (headers != {})
    # A renewed certificate has the same name: tokens are bound to it from the next refresh on.
    renewed, _ = AUTHORITY.issue()
    refresh = named | {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await post(proxied, "/token", refresh, header(renewed))).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        {},
        header(OTHER),
        header(self_signed()[0]),
        header(Authority().issue()[0]),
        {"X-Client-Cert": header(CERTIFICATE)["Client-Cert"]},
        {"Client_Cert": header(CERTIFICATE)["Client-Cert"]},
        {"Forwarded-Client-Cert": header(CERTIFICATE)["Client-Cert"]},
    ],
)
async def test_who_shows_another_certificate_or_none_is_not_the_client(proxied: Country, shown: dict[str, str]) -> None:
    party = RelyingParty(proxied, await proxied.register(**REGISTERED))
    answer = await post(proxied, "/token", OWN | {"client_id": party.client_id}, shown)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    good = await post(proxied, "/token", OWN | {"client_id": party.client_id}, header(CERTIFICATE))
    assert good.status_code == 200, good.text


async def test_a_header_that_says_two_things_or_none_is_refused(proxied: Country) -> None:
    party = RelyingParty(proxied, await proxied.register(**REGISTERED))
    shown = header(CERTIFICATE)
    text = shown["Client-Cert"]
    pem = CERTIFICATE.public_bytes(Encoding.PEM).decode().replace("\n", "")
    twice: list[list[dict[str, str]]] = [
        [shown, shown], [header(OTHER), shown], [{"Client-Cert": f"{text}, {text}"}], [{"Client-Cert": text[1:-1]}],
        [{"Client-Cert": pem}], [{"Client-Cert": "::"}], [{"Client-Cert": ":!:"}], [{"Client-Cert": ":"}],
        [shown, {"Client-Cert-Chain": "junk"}],
    ]  # fmt: skip
    for headers in twice:
        answer = await post(proxied, "/token", OWN | {"client_id": party.client_id}, *headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), headers


async def test_nobody_but_a_trusted_proxy_tells_of_a_certificate(land: Country) -> None:
    land.app.state.idp = replace(land.idp, client_authorities=AUTHORITY.store)
    party = RelyingParty(land, await land.register(**REGISTERED))
    named = {"client_id": party.client_id}
    answer = await post(land, "/token", OWN | named, header(CERTIFICATE))
    assert answer.json()["error"] == "invalid_client"
    # Nor a proxy that is trusted, further out: the header is of the last one.
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert (await post(land, "/token", OWN | named, header(CERTIFICATE), forwarded)).status_code == 401


async def test_a_certificate_that_nobody_vouches_for_stands_in_the_keys_of_its_client(proxied: Country) -> None:
    own, key = self_signed("CN=anything")
    jwk = jwk_of(own, key)
    members = {
        "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [public(SIGNING), jwk]},
    }  # fmt: skip
    party = RelyingParty(proxied, await proxied.register(**members))
    named = {"client_id": party.client_id}
    assert (await post(proxied, "/token", OWN | named, header(own))).json()["token_type"] == "Bearer"
    for other in (CERTIFICATE, self_signed("CN=anything")[0]):
        assert (await post(proxied, "/token", OWN | named, header(other))).status_code == 401


async def test_a_certificate_authenticates_who_names_people_by_assertions(proxied: Country) -> None:
    """No client assertion has to come beside the one that names the person, which the certificate does not replace."""
    members = {
        **REGISTERED, "profile": "camara", "grant_types": ["authorization_code", JWT_BEARER_GRANT],
        "scope": "openid phone", "jwks": {"keys": [public(SIGNING)]},
    }  # fmt: skip
    party = RelyingParty(proxied, await proxied.register(**members))
    await agreed(proxied, party)
    now = proxied.watch.now() // SECOND

    def form(**changes: Any) -> dict[str, str]:
        claims = {
            "iss": party.client_id, "sub": f"tel:{proxied.people['complete'].record.phone}", "aud": ISSUER,
            "jti": new_secret(), "iat": now, "exp": now + 300, "scope": "openid phone dpv:account",
        }  # fmt: skip
        text = signed({"alg": "ES256", "kid": "k1"}, claims | changes, SIGNING)
        return {"grant_type": JWT_BEARER_GRANT, "assertion": text}

    shown = header(CERTIFICATE)
    for named in ({}, {"client_id": party.client_id}):
        answer = await post(proxied, "/token", form() | named, shown)
        assert (answer.status_code, answer.json().get("scope")) == (200, "openid phone"), answer.text
    for headers in ({}, header(OTHER)):
        answer = await post(proxied, "/token", form(), headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), (
            "signed well, and shown by nobody"
        )
    forged = form()["assertion"][:-8] + "AAAAAAAA"
    answer = await post(proxied, "/token", form() | {"assertion": forged}, shown)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_client_with_a_secret_may_have_its_tokens_bound_to_a_certificate(proxied: Country) -> None:
    party = RelyingParty(proxied, await proxied.register(tls_client_certificate_bound_access_tokens=True))
    async with proxied.browser() as browser:
        without = await browser.post("/token", data=OWN, auth=party.auth)
        assert (without.status_code, without.json()["error"]) == (400, "invalid_request")
        token = (await browser.post("/token", data=OWN, auth=party.auth, headers=header(OTHER))).json()["access_token"]
        path, bearer = "/bindings/v1/social-accounts", {"Authorization": f"Bearer {token}"}
        assert (await browser.get(path, headers=bearer)).status_code == 401
        assert (await browser.get(path, headers=bearer | header(OTHER))).status_code == 200


async def test_discovery_names_the_addresses_for_certificates(land: Country) -> None:
    async with land.browser() as browser:
        found = (await browser.get("/.well-known/openid-configuration")).json()
        assert not {"mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"} & found.keys()
        told = [{method for method in found["token_endpoint_auth_methods_supported"] if "tls" in method}]
        for authorities in (None, AUTHORITY.store):
            land.app.state.idp = replace(
                land.idp, mtls_origin="https://mtls.id.example", client_authorities=authorities
            )
            found = (await browser.get("/.well-known/openid-configuration")).json()
            told.append({method for method in found["token_endpoint_auth_methods_supported"] if "tls" in method})
    assert told == [set(), {"self_signed_tls_client_auth"}, {"self_signed_tls_client_auth", "tls_client_auth"}]
    assert found["tls_client_certificate_bound_access_tokens"] is True
    aliases = found["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == "https://mtls.id.example/token"
    assert set(aliases) <= {name for name in found if name.endswith("_endpoint")} - {"authorization_endpoint"}
    carrier = await Carrier.of(land, scope="openid binding:social_account")
    for origin, status in (("https://mtls.id.example", 200), ("https://other.example", 400)):
        proof = proof_of(key=carrier.key, method="POST", url=f"{origin}/token", at=carrier.now)
        assert (await carrier.send("/token", OWN, {"DPoP": proof})).status_code == status
