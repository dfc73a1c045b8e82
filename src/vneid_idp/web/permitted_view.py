"""What a service is permitted that is no claim, as the consent screen shows it. Pure.

As everywhere on that screen the value (`Permitted.shown`) stands in no receipt.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vneid_idp.protocol.claims import PERMISSIONS, SIGN_IN, Item
from vneid_idp.web.claim_words import Say, Values
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


def permitted(asked: Iterable[Item], values: Values, say: Say) -> tuple[Permitted, ...]:
    """Those among what is `asked`, in words; `values` as for claims."""
    return tuple(
        Permitted(
            item,
            say(PERMISSIONS[item.name].title),
            say(PERMISSIONS[item.name].text),
            _sign_in(values, say) if item.name == SIGN_IN else None,
        )
        for item in asked
        if item.name in PERMISSIONS
    )


def _sign_in(values: Values, say: Say) -> str | None:
    if SIGN_IN not in values:
        return None
    level, methods = values[SIGN_IN]
    return " · ".join([say(mark("Level %(level)s"), level=level), *(say(METHODS[name]) for name in methods)])
