"""`face-matcher/v1` on the port of the invented faces."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.types import ASGIApp

from vneid_idp.kernel.errors import DomainError
from vneid_idp.matcher_client.wire import PREFIX, Comparison, Problem, Result
from vneid_idp.sandbox.faces.matcher import SyntheticMatcher
from vneid_idp.sandbox.signed_server.app import signed_app
from vneid_idp.signed_http.signatures import Signatures


class Malformed(DomainError):
    """The template is no base64url."""

    code = "malformed"
    status = 422
    title = "The request is malformed."


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "`code`: not_signed"},
    422: {"model": Problem, "description": "`code`: malformed"},
}

router = APIRouter(prefix=PREFIX, generate_unique_id_function=lambda route: route.name)


def create_matcher(matcher: SyntheticMatcher, signatures: Signatures, url: str) -> ASGIApp:
    """The server of `matcher` under the address `url`."""
    return signed_app(router, matcher, signatures, url)


@router.post("/comparisons", summary="Compare a face with a person's", responses=_PROBLEMS)
async def compare(request: Request, comparison: Comparison) -> Result:
    """A question, though a POST: it may be repeated, and nothing of it is kept. The answer for nobody is undecided, in
    the time of any other."""
    matcher = request.app.state.asked
    assert isinstance(matcher, SyntheticMatcher)
    try:
        shown = comparison.shown()
    except ValueError:
        raise Malformed from None
    return Result.of(await matcher.compare(comparison.person_id, shown))
