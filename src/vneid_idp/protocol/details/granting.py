"""`authorization_details` from the request to the last token: read, kept to what a client may have, never made wider
(RFC 9396 §5 to §7)."""

from typing import Any

import orjson

from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import BadDetail, Detail, Details
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.errors import InvalidAuthorizationDetails

MOST_DETAILS = 8
"""Objects in one request: each is a sentence that somebody reads before they agree."""


def read_details(text: str) -> Details:
    """The value of the parameter. Raises `InvalidAuthorizationDetails` for anything that a type does not know (§5)."""
    try:
        parsed = read_foreign_json(text)
    except BadJson as error:
        raise InvalidAuthorizationDetails(f"authorization_details {error}.") from None
    if not isinstance(parsed, list) or not 0 < len(parsed) <= MOST_DETAILS:
        raise InvalidAuthorizationDetails(f"authorization_details must be an array of 1 to {MOST_DETAILS} objects.")
    found = tuple(_read(place, value) for place, value in enumerate(parsed))
    if any(each in found[:place] for place, each in enumerate(found)):
        raise InvalidAuthorizationDetails("authorization_details holds the same object twice.")
    return found


def _read(place: int, value: Any) -> Detail:
    name = value.get("type") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in DETAIL_TYPES:
        raise InvalidAuthorizationDetails(
            f"authorization_details[{place}] must be an object whose type is one of {', '.join(DETAIL_TYPES)}."
        )
    try:
        return DETAIL_TYPES[name].read(value)
    except BadDetail as error:
        raise InvalidAuthorizationDetails(f"authorization_details[{place}], of the type {name}, {error}.") from None


def check_may_ask(client: Client, details: Details) -> None:
    """Require that the client is registered for every type, under a profile that may ask for it.

    Raises `InvalidAuthorizationDetails`.
    """
    for detail in details:
        if not _may_have(client, detail):
            raise InvalidAuthorizationDetails(
                f"This client is not registered for authorization_details of the type {detail['type']}."
            )


def permitted_details(client: Client, details: Details) -> Details:
    """Those that count for `client` as it is registered now."""
    return tuple(detail for detail in details if _may_have(client, detail)) if details else ()


def _may_have(client: Client, detail: Detail) -> bool:
    known = DETAIL_TYPES.get(detail["type"])
    return known is not None and known.name in client.authorization_details_types and client.profile in known.profiles


def lasting(details: Details) -> Details:
    """Those that are no act: what a grant goes on to permit when the tokens of its code are spent."""
    return tuple(detail for detail in details if not _is_act(detail)) if details else ()


def still_granted(granted: Details, carried: Details) -> Details:
    """What a token has `carried` and its grant allows: what is `granted`, and an act, of which the token alone knows.

    Whether the client may have it by now, `permitted_details` says."""
    return tuple(each for each in carried if _is_act(each) or covered(granted, each)) if carried else ()


def _is_act(detail: Detail) -> bool:
    # Of a type that another version of this program knows nothing counts, whatever it is.
    known = DETAIL_TYPES.get(detail["type"])
    return known is not None and known.once


def covered(granted: Details, wanted: Detail) -> bool:
    """Whether one of those `granted` allows all that is `wanted`."""
    known = DETAIL_TYPES.get(wanted["type"])
    return known is not None and any(each["type"] == wanted["type"] and known.covers(each, wanted) for each in granted)


def narrowed_details(granted: Details, text: str | None) -> Details:
    """What a token request asks of what was granted: all, or a part of it (§6).

    Raises `InvalidAuthorizationDetails` for anything that was not granted.
    """
    if text is None:
        return granted
    wanted = read_details(text)
    if not all(covered(granted, each) for each in wanted):
        raise InvalidAuthorizationDetails("authorization_details asks for something that was not granted.")
    return wanted


def level_of(details: Details) -> int:
    """The level of identity that these take of a person."""
    return max((DETAIL_TYPES[detail["type"]].level(detail) for detail in details), default=1)


def about_child(details: Details) -> bool:
    """Whether these make a request one about a child; then all of them speak of the child."""
    return any(DETAIL_TYPES[detail["type"]].for_child(detail) for detail in details)


def digest_of(details: Details) -> str | None:
    """What tells these details from all others; nothing for none."""
    return digest(orjson.dumps(list(details), option=orjson.OPT_SORT_KEYS).decode()) if details else None
