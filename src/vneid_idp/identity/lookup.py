"""Who is it that types a personal ID number or a phone number? The answer takes the same time when it is nobody.

A page looks the candidate up, closes the unit, verifies the secret (`SecretHasher.verify`, which also works for
nobody), and only then opens the unit that writes. What it says to the person must not differ either.
"""

from collections.abc import Collection
from dataclasses import dataclass

import orjson
from sqlalchemy import JSON, Text, bindparam, cast, exists, func, select, true

from vneid_idp.identity import account_store, phones, secret_hashes
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.accounts import SIGN_IN_NAME, open_profile
from vneid_idp.identity.factors.tables import distrusted_phones
from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.tables import sign_in_names
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_names = sign_in_names.c
_HOLDER = Statement(select(_names.person_id).where(_names.name_digest == bindparam("of_name")))
_TRUSTED_HOLDER = Statement(
    select(_names.person_id).where(
        _names.name_digest == bindparam("of_name"),
        ~exists().where(distrusted_phones.c.person_id == _names.person_id).correlate(sign_in_names),
    )
)


_digests = bindparam("digests", type_=Text)
_each = func.json_array_elements_text(cast(_digests, JSON)).table_valued("value", name="each")
_each_on_sqlite = func.json_each(_digests).table_valued("value", name="each")
_holder = select(_names.name_digest, _names.person_id)
# Each is looked up by itself, whatever the planner believes to be in the table.
_found = _holder.where(_names.name_digest == _each.c.value).limit(1).lateral("found")
_HOLDERS = Statement(
    select(_found).select_from(_each.join(_found, true())),
    sqlite=_holder.where(_names.name_digest.in_(select(_each_on_sqlite.c.value))),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may be signing in; with every field but `attempts_key` empty, nobody that we know."""

    attempts_key: str
    """Under which attempts are counted: the digest of the name as typed, whoever has it. Counted for the person, a
    lock-out of the personal ID number would show at the phone number, and tell a stranger that the two belong together.
    """
    account: Account | None = None
    profile: Profile | None = None
    password_hash: str | None = None
    passcode_hash: str | None = None
    has_bare_hash: bool = False
    """Whether one of the two is stored in clear, as an earlier version left it."""

    @property
    def person_id(self) -> str | None:
        """The person, if there is one."""
        return self.account.person_id if self.account else None

    @property
    def phone(self) -> str | None:
        """Where a one-time code can be sent, if anywhere."""
        return self.profile.record.phone if self.profile else None


def normal_name(typed: str) -> str:
    """What a person typed as a sign-in name, in the form in which it is stored: 12 digits, or E.164.

    Text that is neither is returned as it is, and will be found to be nobody: no error may tell it apart.
    """
    try:
        return read_personal_id(typed).text
    except MalformedPersonalId:
        pass
    try:
        return phones.read_phone(typed)
    except phones.MalformedPhone:
        return typed.strip()[:64]


async def find_holder(unit: Reading, blind: BlindIndex, phone_number: str, *, swapped: bool = False) -> str | None:
    """Whose phone number it is, of those who sign in by one, and whose number is not told to be in another SIM; one
    statement, whoever it is. What becomes of the answer must not show whether there is one.

    With `swapped` also whose number is: for what is told of the number just then, and of whoever has it now nothing."""
    row = await unit.fetch_one(
        _HOLDER if swapped else _TRUSTED_HOLDER, of_name=blind.of(SIGN_IN_NAME, normal_name(phone_number))
    )
    return None if row is None else row["person_id"]


async def find_phone_holders(unit: Reading, blind: BlindIndex, phone_numbers: Collection[str]) -> dict[str, str]:
    """Who signs in by each of these numbers (E.164), of those by which somebody does; one statement for all."""
    numbers = {blind.of(SIGN_IN_NAME, each): each for each in phone_numbers}
    rows = await unit.fetch(_HOLDERS, digests=orjson.dumps(list(numbers)).decode()) if numbers else ()
    return {numbers[row["name_digest"]]: row["person_id"] for row in rows}


async def find_candidate(unit: Reading, vault: Vault, blind: BlindIndex, typed: str) -> Candidate:
    """The candidate behind a personal ID number or phone as typed: one statement, whoever it is. Closed accounts and
    people who were forgotten are nobody."""
    digest = blind.of(SIGN_IN_NAME, normal_name(typed))
    stored = await account_store.find_candidate(unit, digest)
    if stored is None or stored.sealed_key is None or not stored.account.is_open:
        return Candidate(attempts_key=digest)
    key = vault.open_key(stored.account.person_id, stored.sealed_key)
    return Candidate(
        attempts_key=digest,
        account=stored.account,
        profile=open_profile(vault, stored.account.person_id, stored.sealed_key, stored.profile),
        password_hash=secret_hashes.open_stored(key, "password", stored.password),
        passcode_hash=secret_hashes.open_stored(key, "passcode", stored.passcode),
        has_bare_hash=any(
            each is not None and secret_hashes.is_bare(each) for each in (stored.password, stored.passcode)
        ),
    )
