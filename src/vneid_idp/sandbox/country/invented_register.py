"""Registers of a make-believe carrier, of any size and with known junk: the same for the same seed.

The edition of a register is how often it was handed in before, and one more: from each to the next the carrier has set
some rows right, authenticated some people, and lost some numbers.

The holders are the first citizens of the same seed, so that a synthetic population register with those people knows
them. All phone numbers have the prefix that is assigned to nobody, and none comes twice but where it is meant.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from vneid_idp.identity import personal_id, phones
from vneid_idp.identity.ages import birthday
from vneid_idp.identity.register.records import PersonKind, RegistryRecord
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import COLUMNS, Column
from vneid_idp.sandbox.country.citizens import REFERENCE, RESERVED, citizens
from vneid_idp.sandbox.country.dice import Dice, Weighted

MOST_ROWS = 9_000_000
"""The unassigned prefix has not many more numbers."""
_PEOPLE = 10_000_000
_STRIDE = 6_180_341
_NOBODY = range(900, RESERVED)
"""Serials of personal ID numbers that neither a persona nor a citizen has."""
_MOST_NUMBERS = 3
_CHILDREN = 10
"""Per cent of them who have a number."""
_ADULT, _CHILD = 18, 10
"""Whoever stands between is left out: a year later they would be of another class."""

JUNK: Mapping[RowClass, int] = {
    RowClass.MALFORMED: 15,
    RowClass.DUPLICATE: 10,
    RowClass.MACHINE: 20,
    RowClass.INCOMPLETE: 25,
    RowClass.ORGANISATION: 25,
    RowClass.UNDETERMINED: 5,
    RowClass.FOREIGNER_PASSPORT: 15,
    RowClass.NINE_DIGIT_CARD: 40,
    RowClass.NO_SUCH_PERSON: 20,
    RowClass.BIRTHDATE_DIFFERS: 25,
    RowClass.NAME_DIFFERS: 30,
    RowClass.TOO_MANY: 10,
}
"""Of a thousand holders, of how many the rows are what nobody would have told."""
OF_ALL = 1_000
_OF_PEOPLE = (RowClass.BIRTHDATE_DIFFERS, RowClass.NAME_DIFFERS, RowClass.TOO_MANY)
"""Junk that is made of people with whom all else is in order: of others it would be of their class."""
_MENDED = frozenset(
    {
        RowClass.INCOMPLETE,
        RowClass.NINE_DIGIT_CARD,
        RowClass.NO_SUCH_PERSON,
        RowClass.BIRTHDATE_DIFFERS,
        RowClass.NAME_DIFFERS,
    }
)
"""What a carrier sets right when it asks its subscribers."""
_SET_RIGHT, _AUTHENTICATED, _GONE = 30, 20, 2
"""Per cent, from one edition to the next."""
_DAYS_BETWEEN = 30


@dataclass(frozen=True, slots=True)
class InventedRow:
    """The cells of a row in the order of the columns, and the class that it was made for."""

    cells: tuple[str, ...]
    row_class: RowClass
    holder: int
    """Which citizen of the seed holds it, from 1 on."""


@dataclass(frozen=True, slots=True)
class _Draft:
    row_class: RowClass
    cells: dict[Column, str]


def invented_rows(
    count: int, seed: int, *, junk: Mapping[RowClass, int] = JUNK, edition: int = 1
) -> Iterator[InventedRow]:
    """The rows about the first `count` numbers of `seed`, at most `MOST_ROWS`: as many in the first edition, and fewer
    in those that follow. `junk` is as `JUNK`, and together `OF_ALL` at most."""
    if count > MOST_ROWS:
        raise ValueError("more rows than phone numbers that belong to nobody")
    weights: dict[RowClass | None, int] = {None: OF_ALL - sum(junk.values())}
    for row_class, count_of in junk.items():
        weights[row_class] = count_of
    classes, numbers = Weighted(weights), _Numbers(seed)
    made = 0
    for holder, citizen in enumerate(citizens(_PEOPLE, seed), start=1):
        for draft in _of_holder(citizen.record, classes, Dice(seed, "register", holder), numbers):
            if made == count:
                return
            made += 1
            told = _later(draft, citizen.record, edition, Dice(seed, "later", made))
            if told is not None:
                yield InventedRow(tuple(told.cells.get(column, "") for column in COLUMNS), told.row_class, holder)


def rows_of(people: Iterable[RegistryRecord]) -> Iterator[tuple[str, ...]]:
    """A row about the phone of each of these people who has one: the carrier has them as they are."""
    for record in people:
        if record.phone is not None:
            cells = _cells(record, record.phone, Dice(0, record.person_id))
            yield tuple(cells.get(column, "") for column in COLUMNS)


class _Numbers:
    """Hands out phone numbers of nobody, none of them twice."""

    def __init__(self, seed: int) -> None:
        self._space = phones.SYNTHETIC_NUMBERS - RESERVED
        self._next = Dice(seed, "numbers").below(self._space)
        self.last: str | None = None
        """The number of the last row that can be read, which another one may repeat."""

    def take(self, *, readable: bool = True) -> str:
        """A number that no row had before, for one that can be read, or cannot."""
        self._next = (self._next + _STRIDE) % self._space
        number = phones.build(RESERVED + self._next)
        if readable:
            self.last = number
        return number


def _of_holder(
    record: RegistryRecord, weights: Weighted[RowClass | None], dice: Dice, numbers: _Numbers
) -> Iterator[_Draft]:
    """The rows under one person's papers."""
    plain = _class_of(record)
    junk = weights.pick(dice)
    if plain is None or (plain is RowClass.MINOR and not dice.chance(_CHILDREN)):
        return
    if junk is RowClass.DUPLICATE and numbers.last is None:
        junk = None
    if junk is None or (junk in _OF_PEOPLE and plain is not RowClass.CONSISTENT):
        for _ in range(1 + dice.below(_MOST_NUMBERS)):
            yield _Draft(plain, _spelled(_cells(record, numbers.take(), dice), dice))
        return
    if junk is RowClass.TOO_MANY:
        for place in range(1, _MOST_NUMBERS + dice.between(2, 3)):
            above = place > _MOST_NUMBERS
            yield _Draft(RowClass.TOO_MANY if above else plain, _cells(record, numbers.take(), dice))
        return
    is_repeated, is_readable = junk is RowClass.DUPLICATE, junk is not RowClass.MALFORMED
    phone_number = numbers.last if is_repeated else numbers.take(readable=is_readable)
    assert phone_number is not None
    yield _Draft(junk, _spoiled(junk, record, _cells(record, phone_number, dice), dice))


def _later(draft: _Draft, record: RegistryRecord, edition: int, dice: Dice) -> _Draft | None:
    """The row in a later edition; nothing where its number is gone."""
    for nth in range(1, edition):
        if dice.chance(_GONE):
            return None
        if draft.row_class in _MENDED and dice.chance(_SET_RIGHT):
            right = _cells(record, draft.cells[Column.PHONE_NUMBER], dice)
            right[Column.ACTIVATED_AT] = draft.cells[Column.ACTIVATED_AT]
            draft = _Draft(_class_of(record) or RowClass.CONSISTENT, right)
        elif draft.row_class is RowClass.CONSISTENT and dice.chance(_AUTHENTICATED):
            at = (REFERENCE + timedelta(days=nth * _DAYS_BETWEEN)).isoformat()
            told = {Column.AUTHENTICATED_BY: "carrier_app", Column.AUTHENTICATED_AT: at}
            draft = replace(draft, cells=draft.cells | told)
    return draft


def _class_of(record: RegistryRecord) -> RowClass | None:
    """The class of whoever is told rightly; nothing of whom it would change soon."""
    if record.deceased_at is not None:
        return RowClass.DECEASED
    if record.kind is PersonKind.FOREIGNER:
        return RowClass.FOREIGNER_CARD
    if birthday(record.birth_date, _ADULT) <= REFERENCE:
        return RowClass.CONSISTENT
    return RowClass.MINOR if birthday(record.birth_date, _CHILD) > REFERENCE else None


def _cells(record: RegistryRecord, phone_number: str, dice: Dice) -> dict[Column, str]:
    is_foreigner = record.kind is PersonKind.FOREIGNER
    activated = REFERENCE - timedelta(days=1 + dice.below(4_000))
    return {
        Column.PHONE_NUMBER: phone_number,
        Column.ID_DOCUMENT_TYPE: "residence_card" if is_foreigner else "citizen_card",
        Column.ID_DOCUMENT: record.personal_number,
        Column.FULL_NAME: record.full_name,
        Column.BIRTHDATE: record.birth_date.isoformat(),
        Column.NATIONALITY: record.nationality,
        Column.HOLDER_KIND: "person",
        Column.SERVICE: "person_to_person",
        Column.ACTIVATED_AT: activated.isoformat(),
    }


def _spelled(cells: dict[Column, str], dice: Dice) -> dict[Column, str]:
    """The same as carriers write it down in various ways, all of which mean the same."""
    if dice.chance(20):
        cells[Column.PHONE_NUMBER] = f"0{cells[Column.PHONE_NUMBER].removeprefix('+84')}"
    if dice.chance(30):
        cells[Column.FULL_NAME] = cells[Column.FULL_NAME].upper()
    if dice.chance(20):
        year, month, day = cells[Column.BIRTHDATE].split("-")
        cells[Column.BIRTHDATE] = f"{day}/{month}/{year}"
    return cells


def _spoiled(junk: RowClass, record: RegistryRecord, cells: dict[Column, str], dice: Dice) -> dict[Column, str]:
    """The cells with what makes them of a class."""
    match junk:
        case RowClass.MALFORMED:
            wrong = {
                Column.PHONE_NUMBER: "024 3825 0000",
                Column.BIRTHDATE: "31/02/1990",
                Column.ID_DOCUMENT: record.personal_number.removeprefix("0"),
                Column.SERVICE: "yes",
            }
            column = dice.pick(tuple(wrong))
            return cells | {Column.ID_DOCUMENT_TYPE: "citizen_card", column: wrong[column]}
        case RowClass.MACHINE:
            return cells | {Column.SERVICE: "machine"}
        case RowClass.INCOMPLETE:
            return cells | {dice.pick((Column.ID_DOCUMENT, Column.FULL_NAME, Column.BIRTHDATE)): ""}
        case RowClass.ORGANISATION:
            code = f"01{dice.below(10**8):08d}"
            user = {Column.ORGANISATION_CODE: code, Column.USER_ID_DOCUMENT: record.personal_number}
            return (
                cells | {Column.HOLDER_KIND: "organisation", Column.ID_DOCUMENT_TYPE: "", Column.ID_DOCUMENT: ""} | user
            )
        case RowClass.UNDETERMINED:
            papers = {Column.ID_DOCUMENT_TYPE: "undetermined_nationality", Column.NATIONALITY: ""}
            return cells | papers | {Column.ID_DOCUMENT: f"GXN{dice.below(10**6):06d}"}
        case RowClass.FOREIGNER_PASSPORT:
            papers = {
                Column.ID_DOCUMENT_TYPE: "passport",
                Column.NATIONALITY: dice.pick(("KR", "JP", "CN", "LA", "FR")),
            }
            return cells | papers | {Column.ID_DOCUMENT: f"M{dice.below(10**8):08d}"}
        case RowClass.NINE_DIGIT_CARD:
            return cells | {Column.ID_DOCUMENT_TYPE: "nine_digit_card", Column.ID_DOCUMENT: f"{dice.below(10**9):09d}"}
        case RowClass.NO_SUCH_PERSON:
            number = personal_id.build(record.birth_date, record.sex, dice.pick(_NOBODY))
            return cells | {Column.ID_DOCUMENT: number}
        case RowClass.BIRTHDATE_DIFFERS:
            other = record.birth_date + timedelta(days=dice.between(1, 400))
            return cells | {Column.BIRTHDATE: other.isoformat()}
        case RowClass.NAME_DIFFERS:
            return cells | {Column.FULL_NAME: _another_name(record.full_name)}
        case _:
            return cells


def _another_name(full_name: str) -> str:
    """The name as a keyboard without Vietnamese letters writes it, or with a word more where that is no difference."""
    plain = unicodedata.normalize("NFD", full_name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return plain if plain != full_name else f"{full_name} Hai"
