"""Personal ID numbers (số định danh cá nhân): 12 digits `PPP G YY RRRRRR`, for life, kept as text.

Law 26/2023/QH15 Art. 12; Decree 70/2024/NĐ-CP Art. 11; structure of Decree 137/2015/NĐ-CP Art. 13: place of birth
registration, digit of century and sex, two digits of the birth year, six random digits. There is no check digit, so a
random number with a real place code may belong to a real person: synthetic people get a place code that belongs to
nobody.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vneid_idp.identity.provinces import FORMER

SYNTHETIC_PLACE = "097"
"""Between the last province (096) and the first country (101): assigned to no place, so to no real person."""

SERIALS = 1_000_000

_SHAPE = re.compile(r"[0-9]{12}", re.ASCII)
_PLACES = frozenset({SYNTHETIC_PLACE, *FORMER, *map(str, range(101, 296))})
"""Also the countries, of people who were registered abroad."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2399


class Sex(StrEnum):
    """As the registry records it and as OpenID Connect Core §5.1 spells `gender`."""

    MALE = "male"
    FEMALE = "female"


class MalformedPersonalId(ValueError):
    """The text is not a personal ID number. The message never repeats the text."""


@dataclass(frozen=True, slots=True)
class PersonalId:
    """A personal ID number taken apart: all that its digits tell, by which tests hold the people that we make up."""

    text: str
    place: str
    sex: Sex
    birth_year: int
    serial: int

    @property
    def synthetic(self) -> bool:
        """Whether the place code belongs to nobody, and the number therefore to no real person."""
        return self.place == SYNTHETIC_PLACE


def is_personal_id(text: str) -> bool:
    """Whether `read_personal_id` reads exactly this: twelve digits and nothing between them."""
    return _SHAPE.fullmatch(text) is not None and text[:3] in _PLACES


def read_personal_id(text: str) -> PersonalId:
    """Read a personal ID number; spaces and dots between the digits, as people type them, are forgiven.

    Raises `MalformedPersonalId` if it is not 12 ASCII digits or the place code is assigned to nothing.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not _SHAPE.fullmatch(digits):
        raise MalformedPersonalId("a personal ID number has 12 digits")
    place, century_and_sex = digits[:3], int(digits[3])
    if place not in _PLACES:
        raise MalformedPersonalId("the first three digits are no place code")
    return PersonalId(
        text=digits,
        place=place,
        sex=Sex.FEMALE if century_and_sex % 2 else Sex.MALE,
        birth_year=1900 + 100 * (century_and_sex // 2) + int(digits[4:6]),
        serial=int(digits[6:]),
    )


def build(birth_date: date, sex: Sex, serial: int, place: str = SYNTHETIC_PLACE) -> str:
    """The number of a person born in the years 1900–2399; `serial` is below 1,000,000. Raises `ValueError` outside."""
    if not _FIRST_YEAR <= birth_date.year <= _LAST_YEAR:
        raise ValueError("the digit of the century knows 1900–2399")
    if not 0 <= serial < SERIALS:
        raise ValueError("the serial has six digits")
    century_and_sex = 2 * ((birth_date.year - 1900) // 100) + (sex is Sex.FEMALE)
    return f"{place}{century_and_sex}{birth_date.year % 100:02d}{serial:06d}"
