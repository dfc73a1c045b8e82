"""Errors that explain themselves: what was expected, what arrived, how to mend it. Kept in memory, for a while."""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.errors import UnregisteredAddress
from vneid_idp.sandbox.address_help import Compared, compare
from vneid_idp.sandbox.error_help import ADDRESS_REMEDY, remedy_for
from vneid_idp.sandbox.remedies import Remedy
from vneid_idp.web.certificate import certificate_of
from vneid_idp.web.context import idp
from vneid_idp.web.doors import DoorKind
from vneid_idp.web.errors import kind_of_answer, refusal_of
from vneid_idp.web.templates import render

_MOST = 500
# Values of these are secrets or personal data: their presence is shown, never what they were.
_SHOWN = frozenset(
    {
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "prompt",
        "max_age",
        "acr_values",
        "ui_locales",
        "grant_type",
        "code_challenge_method",
        "client_assertion_type",
        "token_type_hint",
        "post_logout_redirect_uri",
    }
)


# Headers that a request goes by, and what of their values is nobody's secret.
_HEADERS: Mapping[str, re.Pattern[str]] = {
    "Authorization": re.compile(r"(?i:basic|bearer|dpop)\b"),
    "Content-Type": re.compile(r"(?i:application/(x-www-form-urlencoded|json)|multipart/form-data|text/plain)\b"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One error, for the developer who caused it."""

    request_id: str
    code: str
    description: str
    method: str
    path: str
    arrived: Mapping[str, str]
    remedy: Remedy
    addresses: tuple[Compared, ...] | None = None
    """What is registered beside what was sent, where an address is not one of those that are."""
    subject: str | None = None
    """The name in the client certificate of the connection, where the error is about that and one came."""


class Explanations:
    """The latest errors of this process, oldest forgotten first."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._kept: OrderedDict[str, Explanation] = OrderedDict()

    def explain(self, request: Request, error: Exception, request_id: str) -> str | None:
        """Keep what is known of `error`; the address of its page, or `None` for errors that are ours alone."""
        told = refusal_of(error)
        if told.status >= 500 and not isinstance(error, DomainError):
            return None
        if isinstance(error, HTTPException) and kind_of_answer(request) is DoorKind.PAGE:
            return None  # an address that leads nowhere, read by a person: its page says all there is
        self._kept[request_id] = Explanation(
            request_id=request_id,
            code=told.code,
            description=told.detail or told.title,
            method=request.method,
            path=request.url.path,
            arrived=_headers(request) | {name: _shown(name, value) for name, value in _received(request)},
            remedy=_remedy(error, told.code, request.url.path),
            addresses=compare(error.sent, error.registered) if isinstance(error, UnregisteredAddress) else None,
            subject=_subject(request) if getattr(error, "about", None) == "certificate" else None,
        )
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return f"{self._issuer}/sandbox/errors/{request_id}"

    def find(self, request_id: str) -> Explanation | None:
        """The explanation of an error, while it is remembered."""
        return self._kept.get(request_id)


def _remedy(error: Exception, code: str, path: str) -> Remedy:
    if isinstance(error, UnregisteredAddress):
        return ADDRESS_REMEDY
    return remedy_for(code, getattr(error, "about", None), path)


def _subject(request: Request) -> str | None:
    presented = certificate_of(idp(request), request)
    return None if presented is None else presented.subject


def _received(request: Request) -> list[tuple[str, str]]:
    form: list[tuple[str, str]] = getattr(request.state, "form_pairs", [])
    return [*request.query_params.multi_items(), *form]


def _headers(request: Request) -> dict[str, str]:
    sent = {name: request.headers[name] for name in _HEADERS if name in request.headers}
    return {name: _known(name, value) for name, value in sent.items()}


def _known(name: str, value: str) -> str:
    known = _HEADERS[name].match(value)
    if known is None:
        return "•••"
    return f"{known[0]} •••" if name == "Authorization" else known[0]


def _shown(name: str, value: str) -> str:
    return value[:200] if name in _SHOWN else "•••"


def explanation_page(explanations: Explanations) -> Callable[[Request], Awaitable[Response]]:
    """`GET /sandbox/errors/{request_id}`."""

    async def page(request: Request) -> Response:
        found = explanations.find(request.path_params["request_id"])
        return render(request, "sandbox/explanation.html", 404 if found is None else 200, found=found)

    return page
