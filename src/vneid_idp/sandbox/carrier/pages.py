"""Templates, security headers, and the reading of forms."""

import secrets
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from .config import Config
from .shelf import PLANS, is_ours
from .words import date_text, instant_text, law_text, moment_text, money_text, number_text, phone_text, translate

MAX_FORM_BYTES = 16 * 1024

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_art: Any = templates.get_template("art.html").module
templates.globals.update(
    icon=_art.icon, picture=_art.picture, plans=PLANS, is_ours=is_ours, phone=phone_text, money=money_text
)
templates.globals.update(date_text=date_text, instant_text=instant_text, moment_text=moment_text)


class BadForm(Exception):
    """A form without its CSRF token, or too large: never the work of our own pages."""


def security_headers(config: Config) -> dict[str, str]:
    """Nothing but what is our own. Forms may lead to the provider and back."""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
            " connect-src 'self'; base-uri 'none';"
            f" form-action 'self' {config.issuer_origin}; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for this visitor, in the language and theme of the session."""
    language = request.state.language
    browser_of(request)  # two tabs that begin something at once are one browser from their first page on
    config: Config = request.app.state.config
    text = templates.get_template(template).render(
        _=partial(translate, language),
        language=language,
        theme=request.session.get("theme", "auto"),
        subject=request.session.get("subject"),
        csrf=csrf_token(request),
        provider=translate(language, config.provider_name),
        law=partial(law_text, language),
        number_text=partial(number_text, language),
        issuer=config.issuer,
        holder_url=config.holder_url,
        path=request.url.path,
        **{"staff": False, **values},
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def go(path: str) -> Response:
    """See other (303): after a form, to a page that can be reloaded."""
    return RedirectResponse(path, 303)


def leave_for(url: str) -> Response:
    """Found (302): to the provider."""
    return RedirectResponse(url, 302)


def csrf_token(request: Request) -> str:
    """The session's own token, which every form of ours carries."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(18))
    return token


def browser_of(request: Request) -> str:
    """A name for this browser, which whoever is signed in does not change: what it began elsewhere comes back here."""
    name: str = request.session.setdefault("browser", secrets.token_urlsafe(18))
    return name


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form of ours; of a repeated field, the last. Raises `BadForm` unless it carries the session's
    CSRF token, and where it is longer than 16 KiB."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise BadForm
    try:
        fields = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=40))
    except ValueError as problem:
        raise BadForm from problem
    expected = str(request.session.get("csrf", ""))
    if not expected or not secrets.compare_digest(fields.get("csrf", "").encode(), expected.encode()):
        raise BadForm
    return fields
