"""Bodies in and out of the protocol's doors: forms read raw, JSON written by orjson."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.params import parse_urlencoded

_FORM = "application/x-www-form-urlencoded"
_LARGEST = 64 * 1024
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """The name and value pairs of a posted form. Raises `InvalidRequest` for another media type or a huge body."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidRequest(f"The body must be {_FORM}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise InvalidRequest("The body is too large.")
    pairs = parse_urlencoded(body)
    request.state.form_pairs = pairs  # what the sandbox's explanation of an error shows as having arrived
    return pairs


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """The name and value pairs of the query. Raises `InvalidRequest`."""
    return parse_urlencoded(request.scope["query_string"])


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer that no cache may keep (RFC 6749 §5.1)."""
    return Response(orjson.dumps(value), status, _NO_STORE, "application/json")
