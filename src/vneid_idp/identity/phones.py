"""Mobile numbers of people, as E.164 text.

`phonenumbers` takes apart what people type (spaces, dots, `+84`, `0084`, the trunk `0`, full-width digits); whether
the result is a mobile number of a person `kernel/mobile_numbers.py` says, since the library rejects the synthetic
prefix. That one is assigned to no operator, so a synthetic number can ring at nobody's phone.
"""

import phonenumbers

from vneid_idp.kernel.mobile_numbers import SYNTHETIC_PREFIX, is_mobile_number

SYNTHETIC_NUMBERS = 10_000_000

_REGION = "VN"
_LONGEST = 32


class MalformedPhone(ValueError):
    """The text is not a Vietnamese mobile number of a person. The message never repeats the text."""


def read_phone(text: str) -> str:
    """The E.164 form of a Vietnamese mobile number, however it was typed; raises `MalformedPhone`."""
    # The library reads letters as the keys of a telephone ("0950 GO HOME"), which nobody means here.
    if len(text) > _LONGEST or any(character.isalpha() for character in text):
        raise MalformedPhone("not a phone number")
    try:
        parsed = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException as error:
        raise MalformedPhone("not a phone number") from error
    if parsed.extension:
        raise MalformedPhone("a mobile number has no extension")
    e164 = f"+{parsed.country_code}{'0' if parsed.italian_leading_zero else ''}{parsed.national_number}"
    if not is_mobile_number(e164):
        raise MalformedPhone("not a Vietnamese mobile number")
    return e164


def build(serial: int) -> str:
    """The synthetic number with this serial (below 10,000,000)."""
    if not 0 <= serial < SYNTHETIC_NUMBERS:
        raise ValueError("a synthetic number has seven free digits")
    return f"{SYNTHETIC_PREFIX}{serial:07d}"
