"""What can be wrong with a row, and the file that says where. It repeats nothing of what stands there."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from vneid_idp.registers.columns import Column


class FaultCode(StrEnum):
    """Why a row cannot be read. Programs of carriers go by these, so none is renamed."""

    NOT_UTF8 = "not_utf8"
    """Its bytes are no text in UTF-8."""
    LINE_TOO_LONG = "line_too_long"
    """The line is longer than 64 KiB."""
    BAD_QUOTES = "bad_quotes"
    """A quotation mark is not closed in its line, or stands inside a cell. A row is one line."""
    CELL_COUNT = "cell_count"
    """It has more or fewer cells than the header."""
    CELL_TOO_LONG = "cell_too_long"
    """A cell has more than 300 characters."""
    CONTROL_CHARACTER = "control_character"
    """A cell holds characters that nobody can see."""
    NO_PHONE_NUMBER = "no_phone_number"
    """There is no number that the row could be about."""
    NOT_A_PHONE_NUMBER = "not_a_phone_number"
    """It is not a Vietnamese mobile number."""
    NOT_AN_ID_NUMBER = "not_an_id_number"
    """It is neither a personal ID number of 12 digits nor the number of a card of 9."""
    NOT_A_DOCUMENT_NUMBER = "not_a_document_number"
    """It cannot be the number of such a document."""
    NOT_A_DATE = "not_a_date"
    """It is no day, written as `YYYY-MM-DD` or `DD/MM/YYYY`, or as RFC 3339 has it."""
    UNKNOWN_VALUE = "unknown_value"
    """The column has a list of values, of which this is none."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a row cannot be read, and why."""

    line: int
    """As `Line.number`."""
    column: Column | None
    """Nothing where the whole line is at fault."""
    code: FaultCode


class FaultFile:
    """Writes faults as CSV, one a line."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(("line", "column", "code"))

    def write(self, fault: Fault) -> None:
        """Add a fault."""
        self._writer.writerow((fault.line, safe_cell(fault.column or ""), safe_cell(fault.code)))


def safe_cell(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: what could begin one stands behind an apostrophe
    (OWASP, *CSV Injection*)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
