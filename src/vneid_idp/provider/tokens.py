"""Tokens that come back to us: which kind they are, and whose."""

from vneid_idp.keys.ring import NotSignedHere
from vneid_idp.protocol.signed_token import TYP
from vneid_idp.protocol.tokens import (
    AccessToken,
    RefreshToken,
    open_access_token,
    open_refresh_token,
    open_signed_token,
)
from vneid_idp.web.context import Idp


def find_token(provider: Idp, text: str) -> AccessToken | RefreshToken | None:
    """The access or refresh token behind `text`, expired or not; `None` for everything else.

    The hint of the client is not needed: the sealing binds the purpose, so a token opens as what it is or not at all.
    """
    sealer = provider.keys.sealer
    return open_access_token(sealer, text) or open_refresh_token(sealer, text) or find_signed_token(provider, text)


def find_signed_token(provider: Idp, text: str) -> AccessToken | None:
    """The access token for a foreign resource server behind `text`, expired or not; what we sign for other ends has
    another `typ` (RFC 9068 §4)."""
    try:
        jti = provider.keys.verify_own(text, provider.clock.now(), typ=TYP).get("jti")
    except NotSignedHere:
        return None
    return open_signed_token(provider.keys.sealer, jti) if isinstance(jti, str) else None
