"""`subscriber_number`: a carrier registers a mobile number in the name of the person (Circular
08/2026/TT-BKHCN Art. 4)."""

from typing import Any

from vneid_idp.kernel.mobile_numbers import is_mobile_number
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.details.detail_type import Detail, DetailType, are_some_of, is_one_of, listed

ACTIONS = ("bind",)
CHANNELS = ("identity_app", "carrier_app", "carrier_point", "authorised_point")
"""Where the person registers it: in the identity application, in the carrier's, at a point of the carrier's own, or of
one whom it authorised (Circular 08/2026/TT-BKHCN Art. 4.1)."""
CONTRACTS = ("prepaid", "postpaid")
_MOST_NUMBERS = 1000


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and is_mobile_number(value)


def _is_sequence(value: Any) -> bool:
    return type(value) is int and 1 <= value <= _MOST_NUMBERS


def _level(detail: Detail) -> int:
    """In the identity application an identity of level 2 proves itself; elsewhere the carrier compares papers too."""
    return 2 if detail["channel"] == "identity_app" else 1


SUBSCRIBER_NUMBER = DetailType(
    name="subscriber_number",
    members={
        "actions": are_some_of(*ACTIONS),
        "phone_number": _is_number,
        "channel": is_one_of(*CHANNELS),
        "contract": is_one_of(*CONTRACTS),
        "sequence": _is_sequence,
    },
    form={
        "actions": f"an array of some of {listed(ACTIONS)}",
        "phone_number": "a Vietnamese mobile number in the form of E.164",
        "channel": f"one of {listed(CHANNELS)}",
        "contract": f"one of {listed(CONTRACTS)}",
        "sequence": f"which number of the person at this carrier it is, a whole number from 1 to {_MOST_NUMBERS}",
    },
    profiles=frozenset({ClientProfile.FAPI2, ClientProfile.CIBA}),
    once=True,
    level=_level,
    # A number has no part.
    covers=lambda granted, wanted: granted == wanted,
)
