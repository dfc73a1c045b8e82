"""Encryption to a relying party's key, and decryption with ours (RFC 7516, RFC 7518 §4 and §5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from vneid_idp.protocol import jose

_KEY_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class CannotEncrypt(Exception):
    """The relying party's key does not fit the algorithm that it registered."""


class NotEncryptedToUs(Exception):
    """The text is no JWE under one of our published encryption keys and the algorithms that we advertise."""


def encrypt_to(jwk: Mapping[str, Any], text: str, *, alg: str, enc: str, cty: str | None = "JWT") -> str:
    """A compact JWE of `text` that only the holder of the private half of `jwk` can read.

    `cty` is `JWT` for a nested token (RFC 7519 §5.2) and `None` for plain JSON. Raises `CannotEncrypt`.
    """
    key_type = _KEY_TYPES.get(str(jwk.get("kty")))
    if key_type is None or alg not in jose.KEY_ENCRYPTION_ALGORITHMS or enc not in jose.CONTENT_ENCRYPTION_ALGORITHMS:
        raise CannotEncrypt(alg)
    header = {"alg": alg, "enc": enc}
    if cty is not None:
        header["cty"] = cty
    if "kid" in jwk:
        header["kid"] = jwk["kid"]
    try:
        return jwe.encrypt_compact(header, text, key_type.import_key(dict(jwk)), algorithms=[alg, enc])
    except (JoseError, ValueError, TypeError) as error:
        raise CannotEncrypt(alg) from error


def decrypt(keys: Iterable[RSAKey], text: str) -> str:
    """The plaintext of a compact JWE under one of `keys`; raises `NotEncryptedToUs` for everything else."""
    # No `zip` among them: compressed content could unpack to any size.
    algorithms = [*jose.OUR_KEY_ENCRYPTION_ALGORITHMS, *jose.OUR_CONTENT_ENCRYPTION_ALGORITHMS]
    for key in keys:
        try:
            found = jwe.decrypt_compact(text, key, algorithms=algorithms)
            if found.plaintext is not None:
                return found.plaintext.decode()
        except (JoseError, ValueError, TypeError):
            continue
    raise NotEncryptedToUs
