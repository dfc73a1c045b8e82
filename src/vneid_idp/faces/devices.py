"""Devices that take faces for a carrier: registered by the operator, each with a key of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from vneid_idp.audit.deeds import Deed, holds_a_number
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients import service as clients
from vneid_idp.faces import store
from vneid_idp.faces.evidence import DeviceKey
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.jose import STRONG_ALGORITHMS, BadKeys, PublicKey, read_key
from vneid_idp.storage.unit import Reading, Row, Unit

PREFIX = "dev"
_LONGEST_NAME = 100


class BadDevice(DomainError):
    """What is to be registered is no device that can sign."""

    code = "bad_device"
    status = 422
    title = "This cannot be registered as a device that takes faces."


class UnknownDevice(DomainError):
    """No such device is registered (any more)."""

    code = "unknown_device"
    status = 404
    title = "No device that takes faces is registered under this id."


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """A registered device."""

    device_id: str
    client_id: str
    name: str
    alg: str
    jwk: Mapping[str, Any]
    registered_at: Instant

    @property
    def key(self) -> DeviceKey:
        """What its evidence is checked with."""
        return DeviceKey(_read(self.jwk), self.alg)


async def register(unit: Unit, client_id: str, name: str, jwk: Mapping[str, Any], deed: Deed) -> CaptureDevice:
    """Register a device of a client. Raises `UnknownClient` and `BadDevice`."""
    if not 0 < len(name.strip()) <= _LONGEST_NAME or not name.isprintable() or holds_a_number(name):
        raise BadDevice(f"The name is a line of at most {_LONGEST_NAME} characters, without anybody's numbers.")
    key = _read(jwk)
    alg = _algorithm_of(key)
    # A client that is deleted meanwhile takes its devices with it.
    await clients.hold_client(unit, client_id)
    await clients.get_client(unit, client_id)
    device_id = new_id(PREFIX)
    await store.add(unit, device_id, client_id, name.strip(), alg, orjson.dumps(_public(jwk)).decode())
    await record(
        unit, Event(EventKind.CAPTURE_DEVICE_REGISTERED, client_id=client_id, subject_id=device_id, data=deed.data)
    )
    return await get(unit, client_id, device_id)


async def find(unit: Reading, client_id: str, device_id: str) -> CaptureDevice | None:
    """The device, if it is registered for this client: another's is as good as none."""
    row = await store.find(unit, client_id, device_id)
    return None if row is None else _device(row)


async def get(unit: Reading, client_id: str, device_id: str) -> CaptureDevice:
    """The same; raises `UnknownDevice`."""
    found = await find(unit, client_id, device_id)
    if found is None:
        raise UnknownDevice
    return found


async def page(unit: Reading, client_id: str, *, after: str = "", limit: int = 100) -> list[CaptureDevice]:
    """A page of a client's devices, in the order of their ids; `after` is the last id of the page before."""
    return [_device(row) for row in await store.page(unit, client_id, after, limit)]


async def remove(unit: Unit, device_id: str, deed: Deed) -> None:
    """Take nothing that a device signs from now on, whenever it was signed. Raises `UnknownDevice`."""
    client_id = await store.remove(unit, device_id)
    if client_id is None:
        raise UnknownDevice
    await record(
        unit, Event(EventKind.CAPTURE_DEVICE_REMOVED, client_id=client_id, subject_id=device_id, data=deed.data)
    )


async def forget_client(unit: Unit, client_id: str) -> None:
    """Remove the devices of a client that is deleted, so that none that is registered under its id takes them over."""
    await store.remove_all(unit, client_id)


def _device(row: Row) -> CaptureDevice:
    return CaptureDevice(
        row["device_id"], row["client_id"], row["name"], row["alg"], orjson.loads(row["jwk"]), row["registered_at"]
    )


def _read(jwk: object) -> PublicKey:
    try:
        key = read_key(jwk)
    except BadKeys as error:
        raise BadDevice(f"The key set {error}.") from None
    if key is None:
        raise BadDevice("The key is of a kind that is not known here.")
    return key


def _algorithm_of(key: PublicKey) -> str:
    """The one that it says, or else the one that its kind has (RFC 8725 §3.1)."""
    for alg in STRONG_ALGORITHMS:
        if key.verifies(alg):
            return alg
    raise BadDevice(f"The key signs with none of {', '.join(STRONG_ALGORITHMS)}.")


def _public(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """What makes the key, and nothing that its owner wrote beside it; no `kid`, since a device has one key."""
    return {name: jwk[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in jwk}
