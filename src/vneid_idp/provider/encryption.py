"""Tokens for a relying party, encrypted to its key where it registered for that (OpenID Connect Registration §2)."""

from vneid_idp.clients.keys import Unreachable
from vneid_idp.keys.jwe import CannotEncrypt
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.jose import DEFAULT_CONTENT_ENCRYPTION, BadToken
from vneid_idp.web.context import Idp


async def encrypted(provider: Idp, client: Client, text: str, alg: str, enc: str | None, *, cty: str | None) -> str:
    """`text` as a JWE for the client. May fetch its keys, so call it outside a unit.

    Raises `InvalidClientMetadata` when the client publishes no key that fits and can be used.
    """
    try:
        key = await provider.client_keys.encryption_key(client, alg)
    except (BadToken, Unreachable) as error:
        raise InvalidClientMetadata(f"The client has no key to encrypt to: {error}.") from None
    try:
        return provider.keys.encrypt_to(key.jwk, text, alg=alg, enc=enc or DEFAULT_CONTENT_ENCRYPTION, cty=cty)
    except CannotEncrypt:
        raise InvalidClientMetadata("The client's key to encrypt to cannot be used with its algorithm.") from None
