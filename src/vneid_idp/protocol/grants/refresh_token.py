"""Refresh (RFC 6749 §6, RFC 9700 §4.14): rotation, detection of reuse, forgiveness for a lost answer."""

from dataclasses import dataclass
from enum import Enum

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant, InvalidScope
from vneid_idp.protocol.tokens import RefreshToken

GRACE: Instant = 30 * SECOND
"""How long the previous generation is answered with the same successor again: a phone in a lift loses answers."""


class Presented(Enum):
    """What a presented generation means for the grant."""

    CURRENT = "current"
    REPEATED = "repeated"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Rotation:
    """Where a grant stands in its rotation."""

    generation: int
    refreshed_at: Instant


def judge(token: RefreshToken, rotation: Rotation, now: Instant) -> Presented:
    """Tell a good token from a repeat within the grace and from a replay."""
    if token.generation == rotation.generation:
        return Presented.CURRENT
    if token.generation == rotation.generation - 1 and now < rotation.refreshed_at + GRACE:
        return Presented.REPEATED
    return Presented.REPLAYED


def check_refresh(token: RefreshToken, client: Client) -> None:
    """Require that the token was issued to this client."""
    if token.client_id != client.client_id:
        raise InvalidGrant("The refresh token was not issued to this client.")


def narrowed(granted: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """The scope for the new access token: as granted, or a part of it (RFC 6749 §6)."""
    if text is None:
        return granted
    wanted = tuple(dict.fromkeys(text.split()))
    if not wanted or not set(wanted) <= set(granted):
        raise InvalidScope("A refresh asks for a part of what was granted, and for no more.")
    return wanted
