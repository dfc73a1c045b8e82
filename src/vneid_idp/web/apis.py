"""The JSON APIs: FastAPI reads their bodies, checks their types and describes them. Nothing else goes through it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.web.bodies import BadBody, read_body
from vneid_idp.web.doors import Area, DoorKind


class JsonApis(FastAPI):
    """All JSON APIs, by the form that their refusals have: each router under the prefix that all its addresses begin
    with."""

    def __init__(self, apis: Mapping[DoorKind, Mapping[str, APIRouter]]) -> None:
        # No redirect to the address without a slash: it would lead to whatever `Host` says.
        super().__init__(openapi_url=None, redirect_slashes=False)
        areas = []
        for kind, routers in apis.items():
            for prefix, router in routers.items():
                self.include_router(router)
                areas.append(Area(kind, prefix, self))
        self.areas = tuple(areas)

    def build_middleware_stack(self) -> ASGIApp:
        """Without FastAPI's own answers to errors: those that escape are answered by the root, all in one place."""
        return AsyncExitStackMiddleware(self.router)


class MalformedBody(DomainError):
    """The body is no JSON text, or nested or long beyond reason."""

    code = "malformed"
    status = 422
    title = "The request body is malformed."


class _Bounded(Request):
    """FastAPI reads the body whole, and before it looks at the access token."""

    async def body(self) -> bytes:
        """The body; raises `BadBody`."""
        if not hasattr(self, "_body"):
            self._body = await read_body(self)
        return self._body

    async def json(self) -> Any:
        """What stands in it; raises `BadBody`."""
        try:
            return read_foreign_json(await self.body())
        except BadJson as error:
            raise BadBody(f"The body {error}.") from None


def route_class_of(router: APIRouter) -> type[APIRoute]:
    """A route class for `router`: what HTTP wants of a refusal, where FastAPI by itself would say less."""

    def methods_of(path: str) -> set[str]:
        routes = [route for route in router.routes if isinstance(route, APIRoute) and route.path == path]
        return {method for route in routes for method in route.methods or ()}

    class Route(APIRoute):
        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] not in (self.methods or ()):
                # Every method of the address, not only those of the first route that matches it (RFC 9110 §15.5.6).
                raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods_of(self.path)))})
            await super().handle(scope, receive, send)

        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
            answer = super().get_route_handler()

            async def answer_or_refuse(request: Request) -> Response:
                try:
                    return await answer(_Bounded(request.scope, request.receive))
                except HTTPException as error:
                    if isinstance(error.__cause__, BadBody):
                        raise MalformedBody(str(error.__cause__)) from error
                    raise

            return answer_or_refuse

    return Route
