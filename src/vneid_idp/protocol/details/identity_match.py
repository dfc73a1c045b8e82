"""`identity_match`: a carrier may ask whether what it has of the person agrees with the population register. It is told
the verdict and no value."""

from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.details.detail_type import Detail, DetailType, are_some_of, is_one_of, listed

FIELDS = ("id_number", "full_name", "birthdate", "face")
PURPOSES = ("subscriber_authentication",)


def _covers(granted: Detail, wanted: Detail) -> bool:
    return granted["purpose"] == wanted["purpose"] and set(wanted["fields"]) <= set(granted["fields"])


IDENTITY_MATCH = DetailType(
    name="identity_match",
    members={"fields": are_some_of(*FIELDS), "purpose": is_one_of(*PURPOSES)},
    form={"fields": f"an array of some of {listed(FIELDS)}", "purpose": f"one of {listed(PURPOSES)}"},
    profiles=frozenset({ClientProfile.FAPI2, ClientProfile.CIBA}),
    once=False,
    level=lambda _: 1,
    covers=_covers,
)
