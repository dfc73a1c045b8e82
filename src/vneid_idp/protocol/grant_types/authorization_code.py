"""Redemption of an authorization code (RFC 6749 §4.1.3)."""

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.audience import meant_for
from vneid_idp.protocol.authorisation import check_possession
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import narrowed_details
from vneid_idp.protocol.errors import InvalidGrant, InvalidRequest
from vneid_idp.protocol.grant_types.request import OpenGrant, TokenRequest
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.permitted import may_refresh
from vneid_idp.protocol.pkce import check_verifier
from vneid_idp.protocol.times import CLOCK_SKEW
from vneid_idp.protocol.tokens import CODE_LIFE, Code, open_code


def redeem(request: TokenRequest, sealer: Sealer) -> OpenGrant:
    """Require that this code may be redeemed now, by this client, with these parameters. Raises `InvalidGrant`, and
    `InvalidAuthorizationDetails` and `InvalidTarget` for more than it was issued for (RFC 9396 §6, RFC 8707 §2.2).

    That the code was not redeemed before is no question of values: the unique index on the grant answers it.
    """
    code = _opened(request.params.get("code"), sealer)
    check_redemption(code, request.client, request.params, request.now)
    # Ordered for a key beforehand, or not: the tokens are bound to the key that is proven now (RFC 9449 §5, §10).
    check_possession(code.authorisation.bound_to, request.proof, InvalidGrant)
    authorisation = altered(code.authorisation, bound_to=request.proof)
    details = narrowed_details(authorisation.details, request.params.get("authorization_details"))
    meant_for(authorisation, request.audience)  # before the code is used up
    refreshable = may_refresh(request.client, authorisation.scope)
    return OpenGrant(code.grant_id, authorisation, code.nonce, refreshable, details, audience=request.audience)


def _opened(text: str | None, sealer: Sealer) -> Code:
    if text is None:
        raise InvalidRequest("code is missing.")
    code = open_code(sealer, text)
    if code is None:
        raise InvalidGrant("The code is not one that this provider issued.")
    return code


def check_redemption(code: Code, client: Client, params: Params, now: Instant) -> None:
    """Require that this client may redeem this code with these parameters now. Raises `InvalidGrant`."""
    if code.authorisation.client_id != client.client_id:
        raise InvalidGrant("The authorization code was not issued to this client.")
    if now >= code.issued_at + CODE_LIFE:
        raise InvalidGrant("The authorization code has expired.")
    if code.issued_at > now + CLOCK_SKEW:
        raise InvalidGrant("The authorization code is from the future.")
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise InvalidRequest("redirect_uri is missing (RFC 6749 §4.1.3).")
    if redirect_uri != code.redirect_uri:
        raise InvalidGrant("redirect_uri is not the one of the authorization request.")
    if not client.has_redirect_uri(redirect_uri):
        raise InvalidGrant("redirect_uri is no longer one of the redirect_uris that this client registered.")
    check_verifier(code.code_challenge, params.get("code_verifier"))
