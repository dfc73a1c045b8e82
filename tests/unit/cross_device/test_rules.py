"""Codes that people type, numbers that they pick, and how hard either is to guess."""

import itertools
import math

import pytest

from vneid_idp.cross_device.opening import DEVICE_LIFE
from vneid_idp.cross_device.rules import (
    USER_CODE_LENGTH,
    USER_CODE_LETTERS,
    normal_code,
    shown_code,
)
from vneid_idp.kernel.secrets import new_letters
from vneid_idp.protocol.number_matching import among_others
from vneid_idp.web.limit_table import LIMITS
from vneid_idp.web.limits import Secret, Subject


@pytest.mark.parametrize("typed", ["WDJBMJHT", "wdjb-mjht", " WDJB MJHT ", "wdjb–mjht", "w d j b m j h t"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert normal_code(typed) == "WDJBMJHT"
    assert shown_code("WDJBMJHT") == "WDJB-MJHT"


@pytest.mark.parametrize("typed", ["", "WDJBMJH", "WDJBMJHTT", "WDJBMJHA", "WDJB0JHT", "WDJBMJH\0"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert normal_code(typed) is None


def test_guessing_a_code_takes_longer_than_it_lives() -> None:
    """RFC 8628 §5.1: with the tries of one network, in the life of a code, less than one in a hundred million."""
    codes = len(set(USER_CODE_LETTERS)) ** USER_CODE_LENGTH
    for subject, limits in LIMITS[Secret.USER_CODE].items():
        tries = min(limit.amount * math.ceil(DEVICE_LIFE / limit.window) for limit in limits)
        assert tries / codes < 1e-8, subject
    assert LIMITS[Secret.USER_CODE].keys() == {Subject.ADDRESS, Subject.NETWORK_56, Subject.NETWORK_48}


def test_letters_are_drawn_from_the_alphabet_alone() -> None:
    code = new_letters(USER_CODE_LETTERS, 1_000)
    assert set(code) == set(USER_CODE_LETTERS)
    assert len(code) == 1_000


def test_the_right_number_stands_among_two_others_and_its_place_tells_nothing() -> None:
    draws = itertools.cycle(["42", "42", "17", "93"])
    assert among_others(lambda: next(draws)) == ("42", ("17", "42", "93"))
    places = [
        among.index(right) for right, among in (among_others(lambda: new_letters("123456789", 2)) for _ in range(300))
    ]
    assert {places.count(place) > 50 for place in range(3)} == {True}
