"""What the routers of this API share: the refusals that every door knows, and versions as entity tags."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from vneid_idp.clients.service import ClientChanged
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.client import Client
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.contracts import problems
from vneid_idp.web.responses import no_store

PREFIX = "/admin/v1"
Refusals = dict[int | str, dict[str, Any]]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=64, description="The `ETag` of the client as you saw it; needed."),
]


class PreconditionRequired(DomainError):
    """A change without If-Match: it could undo somebody else's unseen (RFC 6585 §3)."""

    code = "precondition_required"
    status = 428
    title = "Send the ETag of the client as you saw it in If-Match."


def router_of(tag: str) -> APIRouter:
    """A router of this API."""
    router = APIRouter(prefix=PREFIX, tags=[tag], generate_unique_id_function=lambda route: route.name)
    router.route_class = route_class_of(router)
    return router


def refusals(**codes: str) -> Refusals:
    """The refusals of one door: those of every door, and `codes`."""
    everywhere = {
        "_400": "malformed_text",
        "_401": "invalid_token",
        "_403": "insufficient_scope",
        "_422": "malformed",
        "_503": "temporarily_unavailable",
    }
    for name, text in codes.items():
        everywhere[name] = f"{everywhere[name]}, {text}" if name in everywhere else text
    return problems(**everywhere)


def tag(response: Response, client: Client) -> None:
    """Say which version of the client this is, and that nobody keeps it."""
    response.headers["ETag"] = f'"{client.version}"'
    no_store(response)


def check_seen(client: Client, if_match: str | None) -> None:
    """Require that the caller saw this version of the client. Raises `PreconditionRequired` or `ClientChanged`.

    `*` is refused too: it would match whatever somebody else has just written.
    """
    if if_match is None:
        raise PreconditionRequired
    if if_match != f'"{client.version}"':
        raise ClientChanged
