"""Access tokens at our own APIs (RFC 6750)."""

from starlette.requests import Request

from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
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

    Sealing binds the purpose, so no code, refresh token, ID token or cookie passes for one. Whether the grant still
    stands is for the caller to read.
    """
    try:
        token = AccessToken.from_json(provider.keys.sealer.open_json(SealPurpose.ACCESS_TOKEN, text))
    except NotSealedHere as error:
        raise InvalidToken("The access token is not one that this provider issued.") from error
    if provider.clock.now() >= token.expires_at:
        raise InvalidToken("The access token has expired.")
    check_possession(token.bound_to, proof, InvalidToken)
    return token
