"""The composition root: one FastAPI application out of a `Config`."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware

from . import feed, live, own_account, verification
from .attempts import Attempts
from .config import Config
from .feed_store import Feed
from .link_ended import page_that_explains
from .pages import BadForm, render, security_headers
from .provider import Provider
from .seed import furnish
from .store import Accounts, open_database
from .words import choose_language

Next = Callable[[Request], Awaitable[Response]]

PAGES = ("/", "/known", "/verify", "/parent", "/signin", "/live", "/accounts", "/release")
"""Where somebody who does not know yet that the link has ended is told so first."""
SESSION_SECONDS = 30 * 24 * 60 * 60


def create_app(config: Config, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The network, ready to serve. `transport` replaces the network between it and the provider, for tests."""
    # No redirect to the path without its slash: it would lead to whatever host the request names.
    app = FastAPI(title="Quán Nước", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    connection = open_database(config.database)
    app.state.config = config
    app.state.accounts = Accounts(connection)
    app.state.attempts = Attempts(connection)
    app.state.feed = Feed(connection)
    app.state.provider = Provider(config, transport)
    furnish(app.state.accounts, app.state.feed)
    headers = security_headers(config)

    @app.middleware("http")
    async def meet_visitor(request: Request, call_next: Next) -> Response:
        """Find out who visits, in which language; send every answer out with the security headers."""
        session = request.session
        explicit = request.query_params.get("lang")
        request.state.language = choose_language(
            explicit, session.get("language"), request.headers.get("accept-language", "")
        )
        if explicit == request.state.language:
            session["language"] = explicit
        visit = app.state.accounts.find_visit(session["visit"]) if "visit" in session else None
        request.state.visit = visit
        request.state.account = app.state.accounts.find(visit.account_id) if visit else None
        request.state.provider_silent, request.state.asked_about = False, None
        explained = await page_that_explains(request) if is_page(request) else None
        response = explained or await call_next(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)  # a page may say something else
        return response

    # The cookie's name is our own: on localhost, cookies are shared by all ports (RFC 6265 §8.5).
    app.add_middleware(
        SessionMiddleware,
        secret_key=config.session_secret,
        session_cookie="__Host-quan-nuoc" if config.is_https else "quan-nuoc",
        max_age=SESSION_SECONDS,
        same_site="lax",
        https_only=config.is_https,
    )
    app.add_exception_handler(BadForm, bad_form)
    app.add_exception_handler(HTTPException, http_error)
    for router in (feed.router, live.router, verification.router, own_account.router):
        app.include_router(router)
    app.add_api_route("/healthz", healthy, methods=["GET"])
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


def is_page(request: Request) -> bool:
    """Whether somebody looks at a page of their own accord, and is not on the way back from the provider."""
    path = request.url.path
    return request.method == "GET" and (path in PAGES or path.startswith(("/posts/", "/live/")))


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
