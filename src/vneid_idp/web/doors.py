"""Doors: an address, who knocks there, and who opens. Each package of faces has a table of its own.

The kind stands in the table, beside the address: so whatever happens at a door, the answer has the form that its
callers understand, and no list elsewhere has to be kept in step.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

Endpoint = Callable[[Request], Awaitable[Response]]


class DoorKind(Enum):
    """Who knocks, and so which form an error has."""

    PAGE = auto()
    """People: a page; problem details for a script that prefers JSON."""
    PROTOCOL = auto()
    """Client libraries: OAuth's JSON (RFC 6749 §5.2)."""
    API = auto()
    """Programs: problem details (RFC 9457)."""
    CAMARA = auto()
    """Programs that know CAMARA's APIs: `status`, `code` and `message` (CAMARA Commonalities, API Design Guide)."""


@dataclass(frozen=True, slots=True)
class Door:
    """One address, and the methods for which `endpoint` opens. `path` may have parameters: `/consent/{interaction}`."""

    kind: DoorKind
    path: str
    endpoint: Endpoint
    methods: tuple[str, ...]
    announced: str | None = None
    """The member of the provider's metadata (RFC 8414 §2) that tells clients this address."""
    cors: bool = False
    """Whether pages of other origins may ask here (`web/cors.py`); who asks is never known by a cookie."""

    @classmethod
    def page(cls, path: str, endpoint: Endpoint, *methods: str, announced: str | None = None) -> Self:
        """A door for people; GET unless `methods` are named."""
        return cls(DoorKind.PAGE, path, endpoint, methods or ("GET",), announced)

    @classmethod
    def protocol(cls, path: str, endpoint: Endpoint, *methods: str, announced: str | None, cors: bool = False) -> Self:
        """A door of OAuth or OpenID Connect; GET unless `methods` are named."""
        return cls(DoorKind.PROTOCOL, path, endpoint, methods or ("GET",), announced, cors)

    @classmethod
    def api(cls, path: str, endpoint: Endpoint, *methods: str) -> Self:
        """A door for programs and scripts that speak JSON; GET unless `methods` are named."""
        return cls(DoorKind.API, path, endpoint, methods or ("GET",))


@dataclass(frozen=True, slots=True)
class Area:
    """Every address that begins with `prefix`, behind which an application of its own finds the way."""

    kind: DoorKind
    prefix: str
    app: ASGIApp
