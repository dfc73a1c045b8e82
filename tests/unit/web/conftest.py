"""A small application of the web layer alone."""

from collections.abc import Callable
from types import SimpleNamespace

import httpx
import pytest
from fastapi import APIRouter
from jinja2 import ChoiceLoader, DictLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.errors import InvalidClient, InvalidRequest, InvalidToken
from vneid_idp.web.apis import JsonApis
from vneid_idp.web.cookies import Cookie, browser_id, keep_cookie
from vneid_idp.web.doors import Area, Door, DoorKind, Endpoint
from vneid_idp.web.errors import Explain
from vneid_idp.web.forms import read_form
from vneid_idp.web.headers import allow_form_target
from vneid_idp.web.i18n import gettext, locale_of, prefer_locales
from vneid_idp.web.root import Root
from vneid_idp.web.static import Static
from vneid_idp.web.templates import Templates, render

PAGES = {
    "form.html": '{% extends "base.html" %}{% import "macros.html" as ui %}{% block title %}Form{% endblock %}'
    '{% block content %}{% call ui.form("/form") %}{{ ui.button("Send") }}{% endcall %}{% endblock %}',
    "text.html": '{% extends "base.html" %}{% block title %}Text{% endblock %}',
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


async def page(request: Request) -> Response:
    """The page of the address."""
    return render(request, f"{request.path_params['name']}.html", value="<b>")


async def form(request: Request) -> Response:
    """What was posted."""
    sent = await read_form(request)
    return JSONResponse([sent["name"], sent["absent"], list(sent.all("choice"))])


async def locale(request: Request) -> Response:
    """The language of the request."""
    gettext(request, "Language")  # before it is known who asks, as an error page that is on its way does
    prefer_locales(request, request.query_params.get("ui_locales"))
    return JSONResponse([locale_of(request), gettext(request, "Language")])


async def target(request: Request) -> Response:
    """A page whose form leads elsewhere."""
    allow_form_target(request, request.query_params["uri"])
    return HTMLResponse("")


async def plain(request: Request) -> Response:
    """No page."""
    return JSONResponse({})


async def keep(request: Request) -> Response:
    """Cookies are kept; then it may fail."""
    browser_id(request)
    keep_cookie(request, Cookie.SESSION, "kept")
    if "x-fail" in request.headers:
        raise RuntimeError(request.headers["x-fail"])
    return Response(status_code=204)


def failing(error: Exception) -> Endpoint:
    """A door behind which nothing works."""

    async def fail(request: Request) -> Response:
        raise error

    return fail


def apis() -> JsonApis:
    """A JSON API."""
    router = APIRouter(prefix="/bindings/v1")

    @router.post("/things")
    async def typed(request: Request, thing: dict[str, int]) -> Response:
        return JSONResponse({})

    router.add_api_route("/refused", failing(TooFast("Five a minute.")), methods=["GET"])
    router.add_api_route("/token", failing(InvalidToken("The token has expired.", "log only")), methods=["GET"])
    router.add_api_route("/bug", failing(RuntimeError("a person's number")), methods=["GET"])
    return JsonApis({DoorKind.API: {"/bindings/": router}})


def application(issuer: str, explain: Explain | None = None) -> Root:
    """One door for each thing that the web layer does."""
    both = ("GET", "POST")
    doors = [
        Door.page("/page/{name}", page),
        Door.page("/form", form, "POST"),
        Door.page("/locale", locale),
        Door.page("/target", target),
        Door.page("/json", plain),
        Door.page("/keep", keep),
        Door.page("/authorize", failing(InvalidRequest("redirect_uri is missing.", "log only")), *both),
        Door.page("/refused", failing(TooFast()), *both),
        Door.protocol("/token", failing(InvalidClient('No such "client".', "log only")), *both, announced=None),
        Door.protocol("/userinfo", failing(InvalidToken("The token has expired.")), *both, announced=None),
        Door.protocol("/introspect", failing(TooFast()), "POST", announced=None),
        Door.protocol("/par", failing(TooFast()), *both, announced=None),
        Door.api("/script", failing(TooFast()), "POST"),
    ]
    behind = apis()
    areas = [*behind.areas, Area(DoorKind.PAGE, "/static/", Mount("/static", Static()))]
    app = Root(issuer, doors, areas, explain=explain)
    behind.state = app.state
    templates = Templates(sandbox=True)
    environment = templates._environment
    assert environment.loader is not None
    environment.loader = ChoiceLoader([environment.loader, DictLoader(PAGES)])
    app.state.idp = SimpleNamespace(templates=templates, keys=SimpleNamespace(sealer=Sealer({1: b"k" * 32}, 1)))
    return app


@pytest.fixture
def client() -> MakeClient:
    """Opens a browser: `client(issuer=…, explain=…)`."""

    def make(issuer: str = "http://localhost:8000", explain: Explain | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(application(issuer, explain))
        return httpx.AsyncClient(transport=transport, base_url=issuer)

    return make
