"""A row as it is meant: numbers, documents, names and days in the one form that the rest of the program knows."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from vneid_idp.identity import phones
from vneid_idp.identity.personal_id import MalformedPersonalId, read_personal_id
from vneid_idp.kernel.clock import VIETNAM
from vneid_idp.kernel.mobile_numbers import is_mobile_number
from vneid_idp.registers.columns import COLUMNS, LONGEST_CELL, Column, Line
from vneid_idp.registers.faults import Fault, FaultCode

T = TypeVar("T")
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


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row that could be read. What its cells leave out is None."""

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


class _Bad(Exception):
    """A cell cannot be read."""

    def __init__(self, code: FaultCode) -> None:
        super().__init__(code)
        self.code = code


_SEPARATORS = str.maketrans("", "", " .-")
_PLAIN = re.compile(r"[!-~]+", re.ASCII)
"""Of which there is but one form."""
_NATIONAL = re.compile(r"0[0-9]{9}", re.ASCII)
_NINE = re.compile(r"[0-9]{9}", re.ASCII)
_TWELVE = re.compile(r"[0-9]{12}", re.ASCII)
_PAPERS = re.compile(r"[A-Z0-9/]{5,20}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9/]{1,30}", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_FIRST_YEAR = 1900


def read_row(line: Line) -> RegisterRow | tuple[Fault, ...]:
    """What a row says, or all that is wrong with it. Pure."""
    cells = _Cells(line)
    phone_number = cells.read(Column.PHONE_NUMBER, _phone)
    document_type = cells.read(Column.ID_DOCUMENT_TYPE, _document_type)
    document = cells.read(Column.ID_DOCUMENT, lambda text: _document(text, document_type))
    row = RegisterRow(
        line=line.number,
        phone_number=phone_number or "",
        document=document,
        full_name=cells.read(Column.FULL_NAME, str),
        birth_date=cells.read(Column.BIRTHDATE, _day),
        nationality=cells.read(Column.NATIONALITY, _country),
        holder_kind=cells.read(Column.HOLDER_KIND, _holder_kind) or HolderKind.PERSON,
        organisation_code=cells.read(Column.ORGANISATION_CODE, _code),
        user_document=cells.read(Column.USER_ID_DOCUMENT, lambda text: _document(text, None)),
        service=cells.read(Column.SERVICE, _service) or Service.PERSON_TO_PERSON,
        activated_on=cells.read(Column.ACTIVATED_AT, _day),
        device_changed_on=cells.read(Column.DEVICE_CHANGED_AT, _day),
        authenticated_by=cells.read(Column.AUTHENTICATED_BY, _channel),
        authenticated_on=cells.read(Column.AUTHENTICATED_AT, _day),
    )
    if phone_number is None and not any(fault.column is Column.PHONE_NUMBER for fault in cells.faults):
        cells.faults.append(Fault(line.number, Column.PHONE_NUMBER, FaultCode.NO_PHONE_NUMBER))
    return tuple(cells.faults) or row


def read_phone_number(line: Line) -> str | None:
    """The number that a row is about, also where other cells of it cannot be read. Pure."""
    return _Cells(line).read(Column.PHONE_NUMBER, _phone)


class _Cells:
    """Reads the cells of a line, and keeps what is wrong with them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.faults: list[Fault] = []

    def read(self, column: Column, meaning: Callable[[str], T]) -> T | None:
        """What the cell means; nothing where it is empty, or cannot be read."""
        raw = self._line.cells[_PLACES[column]]
        if not raw:
            return None
        try:
            text = _clean(raw)
            return meaning(text) if text else None
        except _Bad as bad:
            self.faults.append(Fault(self._line.number, column, bad.code))
            return None


_PLACES = {column: place for place, column in enumerate(COLUMNS)}


def _clean(raw: str) -> str:
    """The text in one form of Unicode (NFC), with single spaces."""
    if len(raw) > LONGEST_CELL:
        raise _Bad(FaultCode.CELL_TOO_LONG)
    if _PLAIN.fullmatch(raw):
        return raw
    text = unicodedata.normalize("NFC", " ".join(raw.split()))
    if not text.isprintable():
        raise _Bad(FaultCode.CONTROL_CHARACTER)
    return text


def _phone(text: str) -> str:
    e164 = f"+84{text[1:]}" if _NATIONAL.fullmatch(text) else text
    if is_mobile_number(e164):  # most are written so, and cost a tenth of what the library takes
        return e164
    try:
        return phones.read_phone(text)
    except phones.MalformedPhone:
        raise _Bad(FaultCode.NOT_A_PHONE_NUMBER) from None


def _document(text: str, document_type: DocumentType | None) -> Document:
    """Whoever gives no type, or calls a card of 9 digits a citizen's, is understood by the number of digits."""
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
    try:
        return read_personal_id(number).text
    except MalformedPersonalId:
        raise _Bad(FaultCode.NOT_AN_ID_NUMBER) from None


def _day(text: str) -> date:
    """A day, or that of an instant in Viet Nam."""
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


def _country(text: str) -> str:
    code = text.upper()
    if not _COUNTRY.fullmatch(code):
        raise _Bad(FaultCode.UNKNOWN_VALUE)
    return code


def _code(text: str) -> str:
    code = text.translate(_SEPARATORS)
    if not _CODE.fullmatch(code):
        raise _Bad(FaultCode.UNKNOWN_VALUE)
    return code


def _one_of(values: type[E]) -> Callable[[str], E]:
    known = {value.value: value for value in values}

    def read(text: str) -> E:
        found = known.get(text.lower())
        if found is None:
            raise _Bad(FaultCode.UNKNOWN_VALUE)
        return found

    return read


_document_type, _holder_kind = _one_of(DocumentType), _one_of(HolderKind)
_service, _channel = _one_of(Service), _one_of(Channel)
