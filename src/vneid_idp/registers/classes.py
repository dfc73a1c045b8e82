"""Which class a row of a register belongs to: what follows for the number depends on it.

Several can be true of one row. The first of `RULES` is its class, the others stand beside it as further reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vneid_idp.identity.ages import birthday
from vneid_idp.identity.register.records import Holder, PersonKind
from vneid_idp.matching.names import agree
from vneid_idp.registers.rows import DocumentType, HolderKind, RegisterRow, Service


class RowClass(StrEnum):
    """A class of rows. Programs of carriers go by these, so none is renamed."""

    MALFORMED = "malformed"
    DUPLICATE = "duplicate"
    MACHINE = "machine"
    INCOMPLETE = "incomplete"
    ORGANISATION = "organisation"
    UNDETERMINED = "undetermined"
    FOREIGNER_PASSPORT = "foreigner_passport"
    NINE_DIGIT_CARD = "nine_digit_card"
    NOT_COMPARED = "not_compared"
    NO_SUCH_PERSON = "no_such_person"
    DECEASED = "deceased"
    BIRTHDATE_DIFFERS = "birthdate_differs"
    NAME_DIFFERS = "name_differs"
    TOO_MANY = "too_many"
    MINOR = "minor"
    FOREIGNER_CARD = "foreigner_card"
    CONSISTENT = "consistent"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides beside the row: the day, and the numbers that the law sets."""

    today: date
    """In Viet Nam."""
    most_numbers: int
    """How many numbers somebody may have under one document without a contract of their own."""
    minor_under_age: int
    """Under this age, in completed years, a parent or guardian has to agree."""


@dataclass(slots=True)
class Found:
    """What others say of a row: the population register, and the rows before it. Not frozen: see `RegisterRow`."""

    holder: Holder | None = None
    """Whom the population register has under the row's personal ID number; nothing where it has nobody, or was not
    asked."""
    stood_before: bool = False
    """Whether the same phone number stands in a row before it."""
    place: int = 1
    """Which number of its holder it is, as the rows come."""
    is_compared: bool = True
    """Whether the row may be held against the population register, if its class depends on that."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The class of a row, and what else is true of it."""

    row_class: RowClass
    also: tuple[RowClass, ...] = ()


_VIET_NAM = "VN"
_Applies = Callable[[RegisterRow, Found, Terms], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a row belongs to a class, in words and as the program decides it."""

    row_class: RowClass
    meaning: str
    source: str
    """Where the law speaks of such numbers; empty where it is a matter of the file alone."""
    applies: _Applies | None = None
    """Nothing at the two ends: a row that cannot be read says nothing, and of the last nothing else is true."""


def _is_incomplete(row: RegisterRow, _: Found, __: Terms) -> bool:
    if row.holder_kind is HolderKind.ORGANISATION:
        return row.organisation_code is None or row.user_document is None
    has_passport = row.document is not None and row.document.type is DocumentType.PASSPORT
    of_a_citizen = has_passport and row.nationality == _VIET_NAM
    return row.document is None or row.full_name is None or row.birth_date is None or of_a_citizen


def _has(row: RegisterRow, document_type: DocumentType) -> bool:
    return row.document is not None and row.document.type is document_type


def _is_minor(row: RegisterRow, found: Found, terms: Terms) -> bool:
    born = row.birth_date if found.holder is None else found.holder.birth_date
    # By the year alone of most, since each row is asked.
    if born is None or terms.today.year - born.year > terms.minor_under_age:
        return False
    return birthday(born, terms.minor_under_age) > terms.today


def _name_differs(row: RegisterRow, found: Found, _: Terms) -> bool:
    if found.holder is None or row.full_name is None:
        return False
    return not agree(row.full_name, found.holder.full_name)


RULES: tuple[Rule, ...] = (
    Rule(RowClass.MALFORMED, "a cell of it cannot be read; the error file says which", ""),
    Rule(
        RowClass.DUPLICATE,
        "its phone number stands in a row before it",
        "",
        lambda _, found, __: found.stood_before,
    ),
    Rule(
        RowClass.MACHINE,
        "the number is a device's and not for people to speak or write to each other",
        "Decree 163/2024/NĐ-CP Art. 18",
        lambda row, _, __: row.service is Service.MACHINE,
    ),
    Rule(
        RowClass.INCOMPLETE,
        "document, name or birth date is missing; of an organisation its code or the document of who uses the number; "
        "a citizen's passport, under which nobody is found",
        "Circular 08/2026/TT-BKHCN Art. 4.1",
        _is_incomplete,
    ),
    Rule(
        RowClass.ORGANISATION,
        "an organisation holds it: whoever uses it is the one to be authenticated",
        "Circular 08/2026/TT-BKHCN Art. 5",
        lambda row, _, __: row.holder_kind is HolderKind.ORGANISATION,
    ),
    Rule(
        RowClass.UNDETERMINED,
        "somebody of Vietnamese origin whose nationality is not determined: in person only",
        "Circular 08/2026/TT-BKHCN Art. 7",
        lambda row, _, __: _has(row, DocumentType.UNDETERMINED),
    ),
    Rule(
        RowClass.FOREIGNER_PASSPORT,
        "a foreigner on a passport: checked again, each number by itself",
        "Circular 08/2026/TT-BKHCN Art. 6, 10",
        lambda row, _, __: _has(row, DocumentType.PASSPORT) and row.nationality != _VIET_NAM,
    ),
    Rule(
        RowClass.NINE_DIGIT_CARD,
        "an old card with 9 digits: face data within 60 days of the confirmation",
        "Circular 08/2026/TT-BKHCN Art. 10",
        lambda row, _, __: _has(row, DocumentType.NINE_DIGIT_CARD),
    ),
    Rule(
        RowClass.NOT_COMPARED,
        "of its ID number more was said within a day that differs than is compared: nothing is told of the person",
        "",
        lambda _, found, __: not found.is_compared,
    ),
    Rule(
        RowClass.NO_SUCH_PERSON,
        "the population register has nobody under this number",
        "Circular 08/2026/TT-BKHCN Art. 4.1",
        lambda row, found, _: found.holder is None and found.is_compared and asks_for(row) is not None,
    ),
    Rule(
        RowClass.DECEASED,
        "the population register says that the holder has died",
        "Circular 08/2026/TT-BKHCN Art. 4.1",
        lambda _, found, __: found.holder is not None and found.holder.is_deceased,
    ),
    Rule(
        RowClass.BIRTHDATE_DIFFERS,
        "the population register has another birth date",
        "Circular 08/2026/TT-BKHCN Art. 4.1",
        lambda row, found, _: found.holder is not None and found.holder.birth_date != row.birth_date,
    ),
    Rule(
        RowClass.NAME_DIFFERS,
        "the population register has another name, by the rule of four-field matches",
        "Circular 08/2026/TT-BKHCN Art. 4.1",
        _name_differs,
    ),
    Rule(
        RowClass.TOO_MANY,
        "its holder has more numbers in the file than the law gives without a contract, and this is one of those above",
        "Decree 163/2024/NĐ-CP Art. 18.2",
        lambda _, found, terms: found.place > terms.most_numbers,
    ),
    Rule(
        RowClass.MINOR,
        "its holder is a child for whom a parent or guardian has to agree",
        "Decree 174/2026/NĐ-CP Art. 34.5",
        _is_minor,
    ),
    Rule(
        RowClass.FOREIGNER_CARD,
        "a foreigner with a residence card",
        "Circular 08/2026/TT-BKHCN Art. 6",
        lambda row, found, _: (
            _has(row, DocumentType.RESIDENCE_CARD)
            or (found.holder is not None and found.holder.kind is PersonKind.FOREIGNER)
        ),
    ),
    Rule(RowClass.CONSISTENT, "nothing of the above: row and population register agree", ""),
)
"""From the first to the last: whichever applies first is the class."""


DIFFER = frozenset({RowClass.NO_SUCH_PERSON, RowClass.DECEASED, RowClass.BIRTHDATE_DIFFERS, RowClass.NAME_DIFFERS})
"""What tells that somebody is not as the row says."""


def asks_for(row: RegisterRow) -> str | None:
    """The personal ID number for which the population register has to be asked; nothing where the class of the row does
    not depend on its answer, so that nobody is looked up without need.
    """
    if row.service is Service.MACHINE or row.holder_kind is HolderKind.ORGANISATION or row.document is None:
        return None
    return None if row.full_name is None or row.birth_date is None else row.document.personal_number


def classify(row: RegisterRow | None, found: Found, terms: Terms) -> Classified:
    """The class of a row; without one it could not be read. Pure."""
    if row is None:
        return Classified(RowClass.MALFORMED)
    applying = [row_class for row_class, applies in _JUDGED if applies(row, found, terms)]
    if not applying:
        return _CONSISTENT
    first, *also = applying
    return Classified(first, tuple(also))


_JUDGED = tuple((rule.row_class, rule.applies) for rule in RULES if rule.applies is not None)
_CONSISTENT = Classified(RowClass.CONSISTENT)
