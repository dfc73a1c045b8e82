"""The hashes of passwords and passcodes as they are stored: sealed under the key of the person.

A copy of the database alone is then nothing to guess against. What an earlier version left in clear is read as it is,
and sealed when its person next shows the secret (`is_bare`).
"""

from dataclasses import replace as replaced

from vneid_idp.identity import account_store
from vneid_idp.identity.account_store import StoredSecret
from vneid_idp.identity.vault import PersonForgotten, PersonKey, Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.unit import Reading, Unit

_BARE = "$argon2"


def seal(key: PersonKey, kind: str, hashed: str) -> str:
    """The hash of the secret `kind` as it is stored."""
    return key.seal(_column(kind), hashed.encode())


def open_stored(key: PersonKey, kind: str, stored: str | None) -> str | None:
    """The hash behind what is stored, if anything is. Raises `NotSealedHere` for another's, or of another kind."""
    if stored is None or is_bare(stored):
        return stored
    return key.open(_column(kind), stored).decode()


def is_bare(stored: str) -> bool:
    """Whether what is stored is a hash in clear."""
    return stored.startswith(_BARE)


async def put(unit: Unit, vault: Vault, person_id: str, kind: str, hashed: str, code_at: Instant) -> None:
    """Store the hash of a secret in place of any before; `code_at` as in `factors/codes_behind.py`. Raises
    `PersonForgotten`."""
    sealed = seal(await _key(unit, vault, person_id), kind, hashed)
    await account_store.put_secret(unit, person_id, kind, sealed, unit.now, code_at)


async def find(unit: Reading, vault: Vault, person_id: str, kind: str) -> str | None:
    """The hash of a secret of the person, if there is one."""
    found = await find_stored(unit, vault, person_id, kind)
    return None if found is None else found.hash


async def find_stored(unit: Reading, vault: Vault, person_id: str, kind: str) -> StoredSecret | None:
    """The same with whether it counts."""
    stored = await account_store.find_secret(unit, person_id, kind)
    if stored is None:
        return None
    hashed = open_stored(await _key(unit, vault, person_id), kind, stored.hash)
    return None if hashed is None else replaced(stored, hash=hashed)


async def resting(unit: Reading, person_id: str) -> frozenset[str]:
    """Which secrets of the person count for nothing, by kind."""
    return await account_store.resting_secrets(unit, person_id)


async def replace(unit: Unit, vault: Vault, person_id: str, kind: str, old: str, new: str) -> None:
    """Replace the hash `old` by another of the same secret; nothing happens when another was stored meanwhile."""
    stored = await account_store.find_secret(unit, person_id, kind)
    key = await _key(unit, vault, person_id)
    if stored is not None and open_stored(key, kind, stored.hash) == old:
        await account_store.renew_secret(unit, person_id, kind, stored.hash, seal(key, kind, new))


async def _key(unit: Reading, vault: Vault, person_id: str) -> PersonKey:
    key = await vault.find_key(unit, person_id)
    if key is None:
        raise PersonForgotten
    return key


def _column(kind: str) -> str:
    return f"factor_secrets.hash/{kind}"
