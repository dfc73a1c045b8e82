"""The short way to a handler, for the doors through which every sign-in passes.

The framework's way (an exit stack, two layers for exceptions, a walk along the routes) takes a sixth of the CPU time of
a sign-in. The protocol's doors need none of it: they take a bare request and return a response. Whatever is not exactly
such a door (another method, a parameter in the path) goes the framework's way, and both ways answer alike.
"""

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

Handler = Callable[[Request], Awaitable[Response]]
OnRefusal = Callable[[Request, Exception], Awaitable[Response]]


class HotDoors:
    """Stands inside `web.headers.Edge`, around everything else.

    `routes` are also routes of the application; their endpoints take a request. `refusals` are the errors that
    `on_refusal` answers; any other escapes to the edge.
    """

    def __init__(
        self, app: ASGIApp, routes: Iterable[Route], refusals: tuple[type[Exception], ...], on_refusal: OnRefusal
    ) -> None:
        self._app = app
        self._refusals = refusals
        self._on_refusal = on_refusal
        self._handlers: dict[tuple[str, str], Handler] = {
            (method, route.path): route.endpoint
            for route in routes
            if not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        handler = self._handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await handler(request)
        except self._refusals as error:
            response = await self._on_refusal(request, error)
        await response(scope, receive, send)
