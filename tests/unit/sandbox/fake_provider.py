"""A provider of the published contracts, small enough to be wrong on purpose. It shares nothing with the real one."""

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey

Json = dict[str, Any]

ISSUER = "http://provider.test"
CLIENT_ID = "quan-nuoc"
CLIENT_SECRET = "hush-hush"
LOG_OUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LAW = "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: unverified accounts may not create or share content"


class FakeProvider:
    """One person at a time stands in front of it: change `person` to make somebody else sign in."""

    def __init__(self, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.rotate("k1")
        self.person: Json = {"sub": "pairwise-1", "age_band": "18_plus", "acr": "urn:vneid:level:2", "sid": "s1"}
        self.granted_scope: str | None = None
        self.id_token_extra: Json = {}
        self.userinfo_extra: Json = {}
        self.problem: tuple[int, str] | None = None
        self.silent = False
        self.codes: dict[str, Json] = {}
        self.tokens: dict[str, Json] = {}
        self.bindings: dict[str, Json] = {}
        self.binding_extra: Json = {}
        self.withheld: tuple[str, ...] = ()
        self.calls: list[tuple[str, Json]] = []
        self.app = FastAPI()
        self.app.add_api_route("/.well-known/openid-configuration", self.discovery)
        self.app.add_api_route("/jwks.json", self.jwks)
        self.app.add_api_route("/token", self.token, methods=["POST"])
        self.app.add_api_route("/userinfo", self.userinfo)
        self.app.add_api_route("/bindings/v1/social-accounts", self.bind, methods=["POST"])
        self.app.add_api_route("/bindings/v1/social-accounts/status", self.status, methods=["POST"])
        self.app.add_api_route("/bindings/v1/social-accounts/{binding_id}", self.release, methods=["DELETE"])

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on, and publish no other."""
        self.key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})

    async def discovery(self) -> Json:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "end_session_endpoint": f"{self.issuer}/end_session",
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
        }

    async def jwks(self) -> Json:
        return {"keys": [self.key.as_dict(private=False)]}

    def answer(self, authorization_url: str, **changes: str | None) -> str:
        """The address to which a browser comes back after the person agreed; `changes` spoil its parameters."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        parameters: dict[str, str | None] = {"code": code, "state": asked["state"], "iss": self.issuer, **changes}
        kept = {name: value for name, value in parameters.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def sign(self, claims: Json, **header: str) -> str:
        return jwt.encode({"alg": "ES256", "kid": self.key.kid, **header}, claims, self.key)

    def log_out_token(self, **changes: Any) -> str:
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": secrets.token_urlsafe(8),
            "sub": self.person["sub"],
            "sid": self.person["sid"],
            "events": {LOG_OUT_EVENT: {}},
            **changes,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None}, typ="logout+jwt")

    async def token(self, request: Request) -> JSONResponse:
        form = dict(parse_qsl((await request.body()).decode()))
        self.calls.append(("token", form))
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        name, _, secret = base64.b64decode(credentials).decode().partition(":")
        if scheme != "Basic" or (name, secret) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        access_token = secrets.token_urlsafe(8)
        if form["grant_type"] == "client_credentials":
            self.tokens[access_token] = {"scope": form["scope"], "person": None}
            return JSONResponse({"access_token": access_token, "token_type": "Bearer", "expires_in": 300})
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if asked is None or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        scope = self.granted_scope or asked["scope"]
        self.tokens[access_token] = {"scope": scope, "person": dict(self.person)}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": asked["nonce"],
            **{name: self.person[name] for name in ("sub", "acr", "sid")},
            **self.id_token_extra,
        }
        body = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "scope": scope}
        return JSONResponse(body | {"id_token": self.sign(claims)})

    async def userinfo(self, request: Request) -> JSONResponse:
        person = self.bearer(request)["person"]
        return JSONResponse({"sub": person["sub"], "identity_level": 2, **self.userinfo_extra})

    def bearer(self, request: Request) -> Json:
        return self.tokens.get(request.headers["authorization"].removeprefix("Bearer "), {})

    async def bind(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.calls.append(("bind", body | {"key": request.headers.get("idempotency-key")}))
        token = self.bearer(request)
        if self.silent:
            return JSONResponse({}, 503)
        if self.problem:
            return JSONResponse({"code": self.problem[1], "status": self.problem[0]}, self.problem[0])
        guardian = "binding:child_account" in token["scope"]
        if not guardian and token["person"]["age_band"] in ("under_13", "13_15"):
            return JSONResponse({"code": "guardian_required", "status": 403}, 403)
        binding = {
            "binding_id": f"bnd_{len(self.bindings) + 1}",
            "state": "verified",
            "level": 2,
            "method": "guardian" if guardian else "own_proof",
            "verified_at": "2026-11-20T18:30:00Z",
            "age_band": "13_15" if guardian else token["person"]["age_band"],
            "supervised": guardian,
            "next_step": None,
            **self.binding_extra,
            "capabilities": capabilities(verified=True, supervised=guardian),
            "withheld": [],
        }
        binding |= {**dict.fromkeys(self.withheld), "withheld": list(self.withheld)}
        self.bindings[body["account_id"]] = binding
        return JSONResponse(binding, 201)

    async def status(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.calls.append(("status", body))
        token = self.bearer(request)
        if self.silent:
            return JSONResponse({}, 503)
        if not token or token["person"] is not None:
            return JSONResponse({"code": "invalid_token", "status": 401}, 401)
        binding = self.bindings.get(body["account_id"])
        answer: dict[str, Any]
        if binding is None:
            answer = {"account_state": "unverified", "binding": None, "capabilities": capabilities(verified=False)}
        else:
            answer = {
                "account_state": binding["state"],
                "binding": binding,
                "capabilities": binding["capabilities"],
            }
        return JSONResponse(answer)

    async def release(self, request: Request, binding_id: str) -> JSONResponse:
        self.calls.append(("release", {"binding_id": binding_id}))
        if self.silent:
            return JSONResponse({}, 503)
        self.end_bindings("released")
        return JSONResponse(next(b for b in self.bindings.values() if b["binding_id"] == binding_id))

    def withhold(self, *members: str) -> None:
        """Tell nothing of these from now on, of what is bound already either."""
        self.withheld = members
        for binding in self.bindings.values():
            binding |= {**dict.fromkeys(members), "withheld": list(members)}

    def end_bindings(self, state: str) -> None:
        """What a release or a withdrawal leaves of the bindings."""
        for binding in self.bindings.values():
            binding |= {"state": state, "capabilities": capabilities(verified=False)}

    @property
    def redemptions(self) -> list[Json]:
        """The codes that were presented, valid or not."""
        return [form for form in self.called("token") if form["grant_type"] == "authorization_code"]

    def called(self, name: str) -> list[Json]:
        return [body for call, body in self.calls if call == name]


def capabilities(*, verified: bool, supervised: bool = False) -> list[Json]:
    actions = ("view", "post", "comment", "share", "livestream", "commercial_livestream")
    allowed = {action: action == "view" or verified for action in actions}
    if supervised:
        allowed["commercial_livestream"] = False
    return [
        {
            "action": action,
            "allowed": allowed[action],
            "reason": None if allowed[action] else "own_proof_required" if verified else "account_not_verified",
            "legal_reference": LAW,
            "in_force_since": "2024-12-25",
        }
        for action in actions
    ]
