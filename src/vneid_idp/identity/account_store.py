"""Queries about accounts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, and_, bindparam, case, func, null, or_, select, update

from vneid_idp.identity import tables
from vneid_idp.identity.account_rules import Account, account_of
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_keys = tables.person_keys
_accounts, _names, _secrets = tables.accounts, tables.sign_in_names, tables.factor_secrets

_ACCOUNT = tuple(column for column in _accounts.c if column.name != "profile")
_FIND_ACCOUNT = Statement(
    select(*_ACCOUNT, _accounts.c.profile, _keys.c.sealed_key)
    .select_from(_accounts.outerjoin(_keys, _keys.c.person_id == _accounts.c.person_id))
    .where(_accounts.c.person_id == bindparam("person_id"))
)
_password, _passcode = _secrets.alias("password"), _secrets.alias("passcode")
_FIND_CANDIDATE = Statement(
    select(
        *_ACCOUNT,
        _accounts.c.profile,
        _keys.c.sealed_key,
        _password.c.hash.label("password_hash"),
        _passcode.c.hash.label("passcode_hash"),
    )
    .select_from(
        _names.join(_accounts, _accounts.c.person_id == _names.c.person_id)
        .outerjoin(_keys, _keys.c.person_id == _accounts.c.person_id)
        .outerjoin(_password, and_(_password.c.person_id == _accounts.c.person_id, _password.c.kind == "password"))
        .outerjoin(_passcode, and_(_passcode.c.person_id == _accounts.c.person_id, _passcode.c.kind == "passcode"))
    )
    .where(_names.c.name_digest == bindparam("name_digest"))
)
_OPEN_ACCOUNT = Statement(
    insert(_accounts)
    .values({column.name: bindparam(column.name) for column in _accounts.c})
    .on_conflict_do_nothing(index_elements=["person_id"])
)
_COPIED = (
    "registry_locked_at",
    "registry_locked_by",
    "locked_since",
    "deceased_at",
    "card_expires_at",
    "profile",
    "updated_at",
)
_UPDATE_ACCOUNT = Statement(
    update(_accounts)
    .where(_accounts.c.person_id == bindparam("of_person"))
    .values({name: bindparam(name) for name in _COPIED})
)
# An authority's lock stands over a holder's, and is lifted by an authority only.
_LOCK = Statement(
    update(_accounts)
    .where(
        _accounts.c.person_id == bindparam("of_person"),
        or_(
            _accounts.c.locked_at.is_(None),
            and_(_accounts.c.locked_by == "holder", bindparam("by", type_=Text) == "authority"),
        ),
    )
    .values(
        locked_at=func.coalesce(_accounts.c.locked_at, bindparam("at")),
        locked_by=bindparam("by"),
        locked_since=func.coalesce(_accounts.c.locked_since, bindparam("at")),
    )
)
_UNLOCK = Statement(
    update(_accounts)
    .where(
        _accounts.c.person_id == bindparam("of_person"),
        _accounts.c.locked_at.is_not(None),
        or_(_accounts.c.locked_by == "holder", bindparam("by", type_=Text) == "authority"),
    )
    .values(
        locked_at=null(),
        locked_by=null(),
        locked_since=case((_accounts.c.registry_locked_at.is_(None), null()), else_=_accounts.c.locked_since),
    )
)
_RAISE_LEVEL = Statement(
    update(_accounts)
    .where(
        _accounts.c.person_id == bindparam("of_person"),
        _accounts.c.level < bindparam("to_level"),
        _accounts.c.closed_at.is_(None),
    )
    .values(level=bindparam("to_level"), level_verified_at=bindparam("at"), updated_at=bindparam("at"))
)
_CLOSE_ACCOUNT = Statement(
    update(_accounts)
    .where(_accounts.c.person_id == bindparam("of_person"), _accounts.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), updated_at=bindparam("at"))
)
_FIND_SECRET = Statement(
    select(_secrets.c.hash, _secrets.c.rests_since).where(
        _secrets.c.person_id == bindparam("person_id"), _secrets.c.kind == bindparam("kind")
    )
)
_upsert_secret = insert(_secrets).values(
    person_id=bindparam("person_id"),
    kind=bindparam("kind"),
    hash=bindparam("hash"),
    set_at=bindparam("set_at"),
    code_at=bindparam("code_at"),
)
_PUT_SECRET = Statement(
    _upsert_secret.on_conflict_do_update(
        index_elements=["person_id", "kind"],
        set_={name: _upsert_secret.excluded[name] for name in ("hash", "set_at", "code_at", "rests_since")},
    )
)
_RENEW_SECRET = Statement(
    update(_secrets)
    .where(
        _secrets.c.person_id == bindparam("of_person"),
        _secrets.c.kind == bindparam("of_kind"),
        _secrets.c.hash == bindparam("old"),
    )
    .values(hash=bindparam("new"))
)
_REST_SECRETS = Statement(
    update(_secrets)
    .where(
        _secrets.c.person_id == bindparam("of_person"),
        _secrets.c.rests_since.is_(None),
        func.coalesce(_secrets.c.code_at, _secrets.c.set_at) >= bindparam("since", type_=BigInteger),
    )
    .values(rests_since=bindparam("now", type_=BigInteger))
    .returning(_secrets.c.kind, _secrets.c.set_at)
)
_RESTING_SECRETS = Statement(
    select(_secrets.c.kind).where(_secrets.c.person_id == bindparam("of_person"), _secrets.c.rests_since.is_not(None))
)
_LET_SECRET_COUNT = Statement(
    update(_secrets)
    .where(
        _secrets.c.person_id == bindparam("of_person"),
        _secrets.c.kind == bindparam("of_kind"),
        _secrets.c.rests_since.is_not(None),
    )
    .values(rests_since=null(), code_at=bindparam("behind", type_=BigInteger))
)


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account with its sealed profile and, when it was looked up for a sign-in, the sealed hashes of its secrets."""

    account: Account
    profile: str
    sealed_key: str | None
    password: str | None = None
    passcode: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """The hash of a secret, as it is stored or opened, and since when it counts for nothing, if it does."""

    hash: str
    rests_since: Instant | None


async def find_account(unit: Reading, person_id: str) -> StoredAccount | None:
    """A person's account."""
    row = await unit.fetch_one(_FIND_ACCOUNT, person_id=person_id)
    return StoredAccount(account_of(row), row["profile"], row["sealed_key"]) if row else None


async def find_candidate(unit: Reading, name_digest: str) -> StoredAccount | None:
    """The account behind a personal ID number or phone, with the hashes of its secrets, in one statement."""
    row = await unit.fetch_one(_FIND_CANDIDATE, name_digest=name_digest)
    if row is None:
        return None
    return StoredAccount(account_of(row), row["profile"], row["sealed_key"], row["password_hash"], row["passcode_hash"])


async def open_account(unit: Unit, account: Account, profile: str) -> bool:
    """Write a new account; whether the person had none."""
    return await unit.execute(_OPEN_ACCOUNT, **account_values(account, profile)) == 1


def account_values(account: Account, profile: str) -> dict[str, Any]:
    """The row of an account."""
    values = {column.name: getattr(account, column.name) for column in _ACCOUNT}
    for name in ("locked_by", "registry_locked_by"):
        values[name] = values[name].value if values[name] else None
    return {**values, "profile": profile}


async def update_account(unit: Unit, account: Account, profile: str) -> bool:
    """Write the registry's facts and the profile; whether there is such an account."""
    values = account_values(account, profile)
    return await unit.execute(_UPDATE_ACCOUNT, of_person=account.person_id, **{n: values[n] for n in _COPIED}) == 1


async def lock(unit: Unit, person_id: str, by: str, now: Instant) -> bool:
    """Lock an account in the name of `by`; whether anything changed."""
    return await unit.execute(_LOCK, of_person=person_id, by=by, at=now) == 1


async def unlock(unit: Unit, person_id: str, by: str) -> bool:
    """Lift a lock that `by` may lift; whether there was one."""
    return await unit.execute(_UNLOCK, of_person=person_id, by=by) == 1


async def raise_level(unit: Unit, person_id: str, level: int, now: Instant) -> bool:
    """Raise an account's level; whether it was below."""
    return await unit.execute(_RAISE_LEVEL, of_person=person_id, to_level=level, at=now) == 1


async def close_account(unit: Unit, person_id: str, now: Instant) -> bool:
    """Close an account; whether it was open."""
    return await unit.execute(_CLOSE_ACCOUNT, of_person=person_id, at=now) == 1


async def put_secret(unit: Unit, person_id: str, kind: str, sealed: str, now: Instant, code_at: Instant = 0) -> None:
    """Set the hash of a person's `password` or `passcode`, sealed (`secret_hashes.py`), on the strength of the code of
    `code_at`, if of any (`factors/codes_behind.py`)."""
    await unit.execute(_PUT_SECRET, person_id=person_id, kind=kind, hash=sealed, set_at=now, code_at=code_at)


async def find_secret(unit: Reading, person_id: str, kind: str) -> StoredSecret | None:
    """A person's `password` or `passcode`, as it is stored."""
    row = await unit.fetch_one(_FIND_SECRET, person_id=person_id, kind=kind)
    return None if row is None else StoredSecret(row["hash"], row["rests_since"])


async def rest_secrets(unit: Unit, person_id: str, since: Instant, now: Instant) -> dict[str, Instant]:
    """Let the secrets that rest on a code of `since` or later count for nothing; when each was set, by kind."""
    rows = await unit.fetch(_REST_SECRETS, of_person=person_id, since=since, now=now)
    return {row["kind"]: row["set_at"] for row in rows}


async def resting_secrets(unit: Reading, person_id: str) -> frozenset[str]:
    """Which secrets of a person count for nothing."""
    return frozenset(row["kind"] for row in await unit.fetch(_RESTING_SECRETS, of_person=person_id))


async def let_secret_count(unit: Unit, person_id: str, kind: str, code_at: Instant) -> bool:
    """Let a secret count again; whether it did not."""
    return await unit.execute(_LET_SECRET_COUNT, of_person=person_id, of_kind=kind, behind=code_at) == 1


async def renew_secret(unit: Unit, person_id: str, kind: str, old: str, new: str) -> None:
    """Replace the hash of a secret that stays the same, unless another was set meanwhile."""
    await unit.execute(_RENEW_SECRET, of_person=person_id, of_kind=kind, old=old, new=new)
