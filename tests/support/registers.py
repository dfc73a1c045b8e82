"""A row of a carrier's register with which all is in order, and who holds it."""

from tests.support.people import persona
from vneid_idp.identity.register.records import Holder, RegistryRecord
from vneid_idp.registers.rows import Document, DocumentType, HolderKind, RegisterRow, Service

RECORD = persona("plain").record


def holder_of(record: RegistryRecord) -> Holder:
    """As much of somebody as a register is compared with."""
    has_died = record.deceased_at is not None
    return Holder(record.personal_number, record.kind, record.full_name, record.birth_date, has_died)


HOLDER = holder_of(RECORD)
ROW = RegisterRow(
    line=2,
    phone_number="+84951234567",
    document=Document(DocumentType.CITIZEN_CARD, RECORD.personal_number),
    full_name=RECORD.full_name,
    birth_date=RECORD.birth_date,
    nationality="VN",
    holder_kind=HolderKind.PERSON,
    organisation_code=None,
    user_document=None,
    service=Service.PERSON_TO_PERSON,
    activated_on=None,
    device_changed_on=None,
    authenticated_by=None,
    authenticated_on=None,
)
"""Of the persona `plain`."""
