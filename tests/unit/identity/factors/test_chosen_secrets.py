"""What may be chosen as a password or a passcode: nothing that somebody else tries early."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from time import thread_time

import pytest

from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.identity.factors.chosen_secrets import SecretKind, WeakSecret, check_form, check_guesses, own_words
from vneid_idp.sandbox.country.persona_list import personas

PASSWORD, PASSCODE = SecretKind
RECORD = replace(
    persona("plain").record,
    full_name="Đặng Thị Quỳnh",
    birth_date=date(1991, 3, 27),
    personal_number="097191482915",
    phone="+84950836147",
)


def taken(kind: SecretKind, secret: str) -> bool:
    """Whether it may be chosen by the person of `RECORD`."""
    try:
        check_form(kind, secret)
        check_guesses(kind, secret, own_words(RECORD))
    except WeakSecret:
        return False
    return True


@pytest.mark.parametrize("secret", ["", "12345", "1234567", "12a456", "١٢٣٤٥٧", "48 291"])
def test_a_passcode_is_six_digits(secret: str) -> None:
    with pytest.raises(WeakSecret) as refused:
        check_form(PASSCODE, secret)
    assert not refused.value.guessed


@pytest.mark.parametrize(
    ("length", "good"), [(7, False), (8, True), (128, True), (129, False)], ids=lambda value: str(value)
)
def test_a_password_has_8_to_128_characters(length: int, good: bool) -> None:
    secret = "mật khẩu dài " * 10
    try:
        check_form(PASSWORD, secret[:length])
    except WeakSecret:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(
    "secret",
    [
        "password", "12345678", "qwertyuiop", "iloveyou", "aaaaaaaa", "11111111", "abcd1234", "p@ssw0rd", "matkhau1",
        "anhyeuem", "vietnam1", "dangthiquynh", "quynh1991", "0950836147", "950836147", "097191482915",
        "27031991", "x" * 128,
    ],
)  # fmt: skip
def test_a_password_that_strangers_try_early_is_refused(secret: str) -> None:
    assert not taken(PASSWORD, secret)


def cost(secret: str, own: Sequence[str] = ()) -> float:
    """Seconds of a core that looking at a secret takes."""
    began = thread_time()
    with suppress(WeakSecret):
        check_guesses(PASSWORD, secret, own)
    return thread_time() - began


def test_no_secret_and_no_name_takes_a_core_for_long() -> None:
    cost("loads the lists")
    ordinary = max(cost("abcdefghijklmnopqrstuvwxyzabcdefghijklmnop") for _ in range(3))
    assert cost("4@8({[<369&!1|7$5+%0xX2" * 2) < 15 * ordinary, "signs that each stand for several letters"
    assert cost("another secret", [" ".join(f"{n}a" for n in range(9_000))]) < 15 * ordinary


def test_many_signs_hide_no_common_password() -> None:
    assert not taken(PASSWORD, "P@$5w0rd!1|")


def test_the_people_of_the_sandbox_could_have_chosen_theirs() -> None:
    for somebody in personas(MORNING):
        for kind, secret in ((PASSWORD, somebody.password), (PASSCODE, somebody.passcode)):
            if secret is not None:
                check_form(kind, secret)
                check_guesses(kind, secret, own_words(somebody.record))


@pytest.mark.parametrize("secret", ["mười hai con giáp", "another secret", "Mk-zxvy-77-hoa", "con trâu xanh 81 lá"])
def test_a_password_that_nobody_tries_is_taken(secret: str) -> None:
    assert taken(PASSWORD, secret)


@pytest.mark.parametrize(
    "secret",
    [
        "123456", "654321", "777777", "121212", "123123", "112233", "159753", "246810", "000001", "270391",
        "910327", "010190", "836147", "482915", "097191", "950836",
    ],
)  # fmt: skip
def test_a_passcode_that_strangers_try_early_is_refused(secret: str) -> None:
    assert not taken(PASSCODE, secret)


def test_most_passcodes_are_left() -> None:
    drawn = random.Random(7)
    left = sum(taken(PASSCODE, f"{drawn.randrange(10**6):06d}") for _ in range(300))
    assert left > 210
