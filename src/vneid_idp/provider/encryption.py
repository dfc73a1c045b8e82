"""Tokens for a relying party, encrypted to its key where it registered for that (OpenID Connect Registration §2)."""

from dataclasses import dataclass

from vneid_idp.clients.keys import Unreachable
from vneid_idp.keys.jwe import CannotEncrypt
from vneid_idp.keys.ring import KeyRing
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.jose import DEFAULT_CONTENT_ENCRYPTION, BadToken, PublicKey
from vneid_idp.web.context import Idp


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a client's answers of one kind are encrypted with."""

    keys: KeyRing
    key: PublicKey
    alg: str
    enc: str

    def seal(self, text: str, *, cty: str | None) -> str:
        """`text` as a JWE. Raises `InvalidClientMetadata` when the key cannot be used with its algorithm."""
        try:
            return self.keys.encrypt_to(self.key.jwk, text, alg=self.alg, enc=self.enc, cty=cty)
        except CannotEncrypt:
            message = "The client's key to encrypt to cannot be used with its algorithm."
            raise InvalidClientMetadata(message) from None


async def find_envelope(provider: Idp, client: Client, alg: str, enc: str | None) -> Envelope:
    """What to encrypt with for a client that registered `alg`. May fetch its keys, so call it outside a unit, and
    before what is told is read: it takes the client's own time.

    Raises `InvalidClientMetadata` when the client publishes no key that fits.
    """
    try:
        key = await provider.client_keys.encryption_key(client, alg)
    except (BadToken, Unreachable) as error:
        raise InvalidClientMetadata(f"The client has no key to encrypt to: {error}.") from None
    return Envelope(provider.keys, key, alg, enc or DEFAULT_CONTENT_ENCRYPTION)
