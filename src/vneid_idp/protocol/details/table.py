"""Every type of `authorization_details` that this provider knows. A new one is a file, and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from vneid_idp.protocol.details.detail_type import DetailType
from vneid_idp.protocol.details.identity_match import IDENTITY_MATCH
from vneid_idp.protocol.details.subscriber_number import SUBSCRIBER_NUMBER

DETAIL_TYPES: Mapping[str, DetailType] = MappingProxyType(
    {each.name: each for each in (SUBSCRIBER_NUMBER, IDENTITY_MATCH)}
)
