"""Access tokens at our own APIs (RFC 6750)."""

from starlette.requests import Request

from vneid_idp.protocol import tokens
from vneid_idp.protocol.authorisation import Confirmation, check_possession
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cors import let_read
from vneid_idp.web.exchange import exchange_of


def bearer_token(request: Request) -> str | None:
    """The token of the `Authorization` header; the scheme's name is case-insensitive (RFC 9110 §11.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def open_caller(request: Request, text: str | None) -> tuple[AccessToken, Client]:
    """The access token that a request brings as `text`, and the client that it was issued to, which the log names.

    Whether the grant still stands is for the caller to read. Raises `InvalidToken`.
    """
    if text is None:
        raise InvalidToken("An access token is needed.")
    provider = idp(request)
    token = _issued(provider, text)
    exchange_of(request).client_id = token.client_id
    client = await provider.clients.find(token.client_id)
    if client is not None:
        let_read(request, client)  # also that the token has expired, which its page learns in no other way
    _check_usable(provider, token, None)
    if client is None or not token.is_of(client):
        raise InvalidToken("The client of this access token has been disabled or deleted.")
    return token, client


def open_access_token(provider: Idp, text: str, proof: Confirmation | None = None) -> AccessToken:
    """The access token behind `text`, presented with the key that `proof` tells of. Raises `InvalidToken`."""
    token = _issued(provider, text)
    _check_usable(provider, token, proof)
    return token


def _issued(provider: Idp, text: str) -> AccessToken:
    token = tokens.open_access_token(provider.keys.sealer, text)
    if token is None:
        raise InvalidToken("The access token is not one that this provider issued.")
    return token


def _check_usable(provider: Idp, token: AccessToken, proof: Confirmation | None) -> None:
    if provider.clock.now() >= token.expires_at:
        raise InvalidToken("The access token has expired.")
    check_possession(token.bound_to, proof, InvalidToken)
