"""`identity_match`: a carrier may ask whether what it has of the person agrees with the population register. It is told
the verdict and no value."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.details.detail_type import Detail, DetailType, Members, Some

_Field = Literal["id_number", "full_name", "birthdate", "face"]
FIELDS: tuple[str, ...] = get_args(_Field)


class IdentityMatch(Members):
    """Ask whether what the carrier has of the person agrees with the population register."""

    type: Literal["identity_match"]
    fields: Annotated[Some[_Field], Field(description=f"an array of some of {', '.join(FIELDS)}")]
    purpose: Annotated[Literal["subscriber_authentication"], Field(description="subscriber_authentication")]


def _covers(granted: Detail, wanted: Detail) -> bool:
    return granted["purpose"] == wanted["purpose"] and set(wanted["fields"]) <= set(granted["fields"])


IDENTITY_MATCH = DetailType(
    name="identity_match",
    members=IdentityMatch,
    profiles=frozenset({ClientProfile.FAPI2, ClientProfile.CIBA}),
    once=False,
    level=lambda _: 1,
    covers=_covers,
)
