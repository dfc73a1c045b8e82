"""Authlib, and PyJWT for a second opinion on every token, go the whole way against a running server."""

import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from tests.support.server import Server

with warnings.catch_warnings(record=True):  # Authlib announces its move to httpx2 on import
    from authlib.common.security import generate_token
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from authlib.oauth2.rfc7523 import PrivateKeyJWT
    from authlib.oidc.core import CodeIDToken, UserInfo

CALLBACK = "http://localhost:9999/callback"
SIGNED_OUT = "http://localhost:9999/signed-out"
SCOPE = "openid offline_access identity age profile"


@dataclass
class Application:
    """A registered client of Authlib's, and what it read about the provider."""

    client: AsyncOAuth2Client
    metadata: dict[str, Any]
    registered: dict[str, Any]
    jwks: dict[str, Any]

    def checked(self, token: str, nonce: str | None) -> dict[str, Any]:
        """The claims of an ID token that both libraries accept; `nonce` is `None` after a refresh."""
        client_id, issuer = self.registered["client_id"], self.metadata["issuer"]
        key = jwt.PyJWKSet.from_dict(self.jwks)[jwt.get_unverified_header(token)["kid"]]
        algorithm = self.registered["id_token_signed_response_alg"]
        required = ["iss", "sub", "aud", "exp", "iat"]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            [algorithm],
            audience=client_id,
            issuer=issuer,
            options={"require": required, "strict_aud": True},
        )
        self._check_by_authlib(token, nonce, algorithm)
        return claims

    def _check_by_authlib(self, token: str, nonce: str | None, algorithm: str) -> None:
        decoded = jose.decode(token, KeySet.import_key_set({"keys": self.jwks["keys"]}), algorithms=[algorithm])
        client_id, issuer = self.registered["client_id"], self.metadata["issuer"]
        wanted = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
        id_token = CodeIDToken(
            decoded.claims, decoded.header, wanted, {"nonce": nonce, "client_id": client_id, "max_age": 300}
        )
        id_token.validate(now=int(time.time()), leeway=10)


@asynccontextmanager
async def application(server: Server, auth: str, **members: Any) -> AsyncIterator[Application]:
    """Discovery and registration (Authlib leaves both to the application), then Authlib's client."""
    key = rsa.generate_private_key(65537, 2048)  # the only kind that Authlib's PrivateKeyJWT takes
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "own", "alg": "PS256"}
    wanted = {
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [SIGNED_OUT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_method": auth,
        **({"jwks": {"keys": [jwk]}} if auth == "private_key_jwt" else {}),
        **members,
    }
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        metadata = (await http.get(f"{server.issuer}/.well-known/openid-configuration")).raise_for_status().json()
        registered = (await http.post(metadata["registration_endpoint"], json=wanted)).raise_for_status().json()
        jwks = (await http.get(metadata["jwks_uri"])).raise_for_status().json()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    async with AsyncOAuth2Client(
        client_id=registered["client_id"],
        client_secret=registered.get("client_secret", pem),
        token_endpoint_auth_method=auth,
        revocation_endpoint_auth_method=auth,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        trust_env=False,
        timeout=30,
    ) as client:
        if auth == "private_key_jwt":
            proof = PrivateKeyJWT(metadata["token_endpoint"], headers={"kid": "own"}, alg="PS256")
            client.register_client_auth_method(proof)
            client.token_endpoint_auth_method = client.revocation_endpoint_auth_method = proof.name
        yield Application(client, metadata, registered, jwks)


@pytest.mark.parametrize(
    ("auth", "slug", "members"),
    [
        ("client_secret_basic", "clan-last-name", {"id_token_signed_response_alg": "ES256"}),
        ("client_secret_post", "passkey", {"id_token_signed_response_alg": "RS256"}),
        ("private_key_jwt", "born-2000", {"userinfo_signed_response_alg": "PS256"}),
    ],
)
async def test_authlib(on_sqlite: Server, auth: str, slug: str, members: dict[str, str]) -> None:
    async with application(on_sqlite, auth, **members) as app, on_sqlite.visitor(slug) as visitor:
        verifier, nonce = generate_token(48), generate_token(20)
        address, state = app.client.create_authorization_url(
            app.metadata["authorization_endpoint"],
            code_verifier=verifier,
            nonce=nonce,
            acr_values="urn:vneid:level:2",
        )
        back = await visitor.prove(address)
        answer = parse_qs(urlsplit(back).query)
        assert answer["iss"] == [app.metadata["issuer"]]
        token = await app.client.fetch_token(
            app.metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        claims = app.checked(token["id_token"], nonce)
        assert claims["acr"] == "urn:vneid:level:2"
        await check_userinfo(app, claims["sub"])
        await check_refresh_and_revocation(app, claims)
        end = httpx.URL(app.metadata["end_session_endpoint"]).copy_merge_params(
            {"id_token_hint": token["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
        )
        assert await visitor.prove(str(end)) == f"{SIGNED_OUT}?state=bye"


async def check_userinfo(app: Application, sub: str) -> None:
    answer = (await app.client.get(app.metadata["userinfo_endpoint"])).raise_for_status()
    if algorithm := app.registered.get("userinfo_signed_response_alg"):
        assert answer.headers["content-type"].startswith("application/jwt")
        key = jwt.PyJWKSet.from_dict(app.jwks)[jwt.get_unverified_header(answer.text)["kid"]]
        issuer, client_id = app.metadata["issuer"], app.registered["client_id"]
        userinfo = jwt.decode(answer.text, key, [algorithm], audience=client_id, issuer=issuer)
    else:
        userinfo = answer.json()
    assert UserInfo(userinfo).sub == sub
    assert (userinfo["identity_level"], userinfo["age_band"]) == (2, "18_plus")


async def check_refresh_and_revocation(app: Application, claims: dict[str, Any]) -> None:
    token_endpoint, first = app.metadata["token_endpoint"], app.client.token["refresh_token"]
    refreshed = await app.client.refresh_token(token_endpoint, first)
    assert refreshed["refresh_token"] != first
    renewed = app.checked(refreshed["id_token"], None)
    assert all(renewed[name] == claims[name] for name in ("iss", "sub", "aud", "auth_time"))
    introspection = app.metadata["introspection_endpoint"]
    before = (await app.client.introspect_token(introspection, token=refreshed["access_token"])).json()
    assert (before["active"], before["sub"]) == (True, claims["sub"])
    revocation = app.metadata["revocation_endpoint"]
    assert (await app.client.revoke_token(revocation, token=refreshed["refresh_token"])).status_code == 200
    after = (await app.client.introspect_token(introspection, token=refreshed["access_token"])).json()
    assert after == {"active": False}
    with pytest.raises(OAuthError, match="invalid_grant"):
        await app.client.refresh_token(token_endpoint, refreshed["refresh_token"])
    own = await app.client.fetch_token(token_endpoint, grant_type="client_credentials", scope="binding:social_account")
    assert "refresh_token" not in own
