"""A request that is answered on another device than the one where it began: its client polls for the answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorisation import Origin


class PolledKind(StrEnum):
    """How such a request began. Rows name it, so a member is never renamed."""

    DEVICE = "device"
    """On a device that shows a code (RFC 8628); whoever types the code elsewhere answers."""
    BACKCHANNEL = "backchannel"
    """At a client that named the person (CIBA Core §7), who answers in the app."""

    @property
    def origin(self) -> Origin:
        """How what comes of it came about."""
        return Origin.DEVICE if self is PolledKind.DEVICE else Origin.BACKCHANNEL


@dataclass(frozen=True, slots=True)
class Polled:
    """Where the answer of an authorization request goes that no browser takes back."""

    request_id: str
    """The request that its client polls for (`cross_device`)."""
    kind: PolledKind
    until: Instant
    """When the client stops asking."""
    person_id: str | None = None
    """Who alone may answer; `None` for whoever has the code."""
    binding_message: str | None = None
    """What the client shows as well, so that the person sees which request it is (CIBA Core §7.1)."""

    declared_place: str | None = None
    """Where the client says that it is dealing with the person."""

    def to_json(self) -> list[Any]:
        """The array that is stored in the request."""
        return [self.request_id, self.kind, self.until, self.person_id, self.binding_message, self.declared_place]

    @classmethod
    def from_json(cls, values: list[Any]) -> "Polled":
        """What `to_json` of this or an earlier version wrote."""
        request_id, kind, *rest = values
        return cls(request_id, PolledKind(kind), *rest)
