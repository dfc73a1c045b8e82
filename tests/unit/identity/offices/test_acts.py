"""What can be done with an account: one account that can have everything done, and one condition broken at a time."""

from dataclasses import replace

import pytest

from vneid_idp.identity.account_rules import Account, may_be_acted_for
from vneid_idp.identity.accounts import AccountExists, LevelNotAllowed, NoAccount
from vneid_idp.identity.offices.acts import Act, DoneAlready, HolderDied, HoldsRole, check_possible, possible
from vneid_idp.identity.register.records import LockedBy

ACCOUNT = Account(
    person_id="per_a", level=1, level_verified_at=0, opened_at=0, locked_at=None, locked_by=None,
    registry_locked_at=None, registry_locked_by=None, locked_since=None, deceased_at=None, card_expires_at=None,
    closed_at=None, updated_at=0,
)  # fmt: skip
ALWAYS = {Act.ISSUE_CODE, Act.CHANGE_PHONE, Act.ADD_PASSKEY, Act.REMOVE_PASSKEY}
HOLDERS = replace(ACCOUNT, locked_at=1, locked_by=LockedBy.HOLDER)
AUTHORITYS = replace(ACCOUNT, locked_at=1, locked_by=LockedBy.AUTHORITY)


def test_what_can_be_done_with_an_account_as_it_stands() -> None:
    assert possible(ACCOUNT, 2) == ALWAYS | {Act.RAISE_LEVEL, Act.LOCK, Act.ASK_LOCK}
    assert possible(ACCOUNT, 1) == ALWAYS | {Act.LOCK, Act.ASK_LOCK}
    assert possible(replace(ACCOUNT, level=2), 2) == ALWAYS | {Act.LOCK, Act.ASK_LOCK}
    assert possible(HOLDERS) == ALWAYS | {Act.UNLOCK, Act.ASK_LOCK, Act.ASK_UNLOCK}
    assert possible(AUTHORITYS) == ALWAYS | {Act.ASK_UNLOCK}


def test_who_holds_a_role_gets_no_new_way_to_sign_in() -> None:
    lost = {Act.ISSUE_CODE, Act.CHANGE_PHONE, Act.ADD_PASSKEY}
    assert possible(ACCOUNT, 2) - possible(ACCOUNT, 2, holds_role=True) == lost
    for act in lost:
        with pytest.raises(HoldsRole):
            check_possible(act, ACCOUNT, 2, holds_role=True)


def test_for_who_has_none_an_account_can_be_opened_where_a_level_is_allowed() -> None:
    assert possible(None, 1) == {Act.OPEN_ACCOUNT}
    assert possible(None, 0) == set()


@pytest.mark.parametrize("account", [replace(ACCOUNT, closed_at=1), replace(ACCOUNT, deceased_at=1)])
def test_nothing_can_be_done_with_one_that_was_closed_or_whose_holder_died(account: Account) -> None:
    assert possible(account, 2) == set()


def test_the_registers_word_of_a_death_is_enough() -> None:
    assert possible(ACCOUNT, 2, died=True) == set()


@pytest.mark.parametrize(
    ("act", "account", "highest", "refusal"),
    [
        (Act.OPEN_ACCOUNT, ACCOUNT, 2, AccountExists),
        (Act.OPEN_ACCOUNT, replace(ACCOUNT, closed_at=1), 2, AccountExists),
        (Act.OPEN_ACCOUNT, None, 0, LevelNotAllowed),
        (Act.RAISE_LEVEL, None, 2, NoAccount),
        (Act.RAISE_LEVEL, ACCOUNT, 1, LevelNotAllowed),
        (Act.RAISE_LEVEL, replace(ACCOUNT, level=2), 2, DoneAlready),
        (Act.ISSUE_CODE, replace(ACCOUNT, closed_at=1), 2, NoAccount),
        (Act.ISSUE_CODE, replace(ACCOUNT, deceased_at=1), 2, HolderDied),
        (Act.RAISE_LEVEL, replace(ACCOUNT, deceased_at=1), 0, HolderDied),
        (Act.LOCK, AUTHORITYS, 2, DoneAlready),
        (Act.LOCK, replace(HOLDERS, deceased_at=1), 2, HolderDied),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_reason(
    act: Act, account: Account | None, highest: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_possible(act, account, highest)


def test_what_can_be_done_is_not_refused() -> None:
    for account in (ACCOUNT, HOLDERS, AUTHORITYS, None):
        for act in possible(account, 2):
            check_possible(act, account, 2)


def test_a_guardian_acts_for_a_child_whose_account_stands_and_for_one_without() -> None:
    assert may_be_acted_for(None)
    assert may_be_acted_for(replace(ACCOUNT, card_expires_at=0))


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, closed_at=1),
        replace(ACCOUNT, deceased_at=1),
        replace(ACCOUNT, locked_at=1),
        replace(ACCOUNT, registry_locked_at=1),
    ],
)
def test_nobody_acts_for_a_child_whose_account_is_closed_locked_or_that_died(account: Account) -> None:
    assert not may_be_acted_for(account)
