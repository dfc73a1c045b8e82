"""The short way and the framework's way answer alike."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.errors import InvalidClient, InvalidToken
from vneid_idp.web.cookies import Cookie, browser_id, keep_cookie
from vneid_idp.web.errors import install_errors
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.templates import Templates

_ERRORS: dict[str, Callable[[], Exception]] = {
    "client": lambda: InvalidClient("No such client.", "log only"),
    "token": lambda: InvalidToken("The token has expired."),
    "domain": lambda: DomainError("Five a minute."),
    "http": lambda: HTTPException(418, "A teapot.", {"X-Pot": "1"}),
    "bug": lambda: RuntimeError("a person's number"),
}


async def answer(request: Request) -> Response:
    """Echo what arrived, keep cookies, fail as asked."""
    browser_id(request)
    keep_cookie(request, Cookie.SESSION, "kept")
    if (fault := request.query_params.get("fault")) is not None:
        raise _ERRORS[fault]()
    body = await request.body()
    assert request.app.state.idp
    return HTMLResponse(f"{request.method} {request.url.path} {body.decode()} {exchange_of(request).secure}")


ROUTES = [
    Route("/token", answer, methods=["POST"]),
    Route("/authorize", answer, methods=["GET", "POST"]),
    Route("/authorize/{interaction}", answer, methods=["GET"]),
]


def application(*, hot: bool) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.idp = SimpleNamespace(
        templates=Templates(sandbox=True), keys=SimpleNamespace(sealer=Sealer({1: b"k" * 32}, 1))
    )
    app.router.routes += ROUTES
    install_errors(app, "https://id.example", lambda request, error, request_id: None, hot=ROUTES if hot else ())
    return app


def seen(response: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """All of an answer but its random numbers."""

    def plain(text: str) -> str:
        return re.sub(r"req_\w+|(?<=vneid_idp_browser=)[\w-]+", "<random>", text)

    headers = [(name, plain(value)) for name, value in response.headers.multi_items()]
    return response.status_code, headers, plain(response.text)


@pytest.mark.parametrize("fault", [None, *_ERRORS])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/token"),
        ("GET", "/authorize"),
        ("HEAD", "/authorize"),
        ("POST", "/authorize"),
        ("GET", "/authorize/abc"),
        ("GET", "/token"),
        ("DELETE", "/authorize"),
        ("GET", "/token/"),
        ("GET", "//token"),
        ("GET", "/elsewhere"),
    ],
)
async def test_both_ways_answer_alike(method: str, path: str, fault: str | None) -> None:
    answers = []
    for hot in (True, False):
        transport = httpx.ASGITransport(application(hot=hot))
        async with httpx.AsyncClient(transport=transport, base_url="https://id.example") as program:
            params = {"fault": fault} if fault else None
            sent = await program.request(method, f"https://id.example{path}", params=params, content=b"posted")
            answers.append(seen(sent))
    assert answers[0] == answers[1]


async def test_a_hot_door_is_passed_without_the_framework() -> None:
    app = application(hot=True)
    app.router.routes.clear()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://id.example") as program:
        assert (await program.post("/token")).status_code == 200
        assert (await program.get("/authorize/abc")).status_code == 404
