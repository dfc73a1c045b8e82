"""Routes of the JSON APIs: what HTTP wants of a refusal, where FastAPI by itself would say less."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.routing import APIRoute, APIRouter
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from vneid_idp.kernel.errors import DomainError
from vneid_idp.resources.representations import BINDING_ID


class _BindingId(StringConvertor):
    regex = BINDING_ID


# `/{binding_id:binding_id}`: an address with anything else in that place is no address of ours (404, or 405).
register_url_convertor("binding_id", _BindingId())


_LARGEST = 64 * 1024


class MalformedBody(DomainError):
    """The body is no JSON text at all: it is not even UTF-8 (RFC 8259 §8.1), or nested or long beyond reason."""

    code = "malformed"
    status = 422
    title = "The request body is malformed."


def _bounded(receive: Receive) -> Receive:
    """`receive` until the body is too long: FastAPI reads it whole, and before it looks at the access token."""
    received = 0

    async def next_message() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _LARGEST:
            raise MalformedBody("It is too long.")
        return message

    return next_message


def route_class_of(router: APIRouter) -> type[APIRoute]:
    """A route class for `router`."""

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
                    return await answer(Request(request.scope, _bounded(request.receive)))
                except HTTPException as error:
                    if isinstance(error.__cause__, MalformedBody):
                        raise error.__cause__ from None
                    if isinstance(error.__cause__, (UnicodeDecodeError, RecursionError)):
                        raise MalformedBody from error
                    raise

            return answer_or_refuse

    return Route
