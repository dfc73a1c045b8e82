"""An authorization response as one JWT (JWT Secured Authorization Response Mode, JARM §2.1)."""

from collections.abc import Mapping

from vneid_idp.kernel.clock import MINUTE, Instant, to_seconds
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import Client
from vneid_idp.provider.encryption import find_envelope
from vneid_idp.web.context import Idp

RESPONSE_LIFE: Instant = 5 * MINUTE
"""How long a client may take to look at it; the code in it is good for less."""


async def signed_response(provider: Idp, client: Client, parameters: Mapping[str, str]) -> str:
    """The parameters signed for the client, and encrypted where it registered that. Raises `InvalidClientMetadata`."""
    alg, enc = client.authorization_encrypted_response_alg, client.authorization_encrypted_response_enc
    envelope = None if alg is None else await find_envelope(provider, client, alg, enc)
    now = provider.clock.now()
    claims = {**parameters, "iss": provider.issuer, "aud": client.client_id, "exp": to_seconds(now + RESPONSE_LIFE)}
    signed = provider.keys.sign(_algorithm(client), claims, now=now)
    return signed if envelope is None else envelope.seal(signed, cty="JWT")


def _algorithm(client: Client) -> str:
    """What was registered; else RS256 (JARM §3), where the profile takes it."""
    usual = "RS256" if "RS256" in PROFILES[client.profile].signing_algorithms else "ES256"
    return client.authorization_signed_response_alg or usual
