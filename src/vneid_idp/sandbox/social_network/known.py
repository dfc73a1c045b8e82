"""What the provider told about an account, as lines of a page: all that is kept of it, so that none is left out.

What has no words here yet stands under the provider's own name for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .accounts import Account
from .provider import LEVEL_2
from .reasons import AGE_BANDS
from .words import date_text, day_text, instant_text, translate

NAMES = {
    "level": "Identity level",
    "age_band": "Age band",
    "method": "How it was proved",
    "verified_at": "Verified on",
    "supervised": "A parent or guardian supervises the account",
    "next_step": "What the account needs next",
    "told.identity_level": "Identity level, when you verified",
    "told.identity_verified_since": "Identity of this level since",
    "told.age_band": "Age band, when you verified",
    "told.acr": "Level of the sign-in at the provider",
    "told.amr": "How you signed in at the provider",
    "told.auth_time": "When you signed in at the provider",
}
"""Of the members of a binding and, after `told.`, of what came with the person who verified the account."""
VALUES = {
    "own_proof": "by own proof",
    "guardian": "by a parent or guardian",
    "own_proof_required": "Own proof needed",
    "guardian_required": "A parent or guardian has to verify it again",
    LEVEL_2: "level 2",
    "pwd": "password",
    "otp": "one-time code",
    "sms": "text message",
    "mfa": "two different ways",
    **AGE_BANDS,
}
_OVER = "age_over_"
_ELSEWHERE = ("binding_id", "state", "capabilities", "withheld")
"""Members of a binding that the page shows in another place."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the network knows, in the visitor's language."""

    name: str
    value: str


def facts(account: Account, language: str) -> list[Fact]:
    """All that the provider told: of the link as it is today, and of the person when the account was verified."""
    return [
        Fact(_name(key, language), translate(language, "not told to us") if hidden else _value(key, value, language))
        for key, value, hidden in _told(account)
    ]


def _told(account: Account) -> Iterator[tuple[str, Any, bool]]:
    for key, value in (account.binding or {}).items():
        if key not in _ELSEWHERE:
            yield key, value, key in account.withheld
    for key, value in (account.told or {}).items():
        yield f"told.{key}", value, False


def _name(key: str, language: str) -> str:
    plain = key.removeprefix("told.")
    if plain.startswith(_OVER):
        return translate(language, "%(age)s or over, when you verified", age=plain.removeprefix(_OVER))
    return translate(language, NAMES.get(key, plain))


def _value(key: str, value: Any, language: str) -> str:
    if value is None:
        return translate(language, "nothing")
    if isinstance(value, bool):
        return translate(language, "yes") if value else translate(language, "no")
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(key, each, language) for each in value)
    if key == "told.auth_time":
        return instant_text(int(value))
    if key == "told.identity_verified_since":
        return day_text(int(value))
    return date_text(str(value)) if key == "verified_at" else translate(language, VALUES.get(str(value), str(value)))
