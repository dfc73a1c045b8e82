"""The network's side of the two contracts: OpenID Connect (through Authlib) and `bindings/v1` (through httpx)."""

import json
import ssl
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import Request, Response
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from .accounts import Json
from .config import CLIENT_CREDENTIALS_SCOPE, Config

with warnings.catch_warnings(record=True):  # Authlib announces its move to httpx2 on import: no news for our visitors
    from authlib.integrations.starlette_client import OAuth, OAuthError

LEVEL_2 = "urn:vneid:level:2"
LOG_OUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOG_OUT_TOKEN_SECONDS = 24 * 60 * 60
"""How long a log-out token may be on its way, and so how long its `jti` is remembered."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What a visit to the provider asks for, and no more."""

    scope: str
    by_parent: bool = False
    keeps: bool = False
    """Whether we ask for what Decree 147/2024/NĐ-CP has a network keep, and keep it: the account holder's, for a child
    the adult's. Without, we ask for smaller proofs."""


TRIPS = {
    "own": Trip("openid identity age binding:social_account"),
    "own_kept": Trip("openid identity full_name phone binding:social_account", keeps=True),
    "parent": Trip("openid binding:child_account", by_parent=True),
    "parent_kept": Trip("openid full_name phone binding:child_account", by_parent=True, keeps=True),
    "signin": Trip("openid"),
}
"""By kind. Signing in again needs nothing but the subject."""
KEPT_CLAIMS = ("full_name", "birthdate", "phone_number")
TOLD_CLAIMS = ("identity_level", "identity_verified_since", "age_over_13", "age_over_16", "age_over_18", "age_band")
"""What the scopes `identity` and `age` hand over. What nobody asked for is not kept."""
SIGN_IN_CLAIMS = ("acr", "amr", "auth_time")


class ProviderUnreachable(Exception):
    """The provider did not answer, or not in its own language. Nothing was learnt; it can be tried again."""


class Refused(Exception):
    """The provider said no. `code` is an OAuth error code or the `code` of an RFC 9457 problem."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser is sent, and what proves that the answer belongs to it."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What came back from the provider: validated ID token claims, what userinfo added, and the token to bind with."""

    access_token: str
    id_token: str
    claims: Json
    userinfo: Json
    scope: frozenset[str]

    @property
    def subject(self) -> str:
        """The pairwise subject."""
        return str(self.claims["sub"])

    @property
    def told(self) -> Json:
        """What we were told of the person beside what the law has us keep, and of their sign-in."""
        found = {name: self.userinfo[name] for name in TOLD_CLAIMS if name in self.userinfo}
        return found | {name: self.claims[name] for name in SIGN_IN_CLAIMS if name in self.claims}

    @property
    def kept(self) -> Json:
        """Of what userinfo told, what the law has us keep."""
        return {name: str(self.userinfo[name]) for name in KEPT_CLAIMS if name in self.userinfo}


class Provider:
    """One provider, found through its discovery document, which is read when it is first needed."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        # The provider is named in our own configuration: an ambient proxy has no business on the way to it.
        options: dict[str, Any] = {"timeout": 10.0, "trust_env": False}
        if config.ca_bundle:
            options["verify"] = ssl.create_default_context(cafile=config.ca_bundle)
        if transport is not None:
            options["transport"] = transport
        self._http_options = options
        self._client = OAuth().register(
            "provider",
            client_id=config.client_id,
            client_secret=config.client_secret,
            server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
            client_kwargs={
                **options,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
            },
        )
        self._service_token: tuple[str, float] | None = None

    async def start(
        self, kind: str, language: str, handle: str | None = None, login_hint: str | None = None
    ) -> Departure:
        """The way to the authorization endpoint. Authlib makes `state`, `nonce` and the PKCE verifier (RFC 7636)."""
        trip = TRIPS[kind]
        extra: dict[str, str] = {"scope": trip.scope, "ui_locales": language}
        if login_hint is not None:
            extra["login_hint"] = login_hint
        if kind != "signin":
            extra["account_label"] = f"@{handle}"  # the person reads it on the page that confirms the link
            extra["acr_values"] = LEVEL_2
            # `acr_values` alone is only a wish (OpenID Connect Core §5.5.1.1); essential makes a lower level an error.
            claims: Json = {"id_token": {"acr": {"essential": True, "values": [LEVEL_2]}}}
            if trip.keeps:  # the scope `profile` would ask for more than the birth date
                claims["userinfo"] = {"birthdate": {"essential": True}}
            extra["claims"] = json.dumps(claims)
        if trip.by_parent:
            extra["prompt"] = "login"  # the child's own session may be open on the same phone
        try:
            made = await self._client.create_authorization_url(self._config.callback_url, **extra)
        except (httpx.HTTPError, ValueError, RuntimeError) as problem:
            raise ProviderUnreachable from problem
        return Departure(made["url"], made["state"], made["nonce"], made["code_verifier"])

    async def finish(self, answer: Mapping[str, str], kind: str, nonce: str, code_verifier: str) -> Proof:
        """Redeem the code of the callback and validate what it brought. `nonce` and `code_verifier` are those of the
        departure that the answer belongs to.

        Raises `Refused` with the provider's error code (or `invalid_response`, `level_required`, `partial_consent`)
        and `ProviderUnreachable`.
        """
        try:
            await self._check_issuer(answer.get("iss"))
            if "error" in answer:
                raise Refused(answer["error"], answer.get("error_description", ""))
            token = await self._client.fetch_access_token(
                redirect_uri=self._config.callback_url, code=answer.get("code", ""), code_verifier=code_verifier
            )
            claims = dict(await self._client.parse_id_token(token, nonce=nonce) if "id_token" in token else {})
            userinfo = dict(await self._client.userinfo(token=token)) if kind == "own" or TRIPS[kind].keeps else {}
        except OAuthError as refusal:
            raise Refused(refusal.error, refusal.description or "") from refusal
        except JoseError as problem:
            raise Refused("invalid_response", str(problem)) from problem
        except (httpx.HTTPError, ValueError, RuntimeError) as problem:
            raise ProviderUnreachable from problem
        # RFC 6749 §5.1: a response without `scope` granted what was asked for.
        scope = frozenset(str(token.get("scope", TRIPS[kind].scope)).split())
        proof = Proof(str(token["access_token"]), str(token.get("id_token", "")), claims, userinfo, scope)
        check_proof(proof, kind)
        return proof

    async def bind(self, access_token: str, account_id: str, idempotency_key: str) -> Json:
        """Bind the account to the person of the token and return the binding. A lost answer is asked for once more."""
        headers = {"Authorization": f"Bearer {access_token}", "Idempotency-Key": idempotency_key}
        body = {"account_id": account_id}
        try:
            return await self._call("POST", "/bindings/v1/social-accounts", headers, body)
        except ProviderUnreachable:
            return await self._call("POST", "/bindings/v1/social-accounts", headers, body)

    async def status(self, account_id: str) -> Json:
        """What the provider says about an account now, bound or not, and what it may do."""
        return await self._call_as_service("POST", "/bindings/v1/social-accounts/status", {"account_id": account_id})

    async def release(self, binding_id: str) -> Json:
        """Release a binding; releasing it twice is the same as once."""
        return await self._call_as_service("DELETE", f"/bindings/v1/social-accounts/{binding_id}")

    async def log_out_redirect(self, request: Request, id_token: str, language: str) -> Response:
        """The redirect to `end_session_endpoint` (RP-initiated log-out), with the ID token as the hint."""
        try:
            redirect: Response = await self._client.logout_redirect(
                request,
                post_logout_redirect_uri=self._config.signed_out_url,
                id_token_hint=id_token,
                client_id=self._config.client_id,
                ui_locales=language,
            )
        except (httpx.HTTPError, ValueError, RuntimeError) as problem:
            raise ProviderUnreachable from problem
        return redirect

    async def read_log_out_token(self, text: str) -> Json:
        """The claims of a valid log-out token (OpenID Connect Back-Channel Logout 1.0 §2.6), replays not considered.

        Raises `Refused("invalid_request")` when any rule is broken.
        """
        try:
            metadata = await self._client.load_server_metadata()
            keys = KeySet.import_key_set(await self._client.fetch_jwk_set())
            try:
                token = jwt.decode(text, keys, algorithms=["ES256"])
            except InvalidKeyIdError:  # the provider rotated its keys
                keys = KeySet.import_key_set(await self._client.fetch_jwk_set(force=True))
                token = jwt.decode(text, keys, algorithms=["ES256"])
        except httpx.HTTPError as problem:
            raise ProviderUnreachable from problem
        except (JoseError, ValueError, TypeError) as problem:
            raise Refused("invalid_request", "the log-out token is not signed by the provider") from problem
        if str(token.header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "application/logout+jwt", "jwt"):
            raise Refused("invalid_request", "the token is of another type")
        claims: Json = dict(token.claims)
        check_log_out_claims(claims, str(metadata["issuer"]), self._config.client_id, int(time.time()))
        return claims

    async def _check_issuer(self, issuer: str | None) -> None:
        """RFC 9207 §2.4: an answer from another issuer is a mix-up attack."""
        metadata = await self._client.load_server_metadata()
        if issuer is None and not metadata.get("authorization_response_iss_parameter_supported"):
            return
        if issuer != metadata.get("issuer") or issuer != self._config.issuer:
            raise Refused("invalid_response", "the answer names another issuer")

    async def _call_as_service(self, method: str, path: str, body: Json | None = None) -> Json:
        """A call with the network's own token; a token that the provider no longer accepts is replaced once."""
        try:
            return await self._call(method, path, {"Authorization": f"Bearer {await self._token()}"}, body)
        except Refused as refusal:
            if refusal.code != "invalid_token":
                raise
        self._service_token = None
        return await self._call(method, path, {"Authorization": f"Bearer {await self._token()}"}, body)

    async def _token(self) -> str:
        """The network's own access token (`client_credentials`), kept until shortly before it expires."""
        if self._service_token and self._service_token[1] > time.monotonic():
            return self._service_token[0]
        try:
            token = await self._client.fetch_access_token(
                grant_type="client_credentials", scope=CLIENT_CREDENTIALS_SCOPE
            )
        except OAuthError as refusal:
            raise Refused(refusal.error, refusal.description or "") from refusal
        except (httpx.HTTPError, ValueError, RuntimeError) as problem:
            raise ProviderUnreachable from problem
        self._service_token = (str(token["access_token"]), time.monotonic() + int(token.get("expires_in", 60)) - 10)
        return self._service_token[0]

    async def _call(self, method: str, path: str, headers: dict[str, str], body: Json | None = None) -> Json:
        try:
            async with httpx.AsyncClient(**self._http_options) as client:
                answer = await client.request(method, f"{self._config.issuer}{path}", headers=headers, json=body)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise ProviderUnreachable from problem
        if answer.status_code >= 500 or not isinstance(document, dict):
            raise ProviderUnreachable
        if answer.is_error:
            code = str(document.get("code") or ("invalid_token" if answer.status_code == 401 else "refused"))
            raise Refused(code, str(document.get("detail", "")))
        return document


def check_proof(proof: Proof, kind: str) -> None:
    """Whether the proof carries what this kind of visit needs. Raises `Refused`."""
    if not proof.claims.get("sub"):
        raise Refused("invalid_response", "no ID token")
    # OpenID Connect Core §5.3.2: userinfo of another subject must not be used.
    if proof.userinfo and proof.userinfo.get("sub") != proof.subject:
        raise Refused("invalid_response", "userinfo is about somebody else")
    if kind == "signin":
        return
    if proof.claims.get("acr") != LEVEL_2:
        raise Refused("level_required")
    if not {scope for scope in TRIPS[kind].scope.split() if scope.startswith("binding:")} <= proof.scope:
        raise Refused("partial_consent")
    if TRIPS[kind].keeps and not {"full_name", "birthdate"} <= proof.userinfo.keys():
        raise Refused("partial_consent")


def check_log_out_claims(claims: Json, issuer: str, client_id: str, now: int) -> None:
    """The rules of Back-Channel Logout 1.0 §2.6 on the claims. Raises `Refused("invalid_request")`."""
    audience = claims.get("aud")
    events = claims.get("events")
    issued_at = claims.get("iat")
    expires_at = claims.get("exp", now + 1)
    rules = {
        "iss": claims.get("iss") == issuer,
        "aud": audience == client_id or (isinstance(audience, list) and client_id in audience),
        "iat": isinstance(issued_at, int) and now - LOG_OUT_TOKEN_SECONDS <= issued_at <= now + 120,
        "exp": isinstance(expires_at, int) and now < expires_at + 120,
        "jti": isinstance(claims.get("jti"), str) and claims["jti"] != "",
        "events": isinstance(events, dict) and isinstance(events.get(LOG_OUT_EVENT), dict),
        "sub or sid": bool(claims.get("sub") or claims.get("sid")),
        "nonce": "nonce" not in claims,  # keeps an ID token from passing as a log-out token
    }
    broken = [claim for claim, holds in rules.items() if not holds]
    if broken:
        raise Refused("invalid_request", f"log-out token: {', '.join(broken)}")
