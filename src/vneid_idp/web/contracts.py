"""What every JSON API's OpenAPI document has in common: problem details, and how refusals are described."""

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from starlette.routing import BaseRoute


class Problem(BaseModel):
    """Problem details (RFC 9457). `code` is stable and made for programs; the texts are for developers."""

    type: str = Field(examples=["urn:vneid:problem:account_limit_reached"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["account_limit_reached"])
    request_id: str
    instance: str | None = Field(default=None, description="In the sandbox: a page that explains this very refusal.")


_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problems(**codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of refusals: `_403="insufficient_scope, …"`."""
    return {int(name[1:]): {"model": Problem, "description": f"`code`: {text}"} for name, text in codes.items()}


SANDBOX = {"url": "http://localhost:8000", "description": "The sandbox, as `make sandbox` starts it."}
"""What a published document names as its server, so that generated clients have one to begin with."""
_LICENSE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}


def document(
    title: str,
    description: str,
    routes: Sequence[BaseRoute],
    issuer: str | None = None,
    published_at: dict[str, Any] | None = None,
    *,
    version: str = "1.0.0",
) -> dict[str, Any]:
    """An OpenAPI document, with `issuer` as its server; without one for publication, with the one `published_at`, which
    is that of the sandbox unless said.

    FastAPI describes every body as `application/json`; a refusal is `application/problem+json` (RFC 9457 §3).
    """
    found = get_openapi(
        title=title,
        version=version,
        openapi_version="3.1.0",
        description=description,
        routes=routes,
        servers=[{"url": issuer}] if issuer is not None else [published_at or SANDBOX],
        license_info=_LICENSE,
    )
    for path in found["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {})
                if content.get("application/json", {}).get("schema") == _PROBLEM:
                    content["application/problem+json"] = content.pop("application/json")
    return found
