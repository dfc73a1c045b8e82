"""Accounts written as they are, without the steps by which a person opens one: for the sandbox and for measurements.

It stands here because the tables of accounts are this package's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vneid_idp.identity import account_store, persons, secret_hashes, sign_in_names, tables
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.accounts import SIGN_IN_NAME, sign_in_digests
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.vault import PersonKey
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Reading, Unit


@dataclass(frozen=True, slots=True)
class Written:
    """An account to write, under the key of its holder, and the hashes of its secrets by kind."""

    account: Account
    profile: Profile
    key: PersonKey
    secrets: Mapping[str, str] = field(default_factory=dict)

    @property
    def sealed(self) -> str:
        """The profile as it is stored."""
        return self.key.seal_json(profiles.COLUMN, self.profile)


async def write_account(unit: Unit, blind: BlindIndex, written: Written) -> None:
    """Write the account of somebody who has none."""
    account = written.account
    await persons.ensure(unit, account.person_id)
    await account_store.open_account(unit, account, written.sealed)
    if account.is_open:
        await sign_in_names.put(unit, account.person_id, sign_in_digests(blind, written.profile.record))
    for kind, hashed in written.secrets.items():
        await account_store.put_secret(
            unit, account.person_id, kind, secret_hashes.seal(written.key, kind, hashed), unit.now
        )


async def load_accounts(unit: Unit, blind: BlindIndex, many: Sequence[Written]) -> None:
    """Write new accounts in bulk. One that is there already, or a name of it, raises `AlreadyThere`."""
    columns = tuple(column.name for column in tables.accounts.c)
    accounts: list[tuple[Any, ...]] = []
    names: list[tuple[str, str]] = []
    secrets: list[tuple[str, str, str, int, int]] = []
    for each in many:
        person_id = each.account.person_id
        values = account_store.account_values(each.account, each.sealed)
        accounts.append(tuple(values[name] for name in columns))
        names.extend((digest, person_id) for digest in sign_in_digests(blind, each.profile.record))
        sealed = {kind: secret_hashes.seal(each.key, kind, hashed) for kind, hashed in each.secrets.items()}
        secrets.extend((person_id, kind, text, unit.now, 0) for kind, text in sealed.items())
    known = [(each.account.person_id, unit.now, 0) for each in many]
    await load(unit, tables.persons, ("person_id", "known_since", "changes"), known)
    await load(unit, tables.accounts, columns, accounts)
    await load(unit, tables.sign_in_names, ("name_digest", "person_id"), names)
    await load(unit, tables.factor_secrets, ("person_id", "kind", "hash", "set_at", "code_at"), secrets)


async def name_is_taken(unit: Reading, blind: BlindIndex, name: str) -> bool:
    """Whether somebody signs in with this personal ID number or phone (E.164)."""
    return await account_store.find_candidate(unit, blind.of(SIGN_IN_NAME, name)) is not None
