"""The levels of identity, by name and by number."""

import pytest

from vneid_idp.identity.factors.sessions import Session
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.levels import LEVELS, METHODS, SignInMethod, amr, reached
from vneid_idp.use_cases.protect_account import FRESH, has_two_fresh_proofs
from vneid_idp.web.method_words import METHODS as NAMED


def test_a_level_that_is_told_is_the_number_in_its_name() -> None:
    assert [name.rpartition(":")[2] for name in LEVELS] == [str(number) for number in LEVELS.values()] == ["1", "2"]


@pytest.mark.parametrize(
    ("names", "level", "may_add"),
    [
        (("pwd",), 1, False),
        (("pwd", "pin"), 1, False),
        (("pwd", "sms"), 2, True),
        (("hwk",), 2, True),
        # Whoever relayed one approval of somebody's phone is signed in, and must not stay.
        (("phone",), 2, False),
        (("pwd", "phone"), 2, False),
        (("phone", "sms"), 2, True),
        (("phone", "hwk"), 2, True),
    ],
)
def test_what_a_session_reaches_and_what_it_may_add(names: tuple[str, ...], level: int, may_add: bool) -> None:
    methods = tuple(SignInMethod(name, MINUTE) for name in names)
    assert reached(2, methods) == level
    for now, may in ((MINUTE, may_add), (MINUTE + FRESH + 1, False)):
        assert has_two_fresh_proofs(Session("per", "ses", methods, 0, 0), now) is may


def test_a_phone_that_approved_elsewhere_is_told_as_that() -> None:
    assert amr((SignInMethod("phone", 0),)) == ("hwk", "user", "mca", "mfa")
    assert NAMED.keys() == METHODS
