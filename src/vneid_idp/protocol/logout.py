"""RP-initiated log-out (OpenID Connect RP-Initiated Logout 1.0), and how relying parties are told (Back-Channel Logout
1.0, Front-Channel Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vneid_idp.kernel.clock import MINUTE, Instant, to_seconds
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, UnregisteredAddress
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.tokens import is_id_token
from vneid_idp.protocol.uris import with_query

LOGOUT_TOKEN_TYPE = "logout+jwt"
LOGOUT_TOKEN_LIFE: Instant = 2 * MINUTE
_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_STATE = 4096


@dataclass(frozen=True, slots=True)
class Hint:
    """The relying party and the person that an ID token of ours, expired or not, speaks of."""

    client_id: str
    subject: str


def read_hint(claims: Mapping[str, Any], issuer: str, params: Params) -> Hint:
    """The hint in the claims of a token whose signature is ours. Raises `InvalidRequest`."""
    if claims.get("iss") != issuer or not is_id_token(claims):
        raise InvalidRequest("id_token_hint is not an ID token of this provider.")
    hint = Hint(str(claims["aud"]), str(claims["sub"]))
    if params.get("client_id", hint.client_id) != hint.client_id:
        raise InvalidRequest("client_id is not the client that the id_token_hint was issued to.")
    return hint


def read_address(client: Client | None, params: Params) -> str | None:
    """Where the browser goes after signing out; `None` for a page of ours. Raises `InvalidRequest`.

    Only where a client is named, by the hint or by its client_id (§2), and only to an address that it registered, byte
    for byte (§3): the parameter alone proves nothing, and signing out would be an open redirector.
    """
    uri = params.get("post_logout_redirect_uri")
    if uri is None:
        return None
    if client is None:
        raise InvalidRequest("post_logout_redirect_uri needs an id_token_hint, or the client_id of who registered it.")
    if uri not in client.post_logout_redirect_uris:
        raise UnregisteredAddress(
            "post_logout_redirect_uri is not one that this client registered (exact match).",
            uri,
            client.post_logout_redirect_uris,
        )
    state = params.get("state")
    if state is None:
        return uri
    if len(state) > _LONGEST_STATE:
        raise InvalidRequest(f"state is longer than {_LONGEST_STATE} characters.")
    return with_query(uri, state=state)


def front_channel_address(registered: str, issuer: str, session_id: str) -> str:
    """What is framed to sign a person out at a relying party (Front-Channel Logout §2); the query that it registered
    stays."""
    return with_query(registered, iss=issuer, sid=session_id)


def logout_token_claims(
    issuer: str, client_id: str, subject: str, session_id: str, notice_id: str, now: Instant
) -> dict[str, Any]:
    """The claims of a log-out token (Back-Channel Logout §2.4). A repeated notice keeps its `jti`."""
    return {
        "iss": issuer,
        "aud": client_id,
        "sub": subject,
        "sid": session_id,
        "iat": to_seconds(now),
        "exp": to_seconds(now + LOGOUT_TOKEN_LIFE),
        "jti": notice_id,
        "events": {_EVENT: {}},
    }
