"""What is measured, every answer checked: sign-in and refresh, plain and FAPI 2.0, client_credentials, device, CIBA and
token exchange."""

import base64
import hashlib
import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from bench.clients import BACK_END_ID, Client, KeyClient, base64url
from bench.http import Connection, Response

_LOOPBACK = "127.0.0.1"
SCOPE = "openid offline_access"
CLIENT_SCOPE = "binding:social_account"
"""What the client asks for in its own name."""
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
_serial = itertools.count()


class FlowFailed(Exception):
    """An answer was not what the flow demands. One of these fails the run."""


@dataclass(frozen=True, slots=True)
class Target:
    """A provider as a relying party knows it: its endpoints' paths from discovery, and one confidential client."""

    issuer: str
    host: str
    port: int
    authorize: str
    par: str
    device_authorization: str
    backchannel: str
    token: str
    userinfo: str
    jwks: str
    client_id: str
    client: Client
    redirect_uri: str
    back_end: KeyClient | None = None
    """Another client of the same organisation, which exchanges the tokens of `client`."""


@dataclass(slots=True)
class Session:
    """A person signed in with one browser, who consented before.

    `subject` is the `sub` that the client knows the person by; `refresh_token` is replaced at each rotation.
    `auth_req_id` names the request that waits for the person's answer, once there is one. `access_token` is that of the
    first sign-in.
    """

    cookie: str
    subject: str
    refresh_token: str
    access_token: str
    auth_req_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One authorization request, with what is needed to check and redeem the answer."""

    state: str
    nonce: str
    verifier: str
    query: dict[str, str]
    path: str


Flow = Callable[[Connection, Target, Session], Awaitable[None]]


async def discover(port: int, issuer: str, client_id: str, client: Client, redirect_uri: str) -> Target:
    """Read the metadata of the provider on `port` (OpenID Connect Discovery §4).

    Raises `OSError` while it does not listen. Its issuer may be another origin than the one it listens on, as it is
    behind a proxy.
    """
    connection = await Connection.open(_LOOPBACK, port)
    try:
        head = f"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {_LOOPBACK}:{port}\r\n\r\n"
        metadata = _json(await connection.send(head.encode()), 200)
    finally:
        connection.close()
    _require(metadata["issuer"] == issuer, f"issuer is {metadata['issuer']}")

    def path(name: str) -> str:
        return urlsplit(str(metadata.get(name, ""))).path

    return Target(
        issuer=issuer,
        host=_LOOPBACK,
        port=port,
        authorize=path("authorization_endpoint"),
        par=path("pushed_authorization_request_endpoint"),
        device_authorization=path("device_authorization_endpoint"),
        backchannel=path("backchannel_authentication_endpoint"),
        token=path("token_endpoint"),
        userinfo=path("userinfo_endpoint"),
        jwks=path("jwks_uri"),
        client_id=client_id,
        client=client,
        redirect_uri=redirect_uri,
    )


def authorization_request(target: Target, **extra: str) -> AuthorizationRequest:
    """A request with PKCE S256, `state` and `nonce` of its own (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3)."""
    verifier = base64url(os.urandom(32))
    state, nonce = f"state-{next(_serial)}", f"nonce-{next(_serial)}"
    query = {
        "response_type": "code",
        "client_id": target.client_id,
        "redirect_uri": target.redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
        **extra,
    }
    return AuthorizationRequest(state, nonce, verifier, query, f"{target.authorize}?{urlencode(query)}")


async def begin(connection: Connection, target: Target, **extra: str) -> AuthorizationRequest:
    """A request as its client begins it: pushed ahead where the client pushes (RFC 9126 §2)."""
    request = authorization_request(target, **extra)
    if not target.client.pushes:
        return request
    pushed = await _post(connection, target, target.par, request.query, 201)
    known = {"client_id": target.client_id, "request_uri": pushed["request_uri"]}
    return replace(request, path=f"{target.authorize}?{urlencode(known)}")


def read_code(target: Target, request: AuthorizationRequest, location: str) -> str:
    """The code in the redirect back to the client; raises `FlowFailed` (RFC 6749 §4.1.2, RFC 9207 §2)."""
    _require(location.startswith(target.redirect_uri), f"redirected to {location}")
    answer = parse_qs(urlsplit(location).query)
    _require(answer.get("state") == [request.state], f"another state in {location}")
    _require(answer.get("iss") == [target.issuer], f"another iss in {location}")
    _require(len(answer.get("code", [])) == 1, f"no code in {location}")
    return answer["code"][0]


async def redeem(connection: Connection, target: Target, request: AuthorizationRequest, code: str) -> dict[str, Any]:
    """Exchange the code; the token response, with its ID token looked into but its signature not verified."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": target.redirect_uri,
        "code_verifier": request.verifier,
    }
    tokens = await _token(connection, target, form)
    _require("refresh_token" in tokens, "no refresh token")
    _require(claims_of(tokens["id_token"])["nonce"] == request.nonce, "another nonce in the ID token")
    return tokens


async def sign_in(connection: Connection, target: Target, session: Session) -> None:
    """Authorize (session and consent exist), token, userinfo; before them a pushed request of a client that pushes."""
    request = await begin(connection, target)
    code = read_code(target, request, await authorize(connection, target, request, session.cookie))
    tokens = await redeem(connection, target, request, code)
    _require(claims_of(tokens["id_token"])["sub"] == session.subject, "another sub in the ID token")
    session.refresh_token = tokens["refresh_token"]
    userinfo = await fetch_userinfo(connection, target, tokens["access_token"])
    _require(userinfo["sub"] == session.subject, "another sub in userinfo")


async def authorize(connection: Connection, target: Target, request: AuthorizationRequest, cookie: str) -> str:
    """Where the provider sends the browser; raises `FlowFailed` when it shows a page instead."""
    head = (
        f"GET {request.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        f"Accept: text/html\r\nCookie: {cookie}\r\n\r\n"
    )
    response = await connection.send(head.encode())
    _require(response.status in (302, 303), f"authorize answered {response.status}: {response.body[:300]!r}")
    return response.headers[b"location"].decode()


async def refresh(connection: Connection, target: Target, session: Session) -> None:
    """Refresh; a token that rotates is used once."""
    presented = session.refresh_token
    tokens = await _token(connection, target, {"grant_type": "refresh_token", "refresh_token": presented})
    rotated = tokens.get("refresh_token", presented) != presented
    _require(rotated is target.client.rotates, f"the refresh token {'rotated' if rotated else 'did not rotate'}")
    _require(claims_of(tokens["id_token"])["sub"] == session.subject, "another sub in the ID token")
    session.refresh_token = tokens.get("refresh_token", presented)


async def client_credentials(connection: Connection, target: Target, _session: Session) -> None:
    """A token for the client itself."""
    tokens = await _token(connection, target, {"grant_type": "client_credentials", "scope": CLIENT_SCOPE})
    _require(tokens["scope"] == CLIENT_SCOPE, f"another scope: {tokens['scope']}")
    _require("id_token" not in tokens, "an ID token without a person")


async def ask_for_device(connection: Connection, target: Target, _session: Session) -> None:
    """A device asks for a code, and asks once whether somebody has answered, which nobody has (RFC 8628 §3.1, §3.4)."""
    asked = await _post(connection, target, target.device_authorization, {"scope": SCOPE}, 200)
    _require({"user_code", "verification_uri"} <= asked.keys(), "no code to show")
    form = {"grant_type": DEVICE_CODE, "device_code": asked["device_code"]}
    answer = await _post(connection, target, target.token, form, 400)
    _require(answer["error"] == "authorization_pending", f"the poll was answered with {answer['error']}")


async def poll_for_person(connection: Connection, target: Target, session: Session) -> None:
    """Ask whether the person has answered, who has not (CIBA Core §10.1); before the first time, have them asked."""
    if session.auth_req_id is None:
        client = target.client
        assert isinstance(client, KeyClient)
        parameters = {"scope": "openid", "login_hint": f"tel:+8495{next(_serial):07}", "requested_expiry": "600"}
        signed = client.signed_request(target.issuer, target.client_id, parameters)
        asked = await _post(connection, target, target.backchannel, {"request": signed}, 200)
        session.auth_req_id = asked["auth_req_id"]
    form = {"grant_type": CIBA, "auth_req_id": session.auth_req_id}
    answer = await _post(connection, target, target.token, form, 400)
    # The peer slows nobody down.
    _require(answer["error"] in ("authorization_pending", "slow_down"), f"the poll was answered with {answer['error']}")


async def exchange(connection: Connection, target: Target, session: Session) -> None:
    """The back end gets a token of its own, bound to its key and with less scope, for the client's (RFC 8693 §2)."""
    assert target.back_end is not None
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": session.access_token,
        "subject_token_type": _ACCESS_TOKEN,
        "scope": "openid",
    }
    tokens = await _token(connection, replace(target, client_id=BACK_END_ID, client=target.back_end), form)
    _require(tokens["issued_token_type"] == _ACCESS_TOKEN, f"another kind of token: {tokens['issued_token_type']}")
    _require(tokens["scope"] == "openid", f"another scope: {tokens['scope']}")
    _require(tokens["access_token"] != session.access_token, "the same token")
    _require(not {"refresh_token", "id_token"} & tokens.keys(), "more than an access token")


async def fetch_userinfo(connection: Connection, target: Target, access_token: str) -> dict[str, Any]:
    """The claims about the person (OpenID Connect Core §5.3)."""
    shown = target.client.shown_at_resource(target.issuer, target.userinfo, access_token)
    return await fetch_json(connection, target, target.userinfo, shown)


async def fetch_json(connection: Connection, target: Target, path: str, headers: str = "") -> dict[str, Any]:
    """GET a JSON object; raises `FlowFailed` unless the answer is 200."""
    head = f"GET {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n{headers}\r\n"
    return _json(await connection.send(head.encode()), 200)


def claims_of(id_token: str) -> dict[str, Any]:
    """The claims of an ES256 ID token, not verified: `prepare` verifies the first one of each session."""
    header, payload, _ = id_token.split(".")
    _require(_part(header)["alg"] == "ES256", "the ID token is not signed with ES256")
    return _part(payload)


STAGES: dict[str, dict[str, Flow]] = {
    "oidc": {"sign-in": sign_in, "refresh": refresh, "client_credentials": client_credentials},
    "fapi2": {"FAPI sign-in": sign_in, "FAPI refresh": refresh},
    "device": {"device": ask_for_device},
    "ciba": {"CIBA poll": poll_for_person},
    "exchange": {"token exchange": exchange},
}
"""Flows by the profile of the client that goes through them. Each profile has servers of its own: what one asks of a
server is not to slow the other."""
FLOWS = {name: flow for flows in STAGES.values() for name, flow in flows.items()}


async def _token(connection: Connection, target: Target, form: dict[str, str]) -> dict[str, Any]:
    tokens = await _post(connection, target, target.token, form, 200)
    _require(tokens["token_type"] == target.client.token_type, f"token type {tokens['token_type']}")
    _require("." not in tokens["access_token"], "the access token is not opaque")
    return tokens


async def _post(connection: Connection, target: Target, path: str, form: dict[str, str], status: int) -> dict[str, Any]:
    shown, more = target.client.shown_in_form(target.issuer, target.client_id, path)
    body = urlencode(form | more)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n{shown}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return _json(await connection.send(f"{head}{body}".encode()), status)


def _json(response: Response, status: int) -> dict[str, Any]:
    _require(response.status == status, f"answered {response.status}: {response.body[:300]!r}")
    value: dict[str, Any] = orjson.loads(response.body)
    return value


def _part(text: str) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return value


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise FlowFailed(complaint)
