"""A carrier's device that takes faces, and what it signs."""

from typing import Any

import orjson
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from vneid_idp.faces.evidence import TYP, DeviceKey, id_number_digest
from vneid_idp.kernel.clock import Instant, to_seconds
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol.jose import read_key

ISSUER = "https://idp.example"
ID_NUMBER = "097196000001"
DEVICE_ID = "dev_counter_3"
LIVENESS = {"method": "active", "standard": "ISO/IEC 30107-3", "passed": True, "score": 0.98}
OWN = {"image_digest": base64url(b"i" * 32), "score": 0.81, "threshold": 0.6}
KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


def public(key: ECKey | OKPKey) -> dict[str, Any]:
    """What is registered of the device's key."""
    return dict(key.as_dict(private=False))


def device_key(key: ECKey | OKPKey = KEY, alg: str = "ES256") -> DeviceKey:
    """The key as the provider has it."""
    read = read_key(public(key))
    assert read is not None
    return DeviceKey(read, alg)


def claims(now: Instant, **changes: Any) -> dict[str, Any]:
    """What a device says of a face, with a template unless the changes say otherwise; `None` leaves a member out."""
    jti = changes.get("jti", "capture-1")
    members: dict[str, Any] = {
        "aud": ISSUER,
        "iat": to_seconds(now),
        "jti": jti,
        "device": DEVICE_ID,
        "id_number_digest": id_number_digest(str(jti), ID_NUMBER),
        "liveness": LIVENESS,
        "matcher": "model-1",
        "template": "a.b.c.d.e",
    }
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def signed(members: dict[str, Any], *, key: ECKey | OKPKey = KEY, alg: str = "ES256", typ: str = TYP) -> str:
    """The evidence, as the device sends it."""
    text = ".".join(base64url(orjson.dumps(part)) for part in ({"alg": alg, "typ": typ}, members))
    return f"{text}.{base64url(JWSRegistry.algorithms[alg].sign(text.encode(), key))}"
