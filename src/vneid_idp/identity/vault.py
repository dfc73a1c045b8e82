"""Personal data under a key per person, so that one person can be forgotten by destroying 32 bytes.

The person's key is sealed under `SealPurpose.PERSON_KEY`; what is written about the person is AES-256-GCM under it,
bound to the person and to the column it stands in, so that a value moved to another row or column does not open.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, delete, select

from vneid_idp.identity.tables import person_keys
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url, random_bytes
from vneid_idp.storage.bulk import load
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_NONCE = 12

_INSERT = Statement(
    insert(person_keys)
    .values(person_id=bindparam("person_id"), sealed_key=bindparam("sealed_key"))
    .on_conflict_do_nothing(index_elements=["person_id"])
)
_FIND = Statement(select(person_keys.c.sealed_key).where(person_keys.c.person_id == bindparam("person_id")))
_DESTROY = Statement(delete(person_keys).where(person_keys.c.person_id == bindparam("person_id")))


class PersonForgotten(DomainError):
    """The person's key was destroyed: their data can no longer be read by anyone."""

    code = "person_forgotten"
    status = 410
    title = "This person's data has been destroyed."


class PersonKey:
    """Seals and opens what is stored about one person."""

    __slots__ = ("_cipher", "_person_id")

    def __init__(self, person_id: str, key: bytes) -> None:
        self._person_id = person_id
        self._cipher = AESGCM(key)

    def seal(self, column: str, plaintext: bytes) -> str:
        """Encrypt `plaintext` for `column` (a name such as `accounts.profile`)."""
        nonce = random_bytes(_NONCE)
        return base64url(nonce + self._cipher.encrypt(nonce, plaintext, self._bound_to(column)))

    def open(self, column: str, text: str) -> bytes:
        """What `seal` was given; raises `NotSealedHere` for another person, another column or altered text."""
        try:
            raw = from_base64url(text)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to(column))
        except (ValueError, InvalidTag) as error:
            raise NotSealedHere(column) from error

    def seal_json(self, column: str, value: Any) -> str:
        """Seal a JSON value (dataclasses and dates included)."""
        return self.seal(column, orjson.dumps(value))

    def open_json(self, column: str, text: str) -> Any:
        """Open a sealed JSON value; raises `NotSealedHere`."""
        return orjson.loads(self.open(column, text))

    def _bound_to(self, column: str) -> bytes:
        return f"{self._person_id}\0{column}".encode()


class Vault:
    """Keeps the keys of people."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def make_key(self, person_id: str) -> tuple[PersonKey, str]:
        """A new key and its sealed form, for bulk writers that store it themselves."""
        key = random_bytes(32)
        return PersonKey(person_id, key), self._sealer.seal(SealPurpose.PERSON_KEY, key)

    def open_key(self, person_id: str, sealed_key: str | None) -> PersonKey:
        """The key from the `sealed_key` of a joined row. Raises `PersonForgotten` if there is none."""
        if sealed_key is None:
            raise PersonForgotten
        return PersonKey(person_id, self._sealer.open(SealPurpose.PERSON_KEY, sealed_key))

    async def find_key(self, unit: Reading, person_id: str) -> PersonKey | None:
        """The person's key, or nothing if the person is unknown or forgotten."""
        row = await unit.fetch_one(_FIND, person_id=person_id)
        return self.open_key(person_id, row["sealed_key"]) if row else None

    async def ensure_key(self, unit: Unit, person_id: str) -> PersonKey:
        """The person's key, made if there is none yet. Of two that are made at once, one stays."""
        found = await self.find_key(unit, person_id)
        if found is not None:
            return found
        _, sealed_key = self.make_key(person_id)
        await unit.execute(_INSERT, person_id=person_id, sealed_key=sealed_key)
        kept = await self.find_key(unit, person_id)
        if kept is None:
            raise PersonForgotten
        return kept

    async def load_keys(self, unit: Unit, sealed_keys: Sequence[tuple[str, str]]) -> None:
        """Store new keys that `make_key` made, by person. One that is there already raises `AlreadyThere`."""
        await load(unit, person_keys, ("person_id", "sealed_key"), sealed_keys)

    async def destroy(self, unit: Unit, person_id: str) -> bool:
        """Destroy the person's key; whether there was one. Copies of the database keep theirs until they are gone
        too.
        """
        return await unit.execute(_DESTROY, person_id=person_id) == 1
