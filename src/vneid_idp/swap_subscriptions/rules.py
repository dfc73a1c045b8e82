"""A subscription to the SIM swaps of a person's number."""

from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError

MOST = 5
"""How many a client may have of one person at a time: each is another address."""
BEFORE_TOKEN_ENDS: Instant = 5 * MINUTE
"""So long before the token for the address expires a subscription ends, so that its end can be told by that token."""


class Reason(StrEnum):
    """Why one ended, in the words of CAMARA. Rows name it, so a member is never renamed."""

    MAX_EVENTS_REACHED = "MAX_EVENTS_REACHED"
    NETWORK_TERMINATED = "NETWORK_TERMINATED"
    """The person withdrew, or client or person are here no more."""
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    ACCESS_TOKEN_EXPIRED = "ACCESS_TOKEN_EXPIRED"
    SUBSCRIPTION_DELETED = "SUBSCRIPTION_DELETED"


class AlreadySubscribed(DomainError):
    """The client has a subscription of this person at that address already."""

    code = "ALREADY_EXISTS"
    status = 409
    title = "There is a subscription for this person at that sink already."


class TooManySubscriptions(DomainError):
    """The client has as many subscriptions of this person as it may have."""

    code = "QUOTA_EXCEEDED"
    status = 429
    title = f"There are {MOST} subscriptions for this person already, which is the most that a client may have."


class SubscriptionNotFound(DomainError):
    """There is no such subscription of this client and person, or it has ended."""

    code = "NOT_FOUND"
    status = 404
    title = "There is no such subscription."


@dataclass(frozen=True, slots=True)
class SwapSubscription:
    """What a client is told, and until when."""

    person_id: str
    subscription_id: str
    client_id: str
    sink: str
    """The address to which events are posted."""
    sealed_token: str | None
    """The token that goes with them, under the key of the person (`service.SEALED_TOKEN`)."""
    token_expires_at: Instant | None
    started_at: Instant
    expires_at: Instant | None = None
    most_events: int | None = None
    told: int = 0
    """How many swaps it has been told of."""
    ended_at: Instant | None = None
    reason: Reason | None = None

    @property
    def due(self) -> tuple[Instant, Reason] | None:
        """When it ends by itself, and why then; nothing where it does not."""
        ends = [] if self.expires_at is None else [(self.expires_at, Reason.SUBSCRIPTION_EXPIRED)]
        if self.token_expires_at is not None:
            ends.append((self.token_expires_at - BEFORE_TOKEN_ENDS, Reason.ACCESS_TOKEN_EXPIRED))
        return min(ends, default=None)

    @property
    def is_used_up(self) -> bool:
        """Whether it has been told of as many swaps as it asked for."""
        return self.most_events is not None and self.told >= self.most_events

    @property
    def is_silent(self) -> bool:
        """Whether nothing is told any more, not even what happened while it stood: somebody wanted it to end."""
        return self.reason in (Reason.NETWORK_TERMINATED, Reason.SUBSCRIPTION_DELETED)
