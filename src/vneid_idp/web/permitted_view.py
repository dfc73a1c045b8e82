"""What a service is permitted that is no claim, as the consent screen shows it. Pure.

As everywhere on that screen the value (`Permitted.shown`) stands in no receipt.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vneid_idp.protocol.claims import PERMISSIONS, SIGN_IN, Item
from vneid_idp.protocol.targets import is_at_server
from vneid_idp.web.claim_words import Say, Values
from vneid_idp.web.elsewhere_words import Servers, name_of, text_of, title_of
from vneid_idp.web.i18n import mark
from vneid_idp.web.method_words import METHODS


@dataclass(frozen=True, slots=True)
class Permitted:
    """Something that is no claim, and what it lets the service do, or tells it."""

    item: Item
    title: str
    text: str
    shown: str | None = None
    """What would be told by this sign-in."""
    at: str | None = None
    """Where, in the middle of a sentence, if not here."""


def permitted(asked: Iterable[Item], values: Values, servers: Servers, locale: str, say: Say) -> tuple[Permitted, ...]:
    """Those among what is `asked`, in words; `values` as for claims."""
    found: list[Permitted] = []
    named = set()
    for item in asked:
        name = item.name
        if is_at_server(name):
            at = name_of(name, servers, say)
            text = text_of(name, servers, say, first=at not in named)
            found.append(Permitted(item, title_of(name, servers, locale, say), text, at=at))
            named.add(at)
        elif name in PERMISSIONS:
            shown = _sign_in(values, say) if name == SIGN_IN else None
            found.append(Permitted(item, say(PERMISSIONS[name].title), say(PERMISSIONS[name].text), shown))
    return tuple(found)


def _sign_in(values: Values, say: Say) -> str | None:
    if SIGN_IN not in values:
        return None
    level, methods = values[SIGN_IN]
    return " · ".join([say(mark("Level %(level)s"), level=level), *(say(METHODS[name]) for name in methods)])
