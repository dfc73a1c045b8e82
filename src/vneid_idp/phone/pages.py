"""Pages of the app: as every other, and a browser may install them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.web.headers import allow_source
from vneid_idp.web.templates import render


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """The page `phone/{template}.html`, with leave for its manifest and its worker (CSP level 3 §6.1)."""
    allow_source(request, "manifest-src", "'self'")
    allow_source(request, "worker-src", "'self'")
    return render(request, f"phone/{template}.html", status, **context)
