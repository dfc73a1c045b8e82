"""The OpenAPI document of `admin/v1`: published in `openapi/`."""

from functools import cache
from typing import Any

from vneid_idp.admin.routes import router
from vneid_idp.web.contracts import document

_DESCRIPTION = """\
The operator's own programs look after relying parties, their families and domains, after what has to leave \
the provider, and see who is ready for its next keys. Every change names an operator (`by`) and a `reason`, and is an \
event.

A change to a client needs `If-Match` with the `ETag` under which it was seen: of two changes at once the second is \
refused (`412`) instead of undoing the first. Lists are paged by `after`. Refusals are problem details (RFC 9457) with \
a stable `code`.
"""


@cache
def openapi(issuer: str | None = None) -> dict[str, Any]:
    """The document, with `issuer` as its server; without one for publication."""
    return document("admin/v1", _DESCRIPTION, router.routes, issuer)


def published() -> dict[str, dict[str, Any]]:
    """The files of `openapi/` and what stands in them."""
    return {"admin-v1.json": openapi()}
