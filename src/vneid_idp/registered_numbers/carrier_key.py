"""The key of a carrier, under which the numbers of its register are sealed: destroyed with what it uploaded."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text, bindparam, delete, select

from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.registered_numbers.tables import carrier_keys
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_NONCE = 12
_OF = carrier_keys.c.family_id == bindparam("of_family", type_=Text)
_ADD = Statement(insert(carrier_keys).on_conflict_do_nothing(index_elements=["family_id"]))
_FIND = Statement(select(carrier_keys.c.sealed_key).where(_OF))
_DESTROY = Statement(delete(carrier_keys).where(_OF))


class CarrierKey:
    """Seals and opens the numbers of one carrier."""

    __slots__ = ("_bound_to", "_cipher")

    def __init__(self, family_id: str, key: bytes) -> None:
        self._bound_to = f"{family_id}\0registered_numbers.sealed_number".encode()
        self._cipher = AESGCM(key)

    def seal(self, phone_number: str) -> str:
        """Encrypt a number in the form of E.164."""
        nonce = random_bytes(_NONCE)
        return base64url(nonce + self._cipher.encrypt(nonce, phone_number.encode(), self._bound_to))

    def open(self, sealed_number: str) -> str:
        """What `seal` was given. Raises `NotSealedHere` for another carrier's, or altered text."""
        try:
            raw = from_base64url(sealed_number)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to).decode()
        except (ValueError, InvalidTag) as error:
            raise NotSealedHere(SealPurpose.CARRIER_KEY) from error


async def find_key(unit: Reading, sealer: Sealer, family_id: str) -> CarrierKey | None:
    """The key of a carrier, if it has a register."""
    row = await unit.fetch_one(_FIND, of_family=family_id)
    return None if row is None else CarrierKey(family_id, sealer.open(SealPurpose.CARRIER_KEY, row["sealed_key"]))


async def ensure_key(unit: Unit, sealer: Sealer, family_id: str) -> CarrierKey:
    """The key of a carrier, made if there is none yet. Of two that are made at once, one stays."""
    found = await find_key(unit, sealer, family_id)
    if found is not None:
        return found
    sealed_key = sealer.seal(SealPurpose.CARRIER_KEY, random_bytes(32))
    await unit.execute(_ADD, family_id=family_id, sealed_key=sealed_key)
    kept = await find_key(unit, sealer, family_id)
    assert kept is not None, "it was there, or was written just now"
    return kept


async def destroy_key(unit: Unit, family_id: str) -> None:
    """Destroy the key of a carrier that is deleted: its numbers can be read by nobody."""
    await unit.execute(_DESTROY, of_family=family_id)
