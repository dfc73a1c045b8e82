"""What a person is asked to agree to (RFC 9396): that a number is to be theirs, and that we compare what we have."""

from typing import Any

Json = dict[str, Any]

IN_OUR_APP, IN_IDENTITY_APP, AT_OUR_POINT = "carrier_app", "identity_app", "carrier_point"
"""Where somebody registers a number (Circular 08/2026/TT-BKHCN Art. 4.1)."""
MATCH: Json = {
    "type": "identity_match",
    "fields": ["id_number", "full_name", "birthdate", "face"],
    "purpose": "subscriber_authentication",
}
"""The four fields of that article are compared with the population register."""


def subscriber_number(phone: str, channel: str, contract: str, sequence: int) -> Json:
    """A number is to be registered in the person's name, as which number of theirs."""
    return {
        "type": "subscriber_number",
        "actions": ["bind"],
        "phone_number": phone,
        "channel": channel,
        "contract": contract,
        "sequence": sequence,
    }


def as_bound(detail: Json) -> Json:
    """The same, as `numbers/v1` hears it."""
    return {name: value for name, value in detail.items() if name not in ("type", "actions")}
