"""What can be done with somebody's account as it stands: said once, for pages that offer and use cases that refuse."""

from enum import StrEnum

from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.accounts import AccountExists, LevelNotAllowed, NoAccount
from vneid_idp.identity.register.records import LockedBy
from vneid_idp.kernel.errors import DomainError


class Act(StrEnum):
    """Something that an office does for, or to, a person."""

    OPEN_ACCOUNT = "open_account"
    RAISE_LEVEL = "raise_level"
    ISSUE_CODE = "issue_code"
    CHANGE_PHONE = "change_phone"
    ADD_PASSKEY = "add_passkey"
    REMOVE_PASSKEY = "remove_passkey"
    LOCK = "lock"
    """At the holder's request, at once."""
    UNLOCK = "unlock"
    """The lock that the holder asked for."""
    ASK_LOCK = "ask_lock"
    """In the authority's name, for a colleague to decide."""
    ASK_UNLOCK = "ask_unlock"


class HolderDied(DomainError):
    """Nothing is done with the account of somebody who died."""

    code = "holder_died"
    status = 409
    title = "The holder of this account has died. Nothing can be done with it any more."


class DoneAlready(DomainError):
    """The account stands as it would after the act: it has this level, or such a lock or one above it."""

    code = "done_already"
    status = 409
    title = "This has been done already: the account has this level, or is locked. Nothing was changed."


class HoldsRole(DomainError):
    """A way to sign in is handed out for nobody who holds a role: whoever had it would act in the role."""

    code = "holds_role"
    status = 409
    title = "This person holds a role. End it first, and give it anew once the person can sign in again."


WAYS_IN = frozenset({Act.ISSUE_CODE, Act.CHANGE_PHONE, Act.ADD_PASSKEY})
"""Whoever does one of these at a desk could do it for themself, and sign in as the person."""


def possible(
    account: Account | None, highest: int = 0, *, died: bool = False, holds_role: bool = False
) -> frozenset[Act]:
    """What can be done with an account, or for somebody who has none. Pure.

    `highest` is the level that the person may hold (`rules.highest_level`); without it no level is given. `died` is the
    register's word, where it was asked; the account knows of the death a moment later by itself. `holds_role` keeps
    four eyes those of two people: no colleague gets a way into the account of another.
    """
    if account is None:
        return frozenset({Act.OPEN_ACCOUNT} if highest else ())
    if not account.is_open or account.deceased_at is not None or died:
        return frozenset()
    found = {Act.ISSUE_CODE, Act.CHANGE_PHONE, Act.ADD_PASSKEY, Act.REMOVE_PASSKEY}
    if account.level < highest:
        found.add(Act.RAISE_LEVEL)
    if account.locked_at is None:
        found.add(Act.LOCK)
    else:
        found.add(Act.ASK_UNLOCK)
        if account.locked_by is LockedBy.HOLDER:
            found.add(Act.UNLOCK)
    if account.locked_by is not LockedBy.AUTHORITY:
        found.add(Act.ASK_LOCK)
    return frozenset(found - WAYS_IN if holds_role else found)


def check_possible(act: Act, account: Account | None, highest: int = 0, *, holds_role: bool = False) -> None:
    """Require that this can be done.

    Raises `NoAccount`, `AccountExists`, `LevelNotAllowed`, `HolderDied`, `HoldsRole`, `DoneAlready`.
    """
    if act in possible(account, highest, holds_role=holds_role):
        return
    if act is Act.OPEN_ACCOUNT:
        raise LevelNotAllowed if account is None else AccountExists
    if account is None or not account.is_open:
        raise NoAccount
    if account.deceased_at is not None:
        raise HolderDied
    if act is Act.RAISE_LEVEL and highest < 2:
        raise LevelNotAllowed
    if holds_role and act in WAYS_IN:
        raise HoldsRole
    raise DoneAlready
