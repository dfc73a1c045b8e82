"""Responses that are no pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from starlette.responses import RedirectResponse, Response

NO_STORE = {"Cache-Control": "no-store"}
"""Nobody on the way keeps the answer."""


def see_other(address: str) -> Response:
    """303: the browser goes on with GET, and a reload posts nothing again."""
    return RedirectResponse(address, status_code=303, headers=NO_STORE)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """A JSON answer that no cache may keep (RFC 6749 §5.1)."""
    return _Json(orjson.dumps(value), status, headers)


class _Json(Response):
    """With the headers that all have written once: on the hot path Starlette would encode them anew for each."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        more = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in (headers or {}).items()]
        self.raw_headers = [*_OF_JSON, (b"content-length", b"%d" % len(self.body)), *more]


_OF_JSON = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"pragma", b"no-cache"))


def no_store(response: Response) -> None:
    """Have nobody on the way keep an answer that a framework makes."""
    response.headers.update(NO_STORE)
