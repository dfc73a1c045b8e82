"""The OpenAPI document of the JSON API: published in `openapi/`, served at `/openapi.json`, shown at `/docs`."""

from typing import Any

import orjson
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.resources.routes import router
from vneid_idp.web.context import idp
from vneid_idp.web.doors import Door

_DESCRIPTION = """\
A social network binds its account to the person who proved an identity, and learns what the account may do: post, \
comment, share, livestream (Decree 147/2024/NĐ-CP). It learns a level, an age band and a binding id, never an ID number.

Access tokens come from this provider's OpenID Connect endpoints. Refusals are problem details (RFC 9457) with a \
stable `code`. Unofficial sandbox, synthetic people.
"""
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def openapi(issuer: str | None = None) -> dict[str, Any]:
    """The document, with `issuer` as its server; without one for publication.

    FastAPI describes every body as `application/json`; a refusal is `application/problem+json` (RFC 9457 §3).
    """
    document = get_openapi(
        title="bindings/v1",
        version="1.0.0",
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=router.routes,
        servers=None if issuer is None else [{"url": issuer}],
    )
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {})
                if content.get("application/json", {}).get("schema") == _PROBLEM:
                    content["application/problem+json"] = content.pop("application/json")
    return document


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"bindings-v1.json": openapi()}


async def contract(request: Request) -> Response:
    """`GET /openapi.json`."""
    return Response(orjson.dumps(openapi(idp(request).issuer)), media_type="application/json")


doors = [Door.api("/openapi.json", contract)]
