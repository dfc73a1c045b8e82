"""What the web layer remembers of one request, from the first byte in to the last header out.

`web/headers.py` opens an `Exchange` for each request and writes what has gathered in it on whichever response leaves:
a page, a redirect or an error. So a cookie can be kept, and a policy widened, by code that does not build the
response.
"""

from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import Scope

from vneid_idp.kernel.secrets import new_id, new_secret
from vneid_idp.web.doors import DoorKind

KEY = "vneid_idp.exchange"


class Exchange:
    """The memory of one request. Everything is computed on first use: a token request uses nothing of it."""

    __slots__ = (
        "_nonce",
        "_request_id",
        "browser",
        "browser_state",
        "client_id",
        "cookies",
        "correlator",
        "cors",
        "drafts",
        "forms",
        "framable",
        "interaction_id",
        "kind",
        "locale",
        "readable_by",
        "resource",
        "route",
        "secure",
        "sent_cookies",
        "sources",
        "ui_locales",
        "works_as",
    )

    def __init__(self, secure: bool) -> None:
        self.secure = secure
        self.kind: DoorKind | None = None
        """Of the door that the request came to; `None` where there is none."""
        self.route: str | None = None
        """The address of that door as its table has it, with the names of its parameters in place of their values."""
        self.client_id: str | None = None
        """Of the client that the request is about, once it is known to exist. For logs."""
        self.cors = False
        """Whether pages of other origins may ask at that door."""
        self.readable_by: str | None = None
        """The origin whose page asks, once it is known that it may read the answer (`web/cors.py`)."""
        self.resource: str | None = None
        """Where the protected resource that was called describes itself (RFC 9728)."""
        self.interaction_id: str | None = None
        """What the caller of a protected resource calls this interaction, which the answer repeats."""
        self.correlator: str | None = None
        """The same of CAMARA's APIs (`web/correlator.py`)."""
        self.cookies: dict[str, str] = {}
        """What leaves with the answer, by cookie."""
        self.sent_cookies: dict[str, str] | None = None
        """What came with the request, by name, once somebody has looked."""
        self.sources: dict[str, list[str]] = {}
        self.browser: str | None = None
        self.browser_state: str | None = None
        """What `web/browser_state.py` found or made."""
        self.drafts: list[list[Any]] | None = None
        """What `web/drafts.py` leaves in the browser, where this request changed it."""
        self.forms = False
        """Whether the page has a form of ours."""
        self.framable = False
        """Whether pages of others may show this one in a frame."""
        self.locale: str | None = None
        self.ui_locales = ""
        self.works_as: str | None = None
        """The name of the colleague whose page of the office or the console it is."""
        self._nonce: str | None = None
        self._request_id: str | None = None

    def forget_what_was_kept(self) -> None:
        """Drop the cookies of work that was undone; the browser's number and language hold whatever happens."""
        self.cookies = {name: value for name, value in self.cookies.items() if name in ("browser", "language")}

    @property
    def nonce(self) -> str:
        """The nonce of this response's scripts (CSP level 3 §2.3.1), 128 random bits."""
        if self._nonce is None:
            self._nonce = new_secret(16)
        return self._nonce

    @property
    def has_scripts(self) -> bool:
        """Whether the page asked for the nonce; a page without scripts allows none."""
        return self._nonce is not None

    @property
    def request_id(self) -> str:
        """Names this request in errors, logs and the sandbox's explanations. Never taken from the caller."""
        if self._request_id is None:
            self._request_id = new_id("req")
        return self._request_id


def exchange_of(request: HTTPConnection) -> Exchange:
    """The exchange of a request that came through `web.headers.Edge`."""
    return exchange_of_scope(request.scope)


def exchange_of_scope(scope: Scope) -> Exchange:
    """The same for who has no request yet."""
    exchange = scope[KEY]
    assert isinstance(exchange, Exchange)
    return exchange


def request_id(request: HTTPConnection) -> str:
    """The identifier of this request, as people quote it and logs carry it."""
    return exchange_of(request).request_id
