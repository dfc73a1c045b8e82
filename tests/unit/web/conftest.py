"""A small application of the web layer alone."""

from collections.abc import Callable
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from jinja2 import ChoiceLoader, DictLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest, InvalidToken, ServerError
from vneid_idp.web.cookies import Cookie, browser_id, keep_cookie
from vneid_idp.web.errors import Explain, install_errors
from vneid_idp.web.forms import read_form
from vneid_idp.web.headers import allow_form_target
from vneid_idp.web.i18n import gettext, locale_of, prefer_locales
from vneid_idp.web.static import Static
from vneid_idp.web.templates import Templates, render

PAGES = {
    "form.html": '{% extends "base.html" %}{% import "macros.html" as ui %}{% block title %}Form{% endblock %}'
    '{% block content %}{% call ui.form("/form") %}{{ ui.button("Send") }}{% endcall %}{% endblock %}',
    "script.html": '<script nonce="{{ nonce() }}"></script>',
    "values.html": '{{ value }}|{{ 1234567 | number }}|{{ _("Hello %(name)s", name=value) }}|'
    '{{ page.in_language("en") }}',
}

MakeClient = Callable[..., httpx.AsyncClient]


class TooFast(DomainError):
    """A refusal of the domain."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts."
    retry_after = 30


def application(issuer: str, explain: Explain | None) -> FastAPI:
    """One route for each thing that the web layer does."""
    app = FastAPI(openapi_url=None)
    templates = Templates(sandbox=True)
    environment = templates._environment
    assert environment.loader is not None
    environment.loader = ChoiceLoader([environment.loader, DictLoader(PAGES)])
    app.state.idp = SimpleNamespace(templates=templates, keys=SimpleNamespace(sealer=Sealer({1: b"k" * 32}, 1)))
    install_errors(app, issuer, explain)
    app.mount("/static", Static())

    @app.get("/page/{name}")
    async def page(request: Request, name: str) -> HTMLResponse:
        return render(request, f"{name}.html", value="<b>")

    @app.post("/form")
    async def form(request: Request) -> Response:
        sent = await read_form(request)
        return JSONResponse([sent["name"], sent["absent"], list(sent.all("choice"))])

    @app.get("/locale")
    async def locale(request: Request) -> Response:
        prefer_locales(request, request.query_params.get("ui_locales"))
        return JSONResponse([locale_of(request), gettext(request, "Language")])

    @app.get("/target")
    async def target(request: Request, uri: str) -> Response:
        allow_form_target(request, uri)
        return HTMLResponse("")

    @app.get("/json")
    async def plain(request: Request) -> Response:
        return JSONResponse({})

    @app.get("/keep")
    async def keep(request: Request) -> Response:
        browser_id(request)
        keep_cookie(request, Cookie.SESSION, "kept")
        if "x-fail" in request.headers:
            raise RuntimeError(request.headers["x-fail"])
        return Response(status_code=204)

    @app.post("/bindings/v1/things")
    async def typed(request: Request, thing: dict[str, int]) -> Response:
        return JSONResponse({})

    errors: dict[str, Exception] = {
        "/token": InvalidClient('No such "client".', "log only"),
        "/userinfo": InvalidToken("The token has expired."),
        "/bindings/v1/refused": TooFast("Five a minute."),
        "/bindings/v1/token": InvalidToken("The token has expired.", "log only"),
        "/authorize": InvalidRequest("redirect_uri is missing.", "log only"),
        "/introspect": TooFast(),
        "/refused": TooFast(),
        "/par": ServerError("The database is away."),
    }
    for path, error in errors.items():

        async def fail(request: Request, error: Exception = error) -> Response:
            raise error

        app.add_route(path, fail, methods=["GET", "POST"])
    return app


@pytest.fixture
def client() -> MakeClient:
    """Opens a browser: `client(issuer=…, explain=…)`."""

    def make(issuer: str = "http://localhost:8000", explain: Explain | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(application(issuer, explain))
        return httpx.AsyncClient(transport=transport, base_url=issuer)

    return make
