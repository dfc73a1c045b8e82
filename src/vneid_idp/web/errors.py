"""Errors become answers here and nowhere else: pages for people, OAuth's JSON or problem details for programs.

The door decides the form, whatever the error: at the token endpoint a refusal of the domain speaks OAuth's JSON too,
since a client library understands nothing else there.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from vneid_idp.kernel.errors import DomainError
from vneid_idp.log import Log
from vneid_idp.protocol import dpop
from vneid_idp.protocol.errors import InsufficientAuthentication, OAuthError, UseDpopNonce, plain
from vneid_idp.web.camara_codes import as_camara
from vneid_idp.web.doors import DoorKind
from vneid_idp.web.exchange import exchange_of, request_id
from vneid_idp.web.headers import OnError
from vneid_idp.web.request_headers import header
from vneid_idp.web.sentences import sentence_for
from vneid_idp.web.templates import render

_log = Log(__name__)

Explain = Callable[[Request, Exception, str], str | None]
"""(request, error, request id) → the address of a page that explains the error to a developer, in the sandbox."""

_RETRY_AFTER = 5
"""Seconds, where who is out of service does not know better."""
_LONGEST_MESSAGE = 400
"""Of CAMARA's, which has 512 characters at most, the address of an explanation with them."""
_OF_TOKENS = ("invalid_token", "insufficient_scope", "insufficient_user_authentication")
_OF_PROOFS = ("invalid_dpop_proof", "use_dpop_nonce")
_REFUSALS = (OAuthError, DomainError, HTTPException, RequestValidationError, ClientDisconnect)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it leaves: nothing in it is for our log only."""

    code: str
    status: int
    title: str
    detail: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    from_client: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    """What fills the sentences for people."""
    way_in: str | None = None
    """Where the person can start again at the service, if it said so."""
    acr_values: tuple[str, ...] = ()
    """The levels of sign-in that would do (RFC 9470 §3)."""


def answering(explain: Explain | None = None) -> OnError:
    """What answers each error that escaped from a door."""

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, OAuthError) and error.detail:
            _log.info("request.refused", code=error.code, detail=error.detail)
        elif isinstance(error, DomainError) and error.status >= 500:
            _log.warning("request.not_served", code=error.code, error=type(error.__cause__ or error).__name__)
        elif not isinstance(error, _REFUSALS):
            _log.failure("request.failed", error)
            exchange_of(request).forget_what_was_kept()
        return _answer(request, refusal_of(error), explain(request, error, request_id(request)) if explain else None)

    return answer


def kind_of_answer(request: Request) -> DoorKind:
    """Who is to understand the answer. At pages, and where there is no door, a program is known by preferring JSON."""
    kind = exchange_of(request).kind
    if kind is not None and kind is not DoorKind.PAGE:
        return kind
    accept = header(request, b"accept", "")
    return DoorKind.API if "json" in accept and "text/html" not in accept else DoorKind.PAGE


def refusal_of(error: Exception) -> Refusal:
    """What is told of an error, whoever asks."""
    match error:
        case OAuthError():
            headers = headers_of(error)
            levels = error.acr_values if isinstance(error, InsufficientAuthentication) else ()
            return Refusal(
                error.code, error.status, error.description, None, headers, from_client=True, acr_values=levels
            )
        case DomainError():
            values, way_in = getattr(error, "values", {}), getattr(error, "way_in", None)
            headers = headers_of(error)
            return Refusal(error.code, error.status, error.title, error.detail, headers, values=values, way_in=way_in)
        case RequestValidationError():
            # Where it is malformed, never what was sent.
            places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            return Refusal("malformed", 422, "The request body is malformed.", places)
        case HTTPException():
            code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
            return Refusal(code, error.status_code, error.detail, None, dict(error.headers or {}))
        case ClientDisconnect():
            # Nobody reads it; it is no fault of ours, and must not stand in the log as one.
            return Refusal("cut_off", 400, "The request was cut off.")
        case _:
            return Refusal("server_error", 500, "An unexpected condition prevented the server from answering.")


def headers_of(error: OAuthError | DomainError) -> dict[str, str]:
    """What an answer says of a refusal beside its status: when to try again (RFC 9110 §10.2.3), every 503 of it, and
    what a proof is to hold."""
    retry_after = getattr(error, "retry_after", _RETRY_AFTER if error.status == 503 else None)
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return headers | ({"DPoP-Nonce": error.nonce} if isinstance(error, UseDpopNonce) else {})


def _answer(request: Request, refusal: Refusal, explanation: str | None) -> Response:
    match kind_of_answer(request):
        case DoorKind.PAGE:
            response = _page(request, refusal, explanation)
        case DoorKind.PROTOCOL:
            response = _oauth(request, refusal, explanation)
        case DoorKind.API:
            response = _problem(request, refusal, explanation)
        case DoorKind.CAMARA:
            response = _camara(request, refusal, explanation)
    response.headers.update(refusal.headers)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-Id"] = request_id(request)
    return response


def _page(request: Request, refusal: Refusal, explanation: str | None) -> Response:
    return render(
        request,
        "web/error.html",
        refusal.status,
        sentence=sentence_for(refusal.code, refusal.status, refusal.from_client),
        refusal=refusal,
        request_id=request_id(request),
        explanation=explanation,
        minutes=math.ceil(int(refusal.headers.get("Retry-After", 0)) / 60),
    )


def _oauth(request: Request, refusal: Refusal, explanation: str | None) -> Response:
    """RFC 6749 §5.2; `error_uri` leads to the explanation."""
    body = {"error": refusal.code, "error_description": plain(refusal.title)}
    if explanation:
        body["error_uri"] = explanation
    response = Response(orjson.dumps(body), refusal.status, media_type="application/json")
    response.headers["Pragma"] = "no-cache"
    _challenge(request, refusal, response)
    return response


def _problem(request: Request, refusal: Refusal, explanation: str | None) -> Response:
    """RFC 9457, with the stable `code` and the request's id as extension members."""
    body = {
        "type": f"urn:vneid:problem:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail or refusal.title,
        "code": refusal.code,
        "request_id": request_id(request),
    }
    if explanation:
        body["instance"] = explanation
    response = Response(orjson.dumps(body), refusal.status, media_type="application/problem+json")
    _challenge(request, refusal, response)
    return response


def _camara(request: Request, refusal: Refusal, explanation: str | None) -> Response:
    """CAMARA's three members; there is none for the explanation, so the message leads to it."""
    status, code = as_camara(refusal.status, refusal.code)
    message = (refusal.detail or refusal.title)[:_LONGEST_MESSAGE]
    body = {"status": status, "code": code, "message": f"{message} See {explanation}" if explanation else message}
    response = Response(orjson.dumps(body), status, media_type="application/json")
    _challenge(request, refusal, response)
    return response


def _challenge(request: Request, refusal: Refusal, response: Response) -> None:
    """`WWW-Authenticate`, which every 401 must have (RFC 9110 §15.5.2; RFC 6749 §5.2, RFC 6750 §3, RFC 9449 §7.1,
    RFC 9470 §3, RFC 9728 §5.1).

    What went wrong stands in it at the token endpoint as well, where other parameters of Basic are ignored (RFC 7617
    §2): libraries that find a challenge show that, and read no body.
    """
    if refusal.code == "invalid_client":
        response.headers["WWW-Authenticate"] = f'Basic realm="vneid-idp", {_told(refusal)}'
    elif refusal.code in _OF_TOKENS or (refusal.code in _OF_PROOFS and refusal.status == 401):
        by_proof = header(request, b"authorization", "").lower().startswith("dpop ")
        challenge = f'DPoP algs="{" ".join(dpop.SIGNING_ALGORITHMS)}"' if by_proof else 'Bearer realm="vneid-idp"'
        # A request without any token learns only that one is needed (RFC 6750 §3.1).
        if header(request, b"authorization") is not None:
            challenge += f", {_told(refusal)}"
        if refusal.acr_values:
            challenge += f', acr_values="{" ".join(refusal.acr_values)}"'
        if (resource := exchange_of(request).resource) is not None:
            challenge += f', resource_metadata="{resource}"'
        response.headers["WWW-Authenticate"] = challenge


def _told(refusal: Refusal) -> str:
    return f'error="{refusal.code}", error_description="{plain(refusal.title)}"'
