"""Which language a request speaks (`kernel/languages.py` names them), and the words.

A message is named by its English text; every other language has its words in `locale/<language>/<package>.po`, one file
a package with texts. The files are read at start, so there is no compiled copy that could lag behind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from starlette.requests import Request

from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.languages import DEFAULT, LANGUAGES
from vneid_idp.kernel.languages import mark as mark
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.request_headers import header

_DIRECTORY = Path(__file__).parent / "locale"
_CHOICE_KEPT: Instant = 365 * DAY
"""How long a browser remembers the language that was chosen."""


class Catalogue:
    """The words of one language: English text → its translation, in as many forms as the language has plurals.

    English itself has none. `form` tells which form speaks of a number of things.
    """

    def __init__(self, messages: Mapping[str, Sequence[str]], form: Callable[[int], int] = lambda _: 0) -> None:
        self._messages = messages
        self._form = form

    def gettext(self, message: str) -> str:
        """The translation, or the English text itself."""
        forms = self._messages.get(message)
        return forms[0] if forms else message

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The translation for `number` things: a single form in Vietnamese, two in English."""
        forms = self._messages.get(one)
        if not forms:
            return one if number == 1 else many
        return forms[self._form(number)] if len(forms) > 1 else forms[0]


@cache
def catalogue(locale: str) -> Catalogue:
    """The catalogue of a language, merged from the files of all packages."""
    messages: dict[str, tuple[str, ...]] = {}
    for path in sorted((_DIRECTORY / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                name = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
                if name and all(forms) and not message.fuzzy:
                    messages[name] = forms
    return Catalogue(messages, c2py(Catalog(locale).plural_expr))


def prefer_locales(request: Request, ui_locales: str | None) -> None:
    """What the relying party asked for (`ui_locales`, OIDC Core §3.1.2.1); a person's own choice goes first."""
    exchange = exchange_of(request)
    exchange.ui_locales = ui_locales or ""
    exchange.locale = None


def locale_of(request: Request) -> str:
    """The language of this request, a key of `LANGUAGES`.

    The person's choice (`?lang=`, then kept in a cookie), the relying party's `ui_locales`, the browser's
    `Accept-Language`, the default one. Decided on first use, once.
    """
    exchange = exchange_of(request)
    if exchange.locale is None:
        chosen = request.query_params.get("lang", "")
        if chosen in LANGUAGES and chosen != read_cookie(request, Cookie.LANGUAGE):
            keep_cookie(request, Cookie.LANGUAGE, chosen, _CHOICE_KEPT)
        exchange.locale = negotiate(
            (chosen, read_cookie(request, Cookie.LANGUAGE) or ""),
            exchange.ui_locales.split(),
            read_accept_language(header(request, b"accept-language", "")),
        )
    return exchange.locale


def negotiate(*preferences: Iterable[str]) -> str:
    """The first language of ours among lists of tags, most wanted first (RFC 4647 §3.4, by primary subtag)."""
    for tags in preferences:
        for tag in tags:
            language = tag.partition("-")[0].lower()
            if language in LANGUAGES:
                return language
    return DEFAULT


def read_accept_language(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, most wanted first; what is malformed or refused (`q=0`) is left out."""
    weighted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if tag.strip() and 0 < quality <= 1:
            weighted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def gettext(request: Request, message: str, **values: object) -> str:
    """A text in the language of the request; values fill `%(name)s`."""
    return catalogue(locale_of(request)).gettext(message) % values


def ngettext(request: Request, one: str, many: str, number: int, **values: object) -> str:
    """A text that depends on a number, which also fills `%(num)s`."""
    return catalogue(locale_of(request)).ngettext(one, many, number) % {"num": number, **values}
