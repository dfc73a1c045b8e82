"""Tokens that come back to us: which kind they are, and whose."""

from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.protocol.tokens import AccessToken, RefreshToken
from vneid_idp.web.context import Idp


def find_token(provider: Idp, text: str) -> AccessToken | RefreshToken | None:
    """The access or refresh token behind `text`, expired or not; `None` for everything else.

    The hint of the client is not needed: the sealing binds the purpose, so a token opens as what it is or not at all.
    """
    sealer = provider.keys.sealer
    try:
        return AccessToken.from_json(sealer.open_json(SealPurpose.ACCESS_TOKEN, text))
    except NotSealedHere:
        pass
    try:
        return RefreshToken.from_json(sealer.open_json(SealPurpose.REFRESH_TOKEN, text))
    except NotSealedHere:
        return None
