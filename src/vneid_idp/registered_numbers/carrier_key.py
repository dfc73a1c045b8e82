"""The key of a carrier, under which the numbers of its register are sealed: destroyed with what it uploaded."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text, bindparam, delete, select, update

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.registered_numbers.tables import carrier_keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_NONCE = 12
_OF = carrier_keys.c.family_id == bindparam("of_family", type_=Text)
_ADD = Statement(insert(carrier_keys).on_conflict_do_nothing(index_elements=["family_id"]))
_FIND = Statement(select(carrier_keys.c.sealed_key).where(_OF))
_DESTROYED = ""
_DESTROY = Statement(update(carrier_keys).where(_OF).values(sealed_key=_DESTROYED))
_FIND_DESTROYED = Statement(select(carrier_keys.c.family_id).where(carrier_keys.c.sealed_key == _DESTROYED).limit(1))
_FORGET = Statement(delete(carrier_keys).where(_OF, carrier_keys.c.sealed_key == _DESTROYED))


class RegisterLeaving(DomainError):
    """The register of a carrier that was deleted under this id is not gone yet."""

    code = "register_leaving"
    status = 409
    title = "The numbers of the carrier that was deleted under this id are still being taken away. Wait a few minutes."


class CarrierKey:
    """Seals and opens the numbers of one carrier."""

    __slots__ = ("_bound_to", "_cipher")

    def __init__(self, family_id: str, key: bytes) -> None:
        self._bound_to = f"{family_id}\0registered_numbers.sealed_number".encode()
        self._cipher = AESGCM(key)

    def seal(self, phone_number: str) -> str:
        """Encrypt a number in the form of E.164."""
        return self.seal_all([phone_number])[0]

    def seal_all(self, phone_numbers: Sequence[str]) -> list[str]:
        """As `seal`, many at once, of which the randomness is drawn at once."""
        nonces, encrypt, bound_to = random_bytes(_NONCE * len(phone_numbers)), self._cipher.encrypt, self._bound_to
        each_nonce = (nonces[at : at + _NONCE] for at in range(0, len(nonces), _NONCE))
        return [
            base64url(nonce + encrypt(nonce, number.encode(), bound_to))
            for nonce, number in zip(each_nonce, phone_numbers, strict=True)
        ]

    def open(self, sealed_number: str) -> str:
        """What `seal` was given. Raises `NotSealedHere` for another carrier's, or altered text."""
        try:
            raw = from_base64url(sealed_number)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to).decode()
        except (ValueError, InvalidTag) as error:
            raise NotSealedHere(SealPurpose.CARRIER_KEY) from error

    def seal_part(self, upload_id: str, place: int, data: bytes) -> bytes:
        """Encrypt a part of a file, for this place in it alone."""
        nonce = random_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, _part(upload_id, place))

    def open_part(self, upload_id: str, place: int, sealed: bytes) -> bytes:
        """What `seal_part` was given. Raises `NotSealedHere` for another part or carrier, or altered bytes."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _part(upload_id, place))
        except (ValueError, InvalidTag) as error:
            raise NotSealedHere(SealPurpose.CARRIER_KEY) from error

    def seal_evidence(self, dispute_id: str, side: str, data: bytes) -> str:
        """Encrypt what a party of a dispute told, for this side of it alone."""
        nonce = random_bytes(_NONCE)
        return base64url(nonce + self._cipher.encrypt(nonce, data, _evidence(dispute_id, side)))

    def open_evidence(self, dispute_id: str, side: str, sealed: str) -> bytes:
        """What `seal_evidence` was given. Raises `NotSealedHere` for another dispute, side or carrier, or altered
        text."""
        try:
            raw = from_base64url(sealed)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _evidence(dispute_id, side))
        except (ValueError, InvalidTag) as error:
            raise NotSealedHere(SealPurpose.CARRIER_KEY) from error


def _evidence(dispute_id: str, side: str) -> bytes:
    return f"{dispute_id}\0disputes.{side}_evidence".encode()


def _part(upload_id: str, place: int) -> bytes:
    return f"{upload_id}\0register_parts.sealed\0{place}".encode()


async def find_key(unit: Reading, sealer: Sealer, family_id: str) -> CarrierKey | None:
    """The key of a carrier, if it has a register; none where it was destroyed."""
    row = await unit.fetch_one(_FIND, of_family=family_id)
    if row is None or row["sealed_key"] == _DESTROYED:
        return None
    return CarrierKey(family_id, sealer.open(SealPurpose.CARRIER_KEY, row["sealed_key"]))


async def ensure_key(unit: Unit, sealer: Sealer, family_id: str) -> CarrierKey:
    """The key of a carrier, made if there is none yet. Of two that are made at once, one stays. Raises
    `RegisterLeaving`."""
    found = await find_key(unit, sealer, family_id)
    if found is not None:
        return found
    sealed_key = sealer.seal(SealPurpose.CARRIER_KEY, random_bytes(32))
    await unit.execute(_ADD, family_id=family_id, sealed_key=sealed_key)
    kept = await find_key(unit, sealer, family_id)
    if kept is None:
        raise RegisterLeaving
    return kept


async def destroy_key(unit: Unit, family_id: str) -> None:
    """Destroy the key of a carrier that is deleted: its numbers can be read by nobody."""
    await unit.execute(_DESTROY, of_family=family_id)


async def find_destroyed(unit: Unit) -> str | None:
    """A carrier whose key was destroyed and whose numbers are not gone yet."""
    row = await unit.fetch_one(_FIND_DESTROYED)
    return None if row is None else str(row["family_id"])


async def forget_destroyed(unit: Unit, family_id: str) -> None:
    """Its numbers are gone: under the same id another carrier may begin."""
    await unit.execute(_FORGET, of_family=family_id)
