"""Whom a client means that sends no browser: the hints of CIBA Core §7.1."""

import re
from dataclasses import dataclass
from enum import StrEnum

_PHONE = re.compile(r"tel:(\+[0-9]{8,15})\Z")


class HintKind(StrEnum):
    """The parameter that names the person."""

    LOGIN_HINT = "login_hint"
    LOGIN_HINT_TOKEN = "login_hint_token"
    ID_TOKEN_HINT = "id_token_hint"


@dataclass(frozen=True, slots=True)
class Hint:
    """What names the person: a phone number (E.164) of `login_hint`, or a token as it was sent."""

    kind: HintKind
    value: str


def phone_of(login_hint: str) -> str | None:
    """The number of a `tel:` URI (RFC 3966 §3) in its global form, without separators; nothing for anything else."""
    found = _PHONE.match(login_hint)
    return None if found is None else found[1]
