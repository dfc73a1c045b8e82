"""The root application: finds the door of a request by its address, and answers every error in that door's form.

A framework's way to a handler (an exit stack, two layers for exceptions, a walk along the routes) took a sixth of the
CPU time of a sign-in. Doors need none of it: they take a bare request and return a response. FastAPI stands behind the
JSON APIs alone, as an area.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from re import Pattern
from typing import Any

from starlette.convertors import Convertor
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.routing import Router, compile_path
from starlette.types import Receive, Scope, Send

from vneid_idp.protocol.protected_resources import resource_of
from vneid_idp.web.correlator import sent_correlator
from vneid_idp.web.cors import preflight
from vneid_idp.web.doors import Area, Door, DoorKind
from vneid_idp.web.errors import Explain, answering
from vneid_idp.web.exchange import exchange_of_scope
from vneid_idp.web.headers import Edge
from vneid_idp.web.interaction_id import sent_interaction_id
from vneid_idp.web.opening import not_open

Lifespan = Callable[["Root"], AbstractAsyncContextManager[None]]


class _Address:
    """What stands at one address: a door for each method, all of one kind."""

    __slots__ = ("allow", "doors", "is_resource", "kind", "path", "preflight")

    def __init__(self, doors: list[Door]) -> None:
        kinds: set[DoorKind] = {door.kind for door in doors}
        if len(kinds) > 1:
            raise ValueError(f"{doors[0].path} has doors of several kinds")
        self.kind = kinds.pop()
        self.path = doors[0].path
        self.is_resource = resource_of(self.path) is not None
        self.doors = {method: door.endpoint for door in doors for method in door.methods}
        if "GET" in self.doors:
            # RFC 9110 §9.3.2; the server leaves the body out.
            self.doors.setdefault("HEAD", self.doors["GET"])
        open_to_pages = any(door.cors for door in doors)
        allowed = sorted({*self.doors, *(["OPTIONS"] if open_to_pages else [])})
        self.allow = ", ".join(allowed)
        self.preflight = preflight(allowed) if open_to_pages else None


@asynccontextmanager
async def _nothing(_: "Root") -> AsyncIterator[None]:
    yield


class Root:
    """One provider as an ASGI application. `state` is whatever `lifespan` puts there; endpoints find it as
    `request.app.state`."""

    def __init__(
        self,
        issuer: str,
        doors: Iterable[Door],
        areas: Iterable[Area] = (),
        lifespan: Lifespan = _nothing,
        explain: Explain | None = None,
    ) -> None:
        self.state = State()
        self.doors = tuple(doors)
        self.areas = tuple(areas)
        self.lifespan = lifespan
        self._router = Router(lifespan=lifespan)
        self._exact: dict[str, _Address] = {}
        self._patterns: list[tuple[Pattern[str], dict[str, Convertor[Any]], _Address]] = []
        at: dict[str, list[Door]] = {}
        for door in self.doors:
            at.setdefault(door.path, []).append(door)
        for path, found in at.items():
            address = _Address(found)
            pattern, _, convertors = compile_path(path)
            if convertors:
                self._patterns.append((pattern, convertors, address))
            else:
                self._exact[path] = address
        self.waits_for: str | None = None
        """What it cannot serve without and has to wait for; see `web/opening.py`."""
        self._edge = Edge(self._serve, issuer, answering(explain))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan; a web socket is closed."""
        scope["app"] = self
        await (self._edge if scope["type"] == "http" else self._router)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        address = self._exact.get(path) or self._match(scope, path)
        if address.is_resource if address is not None else resource_of(path) is not None:
            exchange_of_scope(scope).interaction_id = sent_interaction_id(HTTPConnection(scope))
        if self.waits_for is not None:
            place = address or self._area_of(path)
            await not_open(None if place is None else place.kind, self.waits_for)(scope, receive, send)
            return
        if address is None:
            await self._enter(scope, path, receive, send)
            return
        exchange = exchange_of_scope(scope)
        exchange.kind, exchange.route = address.kind, address.path
        exchange.cors = address.preflight is not None
        endpoint = address.doors.get(scope["method"])
        if endpoint is None:
            if address.preflight is not None and scope["method"] == "OPTIONS":
                await address.preflight(scope, receive, send)
                return
            raise HTTPException(405, headers={"Allow": address.allow})
        response = await endpoint(Request(scope, receive, send))
        await response(scope, receive, send)

    def has_page(self, path: str) -> bool:
        """Whether a page stands at `path`, and not only a form's way in."""
        address = self._exact.get(path) or next(
            (each for pattern, _, each in self._patterns if pattern.match(path)), None
        )
        return address is not None and address.kind is DoorKind.PAGE and "GET" in address.doors

    def _match(self, scope: Scope, path: str) -> _Address | None:
        for pattern, convertors, address in self._patterns:
            if found := pattern.match(path):
                values = found.groupdict()
                scope["path_params"] = {name: each.convert(values[name]) for name, each in convertors.items()}
                return address
        return None

    def _area_of(self, path: str) -> Area | None:
        return next((area for area in self.areas if path.startswith(area.prefix)), None)

    async def _enter(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        area = self._area_of(path)
        if area is None:
            raise HTTPException(404)
        exchange = exchange_of_scope(scope)
        exchange.kind = area.kind
        if area.kind is DoorKind.CAMARA:
            exchange.correlator = sent_correlator(HTTPConnection(scope))
        await area.app(scope, receive, send)
