"""Responses that are no pages."""

from typing import Any

import orjson
from starlette.responses import RedirectResponse, Response

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def see_other(address: str) -> Response:
    """303: the browser goes on with GET, and a reload posts nothing again."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer that no cache may keep (RFC 6749 §5.1)."""
    return Response(orjson.dumps(value), status, _NO_STORE, "application/json")
