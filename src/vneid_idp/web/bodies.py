"""Bodies of requests: read whole, but never more than makes sense, and in the form that the door takes."""

from typing import Any

from starlette.requests import Request

from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.web.request_headers import header

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 64 * 1024
"""No form and no JSON of ours is longer."""


class BadBody(ValueError):
    """The body is too long, or not in the form that was asked for. What the caller hears is for the door to say."""


class TooLong(BadBody):
    """The body is longer than what is taken here."""


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body, of at most `most` bytes; raises `TooLong` while a longer one still arrives."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLong("The body is too long.")
    return body


async def read_form_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body of a form, as it came, of at most `most` bytes. Raises `BadBody`, also for another media type."""
    if header(request, b"content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadBody(f"The body must be {FORM}.")
    return await read_body(request, most)


async def read_json(request: Request, most: int = MOST_BYTES) -> dict[str, Any]:
    """The members of the JSON object in the body, of at most `most` bytes. Raises `BadBody`."""
    body = await read_body(request, most)
    try:
        value = read_foreign_json(body)
    except BadJson as error:
        raise BadBody(f"The body {error}.") from None
    if not isinstance(value, dict):
        raise BadBody("The body must be a JSON object.")
    return value
