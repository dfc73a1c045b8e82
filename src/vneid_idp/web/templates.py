"""Pages from Jinja templates: `render` is all that a face needs."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse

from vneid_idp.audit.deeds import REASON_LENGTHS
from vneid_idp.kernel.languages import LANGUAGES, in_language
from vneid_idp.web import formats
from vneid_idp.web.csrf import csrf_field, csrf_token
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.i18n import catalogue, locale_of
from vneid_idp.web.reason_words import reason_wanted
from vneid_idp.web.receipt_text import receipt_parts
from vneid_idp.web.responses import NO_STORE
from vneid_idp.web.static import static_url

DIRECTORY = Path(__file__).parent / "templates"
_TELLING = ("login_hint", "id_token_hint", "logout_hint", "claims", "request")
"""Parameters that hold personal data or a token."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the base page knows of the request. Templates see it as `page`."""

    request: Request
    locale: str
    sandbox: bool
    failed: bool = False

    @property
    def has_form(self) -> bool:
        """Whether a form of ours stands in what was rendered so far."""
        return exchange_of(self.request).forms

    @property
    def works_as(self) -> str | None:
        """The colleague whose page it is, at the office and the console."""
        return exchange_of(self.request).works_as

    @property
    def languages(self) -> Mapping[str, str]:
        """Language tag → its own name."""
        return LANGUAGES

    def in_language(self, locale: str) -> str:
        """A link to this very page in another language.

        A query alone, resolved by the browser against the page's address: a path such as `//elsewhere.example` in it
        could otherwise lead away. An error page repeats nothing that may tell who somebody is: it gets photographed,
        copied and sent to support.
        """
        left_out = {"lang", *(_TELLING if self.failed else ())}
        kept = [(name, value) for name, value in self.request.query_params.multi_items() if name not in left_out]
        return "?" + urlencode([*kept, ("lang", locale)])

    def switch(self, locale: str, kept: str) -> str:
        """Where the button for another language leads on a page whose form keeps the fields named in `kept`."""
        return "/language?" + urlencode({"lang": locale, "page": self.request.url.path, "keep": kept})


# Rendering is synchronous, so the page in hand is known without passing it through every macro; macros are then
# imported without context, which Jinja caches.
_page: ContextVar[Page] = ContextVar("page")


class Templates:
    """The templates of all packages, and whether pages carry the sandbox's strip."""

    def __init__(self, sandbox: bool) -> None:
        self._sandbox = sandbox
        self._environment = _environment()

    def page(self, request: Request, template: str, context: Mapping[str, Any], *, failed: bool = False) -> str:
        """The HTML of a page in the language of the request."""
        page = Page(request, locale_of(request), self._sandbox, failed)
        token = _page.set(page)
        try:
            return self._environment.get_template(template).render(context, page=page)
        finally:
            _page.reset(token)


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page: `render(request, "portal/history.html", events=…)`.

    Pages hold personal values, so none is stored by a browser or a proxy unless the caller says otherwise.
    """
    templates: Templates = request.app.state.idp.templates
    html = templates.page(request, template, context, failed=status >= 400)
    return HTMLResponse(html, status, headers=NO_STORE | {"Content-Language": locale_of(request)})


@pass_context
def _number(_context: Context, value: int) -> str:
    # With a context Jinja does not work out constants at compile time, in the language of whoever came first.
    return formats.format_number(value, _page.get().locale)


@pass_context
def _text(_context: Context, texts: Mapping[str, str]) -> str:
    return in_language(texts, _page.get().locale)


def _own_path(address: str) -> str | None:
    """The path of an address that is served here, of which alone the policy of our pages lets a picture be shown."""
    issuer: str = _page.get().request.app.state.idp.issuer
    return address.removeprefix(issuer) if address.startswith(f"{issuer}/") else None


def _translated(text: str) -> str:
    """A text that is data, where the catalogue knows it; a sign of a placeholder in it is none."""
    return catalogue(_page.get().locale).gettext(text)


@cache
def _environment() -> Environment:
    # One a process: what differs between requests or providers is in the page, and compiling a template takes 50 ms.
    environment = Environment(
        loader=FileSystemLoader(DIRECTORY),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue(_page.get().locale).gettext(message),
        lambda one, many, number: catalogue(_page.get().locale).ngettext(one, many, number),
        newstyle=True,
    )
    environment.globals |= {
        "static_url": static_url,
        "csrf_field": lambda: csrf_field(_page.get().request),
        "csrf_token": lambda: csrf_token(_page.get().request),
        "reason_wanted": lambda: reason_wanted(_page.get().request),
        "longest_reason": REASON_LENGTHS[-1],
        "nonce": lambda: exchange_of(_page.get().request).nonce,
    }
    environment.filters |= {
        "date": formats.format_date,
        "datetime": formats.format_datetime,
        "clock": formats.format_clock,
        "seconds": formats.format_seconds,
        "number": _number,
        "in_language": _text,
        "own_path": _own_path,
        "receipt_parts": receipt_parts,
        "translated": _translated,
        "phone": formats.format_phone,
        "masked_phone": formats.format_masked_phone,
        "id_number": formats.format_id_number,
    }
    return environment
