"""Which E.164 numbers are mobile numbers of people in Vietnam. Fixed lines (02x), machine numbers (01x) and the police
and army block (069) are not; the synthetic prefix 095, which is assigned to no operator, is."""

import re

SYNTHETIC_PREFIX = "+8495"

MOBILE_NUMBER = r"\+84(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}"
"""Written as E.164 has it."""
_MOBILE = re.compile(MOBILE_NUMBER, re.ASCII)


def is_mobile_number(e164: str) -> bool:
    """Whether `e164` is written as E.164 has it, and a mobile number of a person."""
    return bool(_MOBILE.fullmatch(e164))
