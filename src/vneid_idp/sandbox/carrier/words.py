"""Two languages: English texts are the keys, `locale/vi.json` holds the Vietnamese ones, and Vietnamese comes first."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")
_LAW = re.compile(
    r"(?P<instrument>Circular|Decree|Law) (?P<number>\S+), Article (?P<article>\d+)(?:[.(](?P<clause>\d+)\)?)?"
    r"(?P<unconfirmed> \(text unconfirmed\))?",
    re.ASCII,
)
_INSTRUMENTS = {"Circular": "Thông tư", "Decree": "Nghị định", "Law": "Luật"}
VIETNAM = timezone(timedelta(hours=7))


@cache
def catalogue() -> dict[str, str]:
    """English → Vietnamese."""
    texts: dict[str, str] = json.loads((Path(__file__).parent / "locale" / "vi.json").read_text("utf-8"))
    return texts


def translate(language: str, text: str, **values: object) -> str:
    """The text in the language, with `%(name)s` filled in. An unknown text stays English."""
    translated = catalogue().get(text, text) if language == "vi" else text
    return translated % values if values else translated


def choose_language(explicit: str | None, kept: str | None, accepted: str) -> str:
    """The explicit choice, else the kept one, else the best of `Accept-Language`, else Vietnamese."""
    for choice in (explicit, kept):
        if choice in LANGUAGES:
            return str(choice)
    weighted = []
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        weighted.append((weight, tag.lower().split("-")[0]))
    for _, tag in sorted(weighted, key=lambda entry: -entry[0]):
        if tag in LANGUAGES:
            return tag
    return "vi"


def date_text(text: str) -> str:
    """`2024-12-25` or an RFC 3339 instant as `25/12/2024` on a Vietnamese calendar; other text unchanged."""
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    if instant.tzinfo is not None:
        instant = instant.astimezone(VIETNAM)
    return instant.strftime("%d/%m/%Y")


def instant_text(seconds: int) -> str:
    """Seconds since the epoch as `25/12/2024 14:05` in Vietnam."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def moment_text(text: str) -> str:
    """An RFC 3339 instant as `25/12/2024 14:05` in Vietnam."""
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def law_text(language: str, reference: str) -> str:
    """The provider's legal reference without its explanation; in Vietnamese as laws are cited there, if readable."""
    plain = reference.partition(": ")[0]
    found = _LAW.fullmatch(plain)
    if language != "vi" or found is None:
        return plain
    clause = f"khoản {found['clause']} " if found["clause"] else ""
    text = f"{clause}Điều {found['article']} {_INSTRUMENTS[found['instrument']]} {found['number']}"
    text += " (chưa đối chiếu nguyên văn)" if found["unconfirmed"] else ""
    return text[0].upper() + text[1:]


def phone_text(e164: str) -> str:
    """`+84958112233` as people write it at home: `0958 112 233`."""
    local = "0" + e164.removeprefix("+84")
    return f"{local[:4]} {local[4:7]} {local[7:]}"


def money_text(dong: int) -> str:
    """`90000` as `90.000 ₫`."""
    return f"{dong:,} ₫".replace(",", ".")


def number_text(language: str, count: int) -> str:
    """`1000000` as `1.000.000`; in English as `1,000,000`."""
    text = f"{count:,}"
    return text.replace(",", ".") if language == "vi" else text


def today() -> date:
    """The day in Vietnam."""
    return datetime.fromtimestamp(time.time(), VIETNAM).date()
