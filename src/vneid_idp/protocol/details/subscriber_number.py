"""`subscriber_number`: a carrier registers a mobile number in the name of the person (Circular
08/2026/TT-BKHCN Art. 4)."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from vneid_idp.kernel.mobile_numbers import MOBILE_NUMBER
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.details.detail_type import Detail, DetailType, Members, Optional, Some

Channel = Literal["identity_app", "carrier_app", "carrier_point", "authorised_point"]
"""Where the person registers it: in the identity application, in the carrier's, at a point of the carrier's own, or of
one whom it authorised (Circular 08/2026/TT-BKHCN Art. 4.1)."""
Contract = Literal["prepaid", "postpaid"]
"""How the person pays."""
MOST_NUMBERS = 1000
"""The highest number that a number of somebody's at one carrier has."""


CHILD = "child"
"""The `holder` of a number that a parent or guardian registers for a child whom they choose."""
ORGANISATION_CODE = "^[A-Za-z0-9/]{1,30}$"
"""As carriers' registers have it (`registers.rows`)."""


class SubscriberNumber(Members):
    """Register one mobile number in the name of the person, once; or of a child of theirs, or for their use of an
    organisation's."""

    type: Literal["subscriber_number"]
    actions: Annotated[Some[Literal["bind"]], Field(description="an array of bind")]
    phone_number: Annotated[
        str, Field(pattern=f"^{MOBILE_NUMBER}$", description="a Vietnamese mobile number in the form of E.164")
    ]
    channel: Annotated[Channel, Field(description=f"one of {', '.join(get_args(Channel))}")]
    contract: Annotated[Contract, Field(description=f"one of {', '.join(get_args(Contract))}")]
    sequence: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_NUMBERS,
            description=f"which number of the person at this carrier it is, a whole number from 1 to {MOST_NUMBERS}",
        ),
    ]
    holder: Annotated[
        Optional[Literal["child"]], Field(description="child, where a parent or guardian registers it for a child")
    ] = None
    organisation_code: Annotated[
        Optional[str],
        Field(
            pattern=ORGANISATION_CODE,
            description="the code of the organisation that holds the number, of which the person is the user; "
            "sequence is 1",
        ),
    ] = None


def _level(detail: Detail) -> int:
    """In the identity application an identity of level 2 proves itself, and so does who acts for a child; elsewhere the
    carrier compares papers too."""
    return 2 if detail["channel"] == "identity_app" or is_for_child(detail) else 1


def is_for_child(detail: Detail) -> bool:
    """Whether a parent or guardian registers the number for a child."""
    return detail.get("holder") == CHILD


SUBSCRIBER_NUMBER = DetailType(
    name="subscriber_number",
    members=SubscriberNumber,
    profiles=frozenset({ClientProfile.FAPI2, ClientProfile.CIBA}),
    once=True,
    level=_level,
    for_child=is_for_child,
    # A number has no part.
    covers=lambda granted, wanted: granted == wanted,
)
