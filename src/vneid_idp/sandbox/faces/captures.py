"""`POST /sandbox/captures`: a make-believe camera, for who has no device of their own yet.

It takes a face, or a photograph of one, and signs evidence with the key of a device that it registers for the client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.faces import devices
from vneid_idp.faces.devices import CaptureDevice
from vneid_idp.faces.evidence import TYP, FaceRoute, id_number_digest
from vneid_idp.kernel.clock import to_seconds
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex, base64url, digest, from_base64url, new_id, new_secret
from vneid_idp.keys.jwe import encrypt_to
from vneid_idp.sandbox.country.dice import Dice
from vneid_idp.sandbox.faces import model
from vneid_idp.sandbox.faces.model import Capture, Shows
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.web.bodies import read_json
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response

_LONGEST = 4096
_NAME = "Make-believe camera"
_DEED = Deed("sandbox", "a make-believe camera")
_ALG = "ES256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5)."""
_REMARK = "Made by the sandbox out of dice: no face, no camera, nobody."


class BadCapture(DomainError):
    """What is asked for is nothing that the camera takes."""

    code = "bad_capture"
    status = 422
    title = (
        'Send {"client_id": …, "id_number": 12 digits, "shows": "genuine" | "other" | "photograph" | "mask"}; '
        '"route" may be "own_template", and "seed", a whole number, makes the same capture again.'
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    client_id: str
    id_number: str
    shows: Shows
    route: FaceRoute
    seed: int | None


async def take(request: Request) -> Response:
    """`POST /sandbox/captures`: evidence of one capture. Neither face nor evidence is kept."""
    provider = idp(request)
    try:
        asked = _read(await read_json(request, _LONGEST))
    except (ValueError, KeyError, TypeError):
        raise BadCapture from None
    key = _key_of(provider.keys.blind, asked.client_id)
    device = await _device(provider, asked.client_id, key.as_dict(private=False))
    person = await provider.registry.find_by_number(asked.id_number)
    person_id = f"nobody {asked.id_number}" if person is None else person.person_id
    dice = Dice(0, new_secret()) if asked.seed is None else Dice(asked.seed, person_id, asked.shows)
    taken = model.capture(person_id, asked.shows, dice)
    claims = _claims(provider, asked, device, taken) | _compared(provider, asked, person_id, taken)
    told = {"evidence": _signed(key, claims), "device": device.device_id, "make_believe": _REMARK}
    return json_response(told, 201)


def _read(body: Mapping[str, Any]) -> _Asked:
    id_number, seed = body["id_number"], body.get("seed")
    if not (isinstance(id_number, str) and id_number.isascii() and id_number.isdigit() and len(id_number) == 12):
        raise ValueError("id_number")
    if isinstance(seed, bool) or not isinstance(seed, int | None):
        raise ValueError("seed")
    route = FaceRoute(body.get("route", FaceRoute.NATIONAL))
    return _Asked(str(body["client_id"]), id_number, Shows(body["shows"]), route, seed)


def _claims(provider: Idp, asked: _Asked, device: CaptureDevice, taken: Capture) -> dict[str, Any]:
    jti = new_id("cap")
    return {
        "aud": provider.issuer,
        "iat": to_seconds(provider.clock.now()),
        "jti": jti,
        "device": device.device_id,
        "id_number_digest": id_number_digest(jti, asked.id_number),
        "liveness": {
            "method": "passive",
            "standard": "ISO/IEC 30107-3",
            "passed": taken.is_alive,
            "score": taken.liveness,
        },
        "matcher": model.MODEL,
    }


def _compared(provider: Idp, asked: _Asked, person_id: str, taken: Capture) -> dict[str, Any]:
    """The template, sealed to the provider; or what a matcher of the carrier's own says, with the person's face as it
    is on file: a carrier of the sandbox has good pictures of its subscribers."""
    text = base64url(taken.template)
    if asked.route is FaceRoute.NATIONAL:
        return {"template": encrypt_to(_published(provider), text, alg="RSA-OAEP", enc="A256GCM", cty=None)}
    shown = model.from_bytes(taken.template)
    assert shown is not None
    found = model.score(model.face_of(person_id), shown)
    return {"image_digest": digest(text), "score": found, "threshold": model.THRESHOLD}


def _published(provider: Idp) -> Mapping[str, Any]:
    """The key to encrypt to, out of the JWK Set as any device finds it."""
    found = orjson.loads(provider.keys.jwks_bytes(provider.clock.now()))["keys"]
    encrypting: list[dict[str, Any]] = [key for key in found if key.get("use") == "enc"]
    return encrypting[-1]


def _key_of(blind: BlindIndex, client_id: str) -> ECKey:
    """The camera's key for a client: always the same, kept nowhere, and another one in another sandbox."""
    secret = int.from_bytes(from_base64url(blind.of("sandbox.capture_device", client_id)))
    private = derive_private_key(secret % (_ORDER - 1) + 1, SECP256R1())
    return ECKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


async def _device(provider: Idp, client_id: str, jwk: Mapping[str, Any]) -> CaptureDevice:
    async def ensure(unit: Unit) -> CaptureDevice:
        found = await _find(unit, client_id, jwk)  # another request may have been faster
        return await devices.register(unit, client_id, _NAME, jwk, _DEED) if found is None else found

    async with provider.db.reading() as unit:
        found = await _find(unit, client_id, jwk)
    return await provider.db.transact(ensure) if found is None else found


async def _find(unit: Reading, client_id: str, jwk: Mapping[str, Any]) -> CaptureDevice | None:
    after = ""
    while page := await devices.page(unit, client_id, after=after):
        for device in page:
            if device.jwk.get("x") == jwk["x"]:
                return device
        after = page[-1].device_id
    return None


def _signed(key: ECKey, claims: Mapping[str, Any]) -> str:
    text = ".".join(base64url(orjson.dumps(part)) for part in ({"alg": _ALG, "typ": TYP}, claims))
    return f"{text}.{base64url(JWSRegistry.algorithms[_ALG].sign(text.encode(), key))}"


doors = [Door.api("/sandbox/captures", take, "POST")]
