"""The columns of a register, and in which cell of a file each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.errors import DomainError


class Column(StrEnum):
    """A column, by its name in the header."""

    PHONE_NUMBER = "phone_number"
    ID_DOCUMENT_TYPE = "id_document_type"
    ID_DOCUMENT = "id_document"
    FULL_NAME = "full_name"
    BIRTHDATE = "birthdate"
    NATIONALITY = "nationality"
    HOLDER_KIND = "holder_kind"
    ORGANISATION_CODE = "organisation_code"
    USER_ID_DOCUMENT = "user_id_document"
    SERVICE = "service"
    ACTIVATED_AT = "activated_at"
    DEVICE_CHANGED_AT = "device_changed_at"
    AUTHENTICATED_BY = "authenticated_by"
    AUTHENTICATED_AT = "authenticated_at"


COLUMNS = tuple(Column)
NEEDED = (Column.PHONE_NUMBER, Column.ID_DOCUMENT_TYPE, Column.ID_DOCUMENT, Column.FULL_NAME, Column.BIRTHDATE)
"""A register without one of these is refused; a cell of theirs may be empty, which is a class of its own."""

LONGEST_CELL = 300
"""Characters. The longest name in the population register has fewer."""
_LONGEST_SHOWN = 40


class UnreadableRegister(DomainError):
    """The file as a whole is no register that can be read; `detail` says why. Nothing of it was used."""

    code = "unreadable_register"
    status = 422
    title = "This file cannot be read as a register of subscriber numbers."


@dataclass(slots=True)
class Line:
    """A row of the file before anybody read its cells. Not frozen, as `RegisterRow` is not."""

    number: int
    """Of the line in a CSV file, whose header is line 1; of the row in a Parquet file, which begins with 1."""
    cells: Sequence[str]
    """In the order of `COLUMNS`; an empty text where there is no value, or no such column."""


def places_of(header: Sequence[str]) -> tuple[int | None, ...]:
    """Where in the file each of `COLUMNS` stands. Raises `UnreadableRegister` for a column that is missing, that nobody
    knows, or that stands there twice.
    """
    names = [name.strip().lower() for name in header]
    known = {column.value for column in COLUMNS}
    if unknown := [name for name in names if name not in known]:
        raise UnreadableRegister(f"Nobody knows the column {_shown(unknown[0])}. A register has: {', '.join(COLUMNS)}.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UnreadableRegister(f"The column {twice} stands there twice.")
    if missing := [column.value for column in NEEDED if column not in names]:
        raise UnreadableRegister(f"Missing: {', '.join(missing)}.")
    return tuple(names.index(column) if column in names else None for column in COLUMNS)


def _shown(name: str) -> str:
    """A name from the file as it can be printed: a file may hold anything, and a header may be missing altogether, so
    that somebody's data stands in its place.
    """
    is_a_name = name.replace("_", "").isalpha() and name.isascii() and len(name) <= _LONGEST_SHOWN
    return f"“{name}”" if is_a_name else "in the first line that is no name of a column"
