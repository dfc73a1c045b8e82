"""A row as it is meant: numbers, documents, names and days in the one form that the rest of the program knows."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from vneid_idp.identity import phones
from vneid_idp.identity.personal_id import is_personal_id
from vneid_idp.kernel.clock import VIETNAM
from vneid_idp.kernel.mobile_numbers import is_mobile_number
from vneid_idp.registers.columns import COLUMNS, LONGEST_CELL, Column, Line
from vneid_idp.registers.faults import Fault, FaultCode

E = TypeVar("E", bound=StrEnum)


class DocumentType(StrEnum):
    """The papers under which a number is registered."""

    CITIZEN_CARD = "citizen_card"
    """A card with the personal ID number of 12 digits, a citizen's."""
    NINE_DIGIT_CARD = "nine_digit_card"
    """The old people's card (chứng minh nhân dân) with 9 digits."""
    RESIDENCE_CARD = "residence_card"
    """A foreigner's permanent or temporary residence card."""
    PASSPORT = "passport"
    UNDETERMINED = "undetermined_nationality"
    """The certificate of somebody of Vietnamese origin whose nationality is not determined."""


class HolderKind(StrEnum):
    """Who the holder is."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Service(StrEnum):
    """What the number is for."""

    PERSON_TO_PERSON = "person_to_person"
    MACHINE = "machine"
    """A device: it receives, sends data and calls for help, and does not call or write to people (Decree 163/2024)."""


class Channel(StrEnum):
    """Where the holder was authenticated (Circular 08/2026/TT-BKHCN Art. 4.1)."""

    IDENTITY_APP = "identity_app"
    CARRIER_APP = "carrier_app"
    CARRIER_POINT = "carrier_point"
    AUTHORISED_POINT = "authorised_point"


@dataclass(frozen=True, slots=True)
class Document:
    """A document by its type and number, without spaces and dots."""

    type: DocumentType
    number: str

    @property
    def personal_number(self) -> str | None:
        """The personal ID number, by which the population register knows people; of other papers there is none."""
        asks = self.type in (DocumentType.CITIZEN_CARD, DocumentType.RESIDENCE_CARD)
        return self.number if asks and len(self.number) == 12 and self.number.isdigit() else None


@dataclass(slots=True)  # not frozen: that takes five times as long to make, and millions are made
class RegisterRow:
    """A row that could be read. What its cells leave out is None. Nobody changes one."""

    line: int
    phone_number: str
    """E.164."""
    document: Document | None
    full_name: str | None
    birth_date: date | None
    nationality: str | None
    """ISO 3166-1 alpha-2."""
    holder_kind: HolderKind
    organisation_code: str | None
    user_document: Document | None
    """Of the person who uses an organisation's number."""
    service: Service
    activated_on: date | None
    device_changed_on: date | None
    authenticated_by: Channel | None
    authenticated_on: date | None

    @property
    def is_authenticated(self) -> bool:
        """Whether the holder was authenticated, in the device in which the number works: whoever changes that is
        checked again (Circular 08/2026/TT-BKHCN Art. 8, 10)."""
        if self.authenticated_by is None or self.authenticated_on is None:
            return False
        return self.device_changed_on is None or self.device_changed_on <= self.authenticated_on


class _Bad(Exception):
    """A cell cannot be read."""

    def __init__(self, code: FaultCode) -> None:
        super().__init__(code)
        self.code = code


_SEPARATORS = str.maketrans("", "", " .-")
_NINE = re.compile(r"[0-9]{9}", re.ASCII)
_TWELVE = re.compile(r"[0-9]{12}", re.ASCII)
_PAPERS = re.compile(r"[A-Z0-9/]{5,20}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9/]{1,30}", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_FIRST_YEAR = 1900
_DAYS = 65_536
"""Cells of which the day is remembered: those of a century, in the two ways in which they are written most."""
_VALUES = 1_024
"""The same of columns with few values."""


def read_row(line: Line) -> RegisterRow | tuple[Fault, ...]:
    """What a row says, or all that is wrong with it. Pure."""
    try:
        return _row(line)
    except _Bad:
        return tuple(_faults(line))


def _row(line: Line) -> RegisterRow:
    """What a row says. Raises `_Bad` for the first cell that cannot be read."""
    # As `COLUMNS` are.
    phone, kind, document, name, born, nation, holder, code, user, service, activated, changed, by, at = line.cells
    return RegisterRow(
        line.number,
        _phone(phone),
        _document(document, _document_type(kind)),
        _name(name),
        _birth_date(born),
        _country(nation),
        _holder_kind(holder) or HolderKind.PERSON,
        _code(code),
        _document(user, None),
        _service(service) or Service.PERSON_TO_PERSON,
        _day(activated),
        _day(changed),
        _channel(by),
        _day(at),
    )


def read_phone_number(line: Line) -> str | None:
    """The number that a row is about, also where other cells of it cannot be read. Pure."""
    try:
        return _phone(line.cells[0])
    except _Bad:
        return None


def _faults(line: Line) -> Iterator[Fault]:
    """What is wrong with a row: each of its cells is read by itself."""
    document_type: DocumentType | None = None
    for column, cell in zip(COLUMNS, line.cells, strict=True):
        try:
            if column is Column.ID_DOCUMENT_TYPE:
                document_type = _document_type(cell)
            elif column is Column.ID_DOCUMENT:
                _document(cell, document_type)
            else:
                _READERS[column](cell)
        except _Bad as bad:
            yield Fault(line.number, column, bad.code)


def _clean(raw: str) -> str:
    """The text in one form of Unicode (NFC), with single spaces."""
    if len(raw) > LONGEST_CELL:
        raise _Bad(FaultCode.CELL_TOO_LONG)
    text = unicodedata.normalize("NFC", " ".join(raw.split()))
    if not text.isprintable():
        raise _Bad(FaultCode.CONTROL_CHARACTER)
    return text


def _phone(raw: str) -> str:
    e164 = f"+84{raw[1:]}" if raw.startswith("0") else raw
    if is_mobile_number(e164):  # most are written so, and cost a tenth of what the library takes
        return e164
    text = _clean(raw)
    if not text:
        raise _Bad(FaultCode.NO_PHONE_NUMBER)
    try:
        return phones.read_phone(text)
    except phones.MalformedPhone:
        raise _Bad(FaultCode.NOT_A_PHONE_NUMBER) from None


def _document(raw: str, document_type: DocumentType | None) -> Document | None:
    """Whoever gives no type, or calls a card of 9 digits a citizen's, is understood by the number of digits."""
    if document_type is DocumentType.CITIZEN_CARD and is_personal_id(raw):  # most are, and need nothing of what follows
        return Document(document_type, raw)
    text = raw and _clean(raw)
    if not text:
        return None
    number = text.translate(_SEPARATORS).upper()
    if document_type in (None, DocumentType.CITIZEN_CARD, DocumentType.NINE_DIGIT_CARD):
        if _NINE.fullmatch(number):
            return Document(DocumentType.NINE_DIGIT_CARD, number)
        return Document(DocumentType.CITIZEN_CARD, _personal_number(number))
    if document_type is DocumentType.RESIDENCE_CARD and _TWELVE.fullmatch(number):
        return Document(document_type, _personal_number(number))
    if not _PAPERS.fullmatch(number):
        raise _Bad(FaultCode.NOT_A_DOCUMENT_NUMBER)
    return Document(document_type, number)


def _personal_number(number: str) -> str:
    if not is_personal_id(number):
        raise _Bad(FaultCode.NOT_AN_ID_NUMBER)
    return number


def _name(raw: str) -> str | None:
    return _clean(raw) or None


def _read_day(raw: str) -> date | None:
    """A day, or that of an instant in Viet Nam."""
    text = _clean(raw)
    if not text:
        return None
    try:
        if _ISO_DAY.fullmatch(text):
            day = date.fromisoformat(text)
        elif found := _VIETNAMESE_DAY.fullmatch(text):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            instant = datetime.fromisoformat(text)
            day = (instant if instant.tzinfo is None else instant.astimezone(VIETNAM)).date()
    except (ValueError, OverflowError):
        raise _Bad(FaultCode.NOT_A_DATE) from None
    if day.year < _FIRST_YEAR:
        raise _Bad(FaultCode.NOT_A_DATE)
    return day


_birth_date, _day = lru_cache(_DAYS)(_read_day), lru_cache(_DAYS)(_read_day)
"""Two: where a column has instants, of which none comes twice, the birth dates are remembered nevertheless."""


@lru_cache(_VALUES)
def _country(raw: str) -> str | None:
    code = _clean(raw).upper()
    if not code:
        return None
    if not _COUNTRY.fullmatch(code):
        raise _Bad(FaultCode.UNKNOWN_VALUE)
    return code


def _code(raw: str) -> str | None:
    text = raw and _clean(raw)
    if not text:
        return None
    code = text.translate(_SEPARATORS)
    if not _CODE.fullmatch(code):
        raise _Bad(FaultCode.UNKNOWN_VALUE)
    return code


def _one_of(values: type[E]) -> Callable[[str], E | None]:
    known = {value.value: value for value in values}

    @lru_cache(_VALUES)
    def read(raw: str) -> E | None:
        text = _clean(raw)
        found = known.get(text.lower())
        if text and found is None:
            raise _Bad(FaultCode.UNKNOWN_VALUE)
        return found

    return read


_document_type, _holder_kind = _one_of(DocumentType), _one_of(HolderKind)
_service, _channel = _one_of(Service), _one_of(Channel)

_READERS: Mapping[Column, Callable[[str], object]] = {
    Column.PHONE_NUMBER: _phone,
    Column.FULL_NAME: _name,
    Column.BIRTHDATE: _birth_date,
    Column.NATIONALITY: _country,
    Column.HOLDER_KIND: _holder_kind,
    Column.ORGANISATION_CODE: _code,
    Column.USER_ID_DOCUMENT: lambda raw: _document(raw, None),
    Column.SERVICE: _service,
    Column.ACTIVATED_AT: _day,
    Column.DEVICE_CHANGED_AT: _day,
    Column.AUTHENTICATED_BY: _channel,
    Column.AUTHENTICATED_AT: _day,
}
"""Of cells that are read without others."""
