"""Refresh (RFC 6749 §6, RFC 9700 §4.14): rotation, detection of reuse, forgiveness for a lost answer."""

from dataclasses import dataclass
from enum import Enum

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.authorisation import Confirmation, check_possession
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest, InvalidScope
from vneid_idp.protocol.grant_types.request import RotateGrant, TokenRequest
from vneid_idp.protocol.sender_constraint import must_be_bound
from vneid_idp.protocol.tokens import RefreshToken, open_refresh_token

GRACE: Instant = 30 * SECOND
"""How long the previous generation is answered with the same successor again: a phone in a lift loses answers."""


class RefreshVerdict(Enum):
    """What a presented generation means for the grant."""

    CURRENT = "current"
    REPEATED = "repeated"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class GrantRotation:
    """Where a grant stands in its rotation."""

    generation: int
    refreshed_at: Instant


def refresh(request: TokenRequest, sealer: Sealer) -> RotateGrant:
    """Require that the token may be used by this client, with the key that it is bound to. Raises `InvalidGrant`.

    Whether it is the current one, its grant must say.
    """
    token = _opened(request.params.get("refresh_token"), sealer)
    check_refresh(token, request.client, request.proof)
    params = request.params
    details = params.get("authorization_details")
    return RotateGrant(token, params.get("scope"), request.proof, details, request.audience)


def _opened(text: str | None, sealer: Sealer) -> RefreshToken:
    if text is None:
        raise InvalidRequest("refresh_token is missing.")
    token = open_refresh_token(sealer, text)
    if token is None:
        raise InvalidGrant("The refresh_token is not one that this provider issued.")
    return token


def judge(token: RefreshToken, rotation: GrantRotation, client: Client, now: Instant) -> RefreshVerdict:
    """Tell a good token from a repeat within the grace and from a replay.

    A client without a credential is forgiven nothing: whoever copied its token could repeat it as well.
    """
    if token.generation == rotation.generation:
        return RefreshVerdict.CURRENT
    is_previous = token.generation == rotation.generation - 1
    if is_previous and not client.is_public and now < rotation.refreshed_at + GRACE:
        return RefreshVerdict.REPEATED
    return RefreshVerdict.REPLAYED


def check_refresh(token: RefreshToken, client: Client, proof: Confirmation | None) -> None:
    """Require that the token was issued to this client, and that a bound one comes with its key.

    A confidential client proves itself, and may come with another key (RFC 9449 §5), but not with none: what was bound
    does not become a bearer's. A public one proves nothing but the key: of its bearer's tokens of before whoever found
    one would choose the key.
    """
    if token.client_id != client.client_id:
        raise InvalidGrant("The refresh token was not issued to this client.")
    if client.is_public and token.bound_to is None and must_be_bound(client):
        raise InvalidGrant("The refresh token is a bearer's, and the tokens of this client are bound to a key by now.")
    if client.is_public or proof is None:
        check_possession(token.bound_to, proof, InvalidGrant)


def narrowed(
    registered: tuple[str, ...], granted: tuple[str, ...], counting: tuple[str, ...], text: str | None
) -> tuple[str, ...]:
    """The scope for the new access token: what counts now of what was granted, or a part of it (RFC 6749 §6).

    Who asks for something that the person left out, or that counts no more, gets the rest, and the answer says so
    (§3.3): many libraries repeat the scope that they were configured with. Raises `InvalidScope` for what the client
    may never ask for, and where nothing would be left.
    """
    if text is None:
        return counting
    wanted = tuple(dict.fromkeys(text.split()))
    if not wanted or not set(wanted) <= {*granted, *registered, "openid"}:
        raise InvalidScope("A refresh asks for what was granted or a part of it, and for nothing unregistered.")
    left = tuple(name for name in wanted if name in counting)
    if not left:
        raise InvalidScope("Nothing of what this refresh asks for was granted, or it is permitted no more.")
    return left
