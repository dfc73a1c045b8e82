"""Templates, security headers, and the reading of forms."""

import secrets
import time
import zlib
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from .accounts import ACTIONS, Account
from .config import Config
from .reasons import AGE_BANDS, PICTURES, STATES, law_text, reason_text
from .words import ago, date_text, instant_text, translate

MAX_FORM_BYTES = 16 * 1024

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_icons: Any = templates.get_template("icons.html").module
templates.globals.update(states=STATES, age_bands=AGE_BANDS, pictures=PICTURES)
templates.globals.update(icon=_icons.icon, badge=_icons.badge, avatar=_icons.avatar, picture=_icons.picture)


class BadForm(Exception):
    """A form without its CSRF token, or too large: never the work of our own pages."""


def security_headers(config: Config) -> dict[str, str]:
    """Nothing but our own styles, fonts and pictures; no script at all. Forms may lead to the provider and back."""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none';"
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
    text = templates.get_template(template).render(
        _=partial(translate, language),
        language=language,
        theme=request.session.get("theme", "auto"),
        account=request.state.account,
        visit=request.state.visit,
        csrf=csrf_token(request),
        notice=request.session.pop("notice", None),
        provider=translate(language, request.app.state.config.provider_name),
        issuer=request.app.state.config.issuer,
        holder_url=request.app.state.config.holder_url,
        path=request.url.path,
        actions=ACTIONS,
        reason=partial(reason_text, language),
        law=partial(law_text, language),
        ago=lambda instant: ago(language, max(0, int(time.time()) - instant)),
        date_text=date_text,
        instant_text=instant_text,
        hue=hue,
        body_of=lambda item: item.text_en if language == "en" and item.text_en else item.text,
        **values,
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def go(path: str) -> Response:
    """See other (303): after a form, to a page that can be reloaded."""
    return RedirectResponse(path, 303)


def leave_for(url: str) -> Response:
    """Found (302): to the provider."""
    return RedirectResponse(url, 302)


def hue(account: Account) -> int:
    """One of six avatar colours, always the same for a handle."""
    return zlib.crc32(account.handle.encode()) % 6


def csrf_token(request: Request) -> str:
    """The session's own token, which every form of ours carries."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(18))
    return token


def browser_of(request: Request) -> str:
    """A name for this browser, which whoever is signed in does not change: what it began elsewhere comes back here."""
    name: str = request.session.setdefault("browser", secrets.token_urlsafe(18))
    return name


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form of ours. Raises `BadForm` unless it carries the session's CSRF token."""
    fields = await read_fields(request)
    expected = str(request.session.get("csrf", ""))
    if not expected or not secrets.compare_digest(fields.get("csrf", "").encode(), expected.encode()):
        raise BadForm
    return fields


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded body of at most 16 KiB; of a repeated field, the last."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise BadForm
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=40))
    except ValueError as problem:
        raise BadForm from problem
