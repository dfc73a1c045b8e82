"""Tokens that come back to us: which kind they are, and whose."""

from vneid_idp.protocol.tokens import AccessToken, RefreshToken, open_access_token, open_refresh_token
from vneid_idp.web.context import Idp


def find_token(provider: Idp, text: str) -> AccessToken | RefreshToken | None:
    """The access or refresh token behind `text`, expired or not; `None` for everything else.

    The hint of the client is not needed: the sealing binds the purpose, so a token opens as what it is or not at all.
    """
    sealer = provider.keys.sealer
    return open_access_token(sealer, text) or open_refresh_token(sealer, text)
