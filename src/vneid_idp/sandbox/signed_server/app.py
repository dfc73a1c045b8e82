"""Routes as a server that signs."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from vneid_idp.kernel.errors import DomainError
from vneid_idp.sandbox.signed_server.signed import Signed
from vneid_idp.signed_http.signatures import Signatures


def signed_app(router: APIRouter, asked: object, signatures: Signatures, url: str) -> ASGIApp:
    """The server of `router` under the address `url`; `asked` is what its routes find as `app.state.asked`."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.asked = asked
    app.include_router(router)
    for kind in (DomainError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _refuse)
    return Signed(app, signatures, url)


async def _refuse(_: Request, error: Exception) -> Response:
    match error:
        case DomainError():
            return _problem(error.code, error.status, error.title)
        # FastAPI's own words for a body that is no text at all are a 400.
        case HTTPException() if error.status_code != 400:
            codes = {404: "not_found", 405: "method_not_allowed"}
            return _problem(codes.get(error.status_code, "refused"), error.status_code, str(error.detail))
        case _:
            return _problem("malformed", 422, "The request is malformed.")


def _problem(code: str, status: int, title: str) -> Response:
    """Problem details (RFC 9457)."""
    body = {"type": f"urn:vneid:problem:{code}", "title": title, "status": status, "code": code}
    return JSONResponse(body, status, media_type="application/problem+json")
