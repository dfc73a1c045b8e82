"""The OpenAPI document of the JSON APIs, as it is published in `openapi/` and shown at `/docs`."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from vneid_idp.resources.routes import router

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def openapi(app: FastAPI, issuer: str | None = None) -> dict[str, Any]:
    """The document; with `issuer` as its server, without one for publication.

    FastAPI describes every body as `application/json`; a refusal is `application/problem+json` (RFC 9457 §3).
    """
    document = get_openapi(
        title="vneid_idp: bindings",
        version="1",
        openapi_version="3.1.0",
        description=app.description,
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
