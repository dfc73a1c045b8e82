"""How values look to a person: dates, instants, numbers, telephone and ID numbers, the Vietnamese way."""

import datetime as dt
import re

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_name
from babel.numbers import format_decimal

from vneid_idp.kernel.clock import SECOND, VIETNAM, Instant

_VIETNAM = 84
"""Its calling code."""


def format_date(value: dt.date | Instant | str) -> str:
    """dd/MM/yyyy of a date, an ISO 8601 date, or an instant (as its day in Vietnam)."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    elif isinstance(value, int):
        value = _local(value).date()
    return f"{value:%d/%m/}{value.year:04d}"


def format_datetime(value: Instant) -> str:
    """dd/MM/yyyy HH:mm in Vietnam."""
    return f"{format_date(value)} {format_clock(value)}"


def format_clock(value: Instant) -> str:
    """HH:mm in Vietnam."""
    return f"{_local(value):%H:%M}"


def format_seconds(value: Instant) -> str:
    """HH:mm:ss in Vietnam, where a minute matters."""
    return f"{_local(value):%H:%M:%S}"


def format_number(value: int, locale: str) -> str:
    """A whole number in groups as the language has them: dots in Vietnamese, commas in English."""
    return format_decimal(value, locale=locale)


def format_phone(value: str) -> str:
    """`+84951234567` as 0951 234 567. Numbers of other countries stay as they are."""
    try:
        number = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    if number.country_code != _VIETNAM:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def format_language(value: str, locale: str) -> str:
    """`vi-VN` in words: Vietnamese (Vietnam). A tag that is not known stays as it is."""
    try:
        return Locale.parse(value, sep="-").get_display_name(locale) or value
    except (ValueError, UnknownLocaleError):
        return value


def format_time_zone(value: str, locale: str) -> str:
    """`Asia/Ho_Chi_Minh` in words: Vietnam Time. A zone that is not known stays as it is."""
    try:
        return get_timezone_name(value, locale=locale)
    except LookupError:
        return value


def format_masked_phone(value: str) -> str:
    """Only the last three digits: enough for the holder to recognise the number, too little for anyone to learn it."""
    return f"09•• ••• {value[-3:]}" if value.startswith(("+849", "09")) else f"••• ••• {value[-3:]}"


def format_id_number(value: str) -> str:
    """A personal ID number in groups of three, as people read it aloud; anything else as it is."""
    return " ".join(value[at : at + 3] for at in range(0, 12, 3)) if re.fullmatch(r"\d{12}", value) else value


def _local(instant: Instant) -> dt.datetime:
    return dt.datetime.fromtimestamp(instant / SECOND, VIETNAM)
