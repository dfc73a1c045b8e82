"""Access tokens at our own APIs (RFC 6750), with the key that some are bound to (RFC 9449 §7, RFC 8705 §3)."""

from dataclasses import dataclass

from starlette.requests import Request

from vneid_idp.protocol import tokens
from vneid_idp.protocol.authorisation import check_possession
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidDpopProof, InvalidToken, UseDpopNonce
from vneid_idp.protocol.protected_resources import WELL_KNOWN, resource_of
from vneid_idp.protocol.tokens import AccessToken
from vneid_idp.web.certificate import certificate_of
from vneid_idp.web.context import idp
from vneid_idp.web.cors import let_read
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.interaction_id import new_interaction_id
from vneid_idp.web.possession import read_proven
from vneid_idp.web.request_headers import header


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A token as a request brings it."""

    text: str
    with_proof: bool = False
    """Whether by the scheme that says that it is bound to a key."""


def presented_token(request: Request) -> PresentedToken | None:
    """The token of the `Authorization` header; the scheme's name is case-insensitive (RFC 9110 §11.1)."""
    scheme, _, token = header(request, b"authorization", "").partition(" ")
    scheme, token = scheme.lower(), token.strip()
    return PresentedToken(token, scheme == "dpop") if token and scheme in ("bearer", "dpop") else None


def bearer_token(request: Request) -> str | None:
    """The same where no token is bound to a key."""
    found = presented_token(request)
    return None if found is None or found.with_proof else found.text


async def open_caller(request: Request, presented: PresentedToken | None) -> tuple[AccessToken, Client]:
    """The access token that a request brings, and the client that it was issued to, which the log names.

    Whether the grant still stands is for the caller to read. Raises `InvalidToken`, and of a proof `InvalidDpopProof`
    and `UseDpopNonce`.
    """
    provider = idp(request)
    resource = resource_of(request.scope["path"])
    exchange_of(request).resource = None if resource is None else provider.url(WELL_KNOWN + resource)
    token = None if presented is None else tokens.open_access_token(provider.keys.sealer, presented.text)
    client = None if token is None else await provider.clients.find(token.client_id)
    _name_interaction(request, client)
    if presented is None:
        raise InvalidToken("An access token is needed.")
    if token is None:
        if presented.text.count(".") == 2:
            raise InvalidToken("A signed token is for whoever reads it, and none of our own APIs.", about="signed")
        raise InvalidToken("The access token is not one that this provider issued.")
    exchange_of(request).client_id = token.client_id
    if client is not None:
        let_read(request, client)  # also that the token has expired, which its page learns in no other way
    if provider.clock.now() >= token.expires_at:
        raise InvalidToken("The access token has expired.")
    if client is None or not token.is_of(client):
        raise InvalidToken(
            "The client of this access token has been disabled or deleted, or binds its tokens to a key by now."
        )
    if not token.is_for(resource):
        raise InvalidToken("The access token is for another resource (RFC 8707).", about="resource")
    await _check_possession(request, presented, token, client)
    return token, client


def _name_interaction(request: Request, client: Client | None) -> None:
    """A financial-grade client is told a name of ours where it sent none, and so is who may be one: a caller whose
    token tells nothing."""
    exchange = exchange_of(request)
    if exchange.interaction_id is None and (client is None or PROFILES[client.profile].interaction_id):
        exchange.interaction_id = new_interaction_id()


async def _check_possession(request: Request, presented: PresentedToken, token: AccessToken, client: Client) -> None:
    """A bound token comes by its own scheme and with its key, and a bearer's by neither (RFC 9449 §7.1, §7.2)."""
    is_bound = tokens.token_type(token.bound_to) == "DPoP"
    if presented.with_proof and not is_bound:
        raise InvalidToken("The access token is not bound to a DPoP key: send it as a Bearer's.", about="scheme")
    if is_bound and not presented.with_proof:
        raise InvalidToken(
            "The access token is bound to a key: send it by the scheme DPoP, with a proof.", about="dpop"
        )
    if not presented.with_proof:
        certificate = None if token.bound_to is None else certificate_of(idp(request), request)
        check_possession(token.bound_to, None if certificate is None else certificate.confirmation, InvalidToken)
        return
    try:
        proven = read_proven(request, client, presented.text)
        if proven.key is None:
            raise InvalidDpopProof("A DPoP proof is needed with this access token.")
        check_possession(token.bound_to, proven.key, InvalidToken)
        await proven.use_up(idp(request), client)
    except (InvalidDpopProof, UseDpopNonce) as error:
        error.status = 401
        raise
