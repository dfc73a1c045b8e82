"""What a service has of a person who agreed to it, held against their record, attribute by attribute: pure.

More than the four fields of a carrier, and of a text that differs also how near it comes. What the register does not
have of somebody is neither equal nor different.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.provinces import CURRENT
from vneid_idp.identity.register.records import Address, Card, CardKind, RegistryRecord
from vneid_idp.matching.names import Likeness, likeness, normal
from vneid_idp.matching.rules import Result
from vneid_idp.matching.similarity import similarity


class Attribute(StrEnum):
    """What can be compared. The names stand in events."""

    ID_NUMBER = "id_number"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_EXPIRY = "document_expiry"
    FULL_NAME = "full_name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    MIDDLE_NAME = "middle_name"
    ADDRESS = "address"
    STREET = "street"
    WARD = "ward"
    PROVINCE = "province"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    BIRTHDATE = "birthdate"
    EMAIL = "email"
    GENDER = "gender"
    NATIONALITY = "nationality"


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one attribute."""

    result: Result
    score: int | None = None
    """Of a text that differs, how near it comes: 0 to 99 of 100."""


TEXTS = frozenset(
    {
        Attribute.FULL_NAME,
        Attribute.GIVEN_NAME,
        Attribute.FAMILY_NAME,
        Attribute.MIDDLE_NAME,
        Attribute.ADDRESS,
        Attribute.STREET,
        Attribute.WARD,
        Attribute.PROVINCE,
        Attribute.EMAIL,
    }
)
"""What is equal by the rule of names, and otherwise has a score."""

_DOCUMENTS = {
    CardKind.CITIZEN: "national_id_card",
    CardKind.PERMANENT_RESIDENCE: "residence_permit",
    CardKind.TEMPORARY_RESIDENCE: "residence_permit",
    CardKind.IDENTITY_CERTIFICATE: "other",
}
_GENDERS = {Sex.MALE: "MALE", Sex.FEMALE: "FEMALE"}
_IN_VIETNAM = "VN"
"""Where every address of the register is."""


def _of_card(read: Callable[[Card], str | None]) -> Callable[[RegistryRecord], str | None]:
    return lambda record: None if record.card is None else read(record.card)


def _of_address(read: Callable[[Address], str | None]) -> Callable[[RegistryRecord], str | None]:
    return lambda record: None if record.address is None else read(record.address) or None


_HELD: Mapping[Attribute, Callable[[RegistryRecord], str | None]] = {
    Attribute.ID_NUMBER: lambda record: record.personal_number,
    Attribute.DOCUMENT_KIND: _of_card(lambda card: _DOCUMENTS[card.kind]),
    Attribute.DOCUMENT_EXPIRY: _of_card(lambda card: None if card.expires_on is None else card.expires_on.isoformat()),
    Attribute.FULL_NAME: lambda record: record.full_name,
    Attribute.GIVEN_NAME: lambda record: record.given_name,
    Attribute.FAMILY_NAME: lambda record: record.family_name,
    Attribute.MIDDLE_NAME: lambda record: record.middle_name,
    Attribute.ADDRESS: _of_address(lambda address: address.formatted),
    Attribute.STREET: _of_address(lambda address: address.street),
    Attribute.WARD: _of_address(lambda address: address.ward),
    Attribute.PROVINCE: _of_address(lambda address: CURRENT[address.province]),
    Attribute.POSTAL_CODE: _of_address(lambda address: address.postal_code),
    Attribute.COUNTRY: _of_address(lambda _: _IN_VIETNAM),
    Attribute.BIRTHDATE: lambda record: record.birth_date.isoformat(),
    Attribute.EMAIL: lambda record: record.email,
    Attribute.GENDER: lambda record: _GENDERS[record.sex],
    Attribute.NATIONALITY: lambda record: record.nationality,
}


def compare_attributes(claimed: Mapping[Attribute, str], record: RegistryRecord) -> dict[Attribute, Compared]:
    """Hold what is `claimed` of somebody against their record; what the record does not have is left out.

    Dates are written YYYY-MM-DD, countries as ISO 3166-1 alpha-2 has them, kinds of documents and genders in the words
    of CAMARA's KYC Match.
    """
    found = {}
    for attribute, value in claimed.items():
        held = _HELD[attribute](record)
        if held is not None:
            found[attribute] = _compare_text(value, held) if attribute in TEXTS else _compare_code(value, held)
    return found


def _compare_text(value: str, held: str) -> Compared:
    if likeness(value, held) is Likeness.EQUAL:
        return Compared(Result.MATCH)
    return Compared(Result.MISMATCH, min(int(100 * similarity(normal(value), normal(held))), 99))


def _compare_code(value: str, held: str) -> Compared:
    return Compared(Result.MATCH if value == held else Result.MISMATCH)
