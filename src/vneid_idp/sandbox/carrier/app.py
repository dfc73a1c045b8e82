"""The composition root: one FastAPI application out of a `Config`."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from . import (
    asking,
    buying,
    office,
    office_instructions,
    office_ladder,
    office_registers,
    own_numbers,
    point,
    shop,
    trips,
)
from .config import Config
from .handing_in import Jobs
from .office_store import OfficeStore
from .pages import BadForm, render, security_headers
from .provider import Provider
from .store import Store, open_database
from .words import choose_language

Next = Callable[[Request], Awaitable[Response]]

SESSION_SECONDS = 30 * 24 * 60 * 60


def create_app(config: Config, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The carrier, ready to serve. `transport` replaces the network between it and the provider, for tests."""
    # No redirect to the path without its slash: it would lead to whatever host the request names.
    app = FastAPI(title="Sóng", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.config = config
    connection = open_database(config.database)
    app.state.store, app.state.office, app.state.jobs = Store(connection), OfficeStore(connection), Jobs()
    app.state.provider = Provider(config, transport)
    app.state.registrar = app.state.provider.registrar
    headers = security_headers(config)

    @app.middleware("http")
    async def meet_visitor(request: Request, call_next: Next) -> Response:
        """Find out in which language a visitor reads; send every answer out with the security headers."""
        session = request.session
        explicit = request.query_params.get("lang")
        request.state.language = choose_language(
            explicit, session.get("language"), request.headers.get("accept-language", "")
        )
        if explicit == request.state.language:
            session["language"] = explicit
        response = await call_next(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    # The cookie's name is our own: on localhost, cookies are shared by all ports (RFC 6265 §8.5).
    app.add_middleware(
        SessionMiddleware,
        secret_key=config.session_secret,
        session_cookie="__Host-song" if config.is_https else "song",
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=config.is_https,
    )
    app.add_exception_handler(BadForm, bad_form)
    app.add_exception_handler(HTTPException, http_error)
    for router in (
        shop.router,
        trips.router,
        buying.router,
        own_numbers.router,
        asking.router,
        point.router,
        office.router,
        office_registers.router,
        office_ladder.router,
        office_instructions.router,
    ):
        app.include_router(router)
    app.add_api_route("/healthz", healthy, methods=["GET"])
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


async def healthy() -> dict[str, str]:
    """For whoever waits for the start."""
    return {"status": "ok"}


async def bad_form(request: Request, _: Exception) -> Response:
    """A form that is not ours, or from a session that is over."""
    return render(request, "bad_form.html", status=400)


async def http_error(request: Request, problem: Exception) -> Response:
    """Unknown addresses and methods."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return render(request, "missing.html", status=status)
