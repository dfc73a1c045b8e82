"""Access tokens at our own APIs (RFC 6750)."""

from starlette.requests import Request

from vneid_idp.protocol import tokens
from vneid_idp.protocol.authorisation import Confirmation, check_possession
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.web.context import Idp


def bearer_token(request: Request) -> str | None:
    """The token of the `Authorization` header; the scheme's name is case-insensitive (RFC 9110 §11.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def open_access_token(provider: Idp, text: str, proof: Confirmation | None = None) -> AccessToken:
    """The access token behind `text`, presented with the key that `proof` tells of. Raises `InvalidToken`.

    Whether the grant still stands is for the caller to read.
    """
    token = tokens.open_access_token(provider.keys.sealer, text)
    if token is None:
        raise InvalidToken("The access token is not one that this provider issued.")
    if provider.clock.now() >= token.expires_at:
        raise InvalidToken("The access token has expired.")
    check_possession(token.bound_to, proof, InvalidToken)
    return token
