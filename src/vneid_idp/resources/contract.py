"""The OpenAPI document of the JSON API: published in `openapi/`, served at `/openapi.json`, shown at `/docs`."""

from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.resources.routes import router
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import document
from vneid_idp.web.doors import Door

ADDRESS = "/openapi.json"
_DESCRIPTION = """\
A social network binds its account to the person who proved an identity, and learns what the account may do: post, \
comment, share, livestream (Decree 147/2024/NĐ-CP). It learns that the account belongs to a verified person, and of \
level, method, age band, supervision, date and capabilities what the person agreed to tell, for a purpose that the \
network registered; never an ID number. What is not told is null and named in `withheld`.

Access tokens come from this provider's OpenID Connect endpoints. Refusals are problem details (RFC 9457) with a \
stable `code`. Unofficial sandbox, synthetic people.
"""


@cache
def openapi(issuer: str | None = None) -> dict[str, Any]:
    """The document, with `issuer` as its server; without one for publication."""
    return document("bindings/v1", _DESCRIPTION, router.routes, issuer)


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"bindings-v1.json": openapi()}


async def contract(request: Request) -> Response:
    """`GET /openapi.json`."""
    return Response(orjson.dumps(openapi(idp(request).issuer)), media_type="application/json")


doors = [Door.api(ADDRESS, contract)]
