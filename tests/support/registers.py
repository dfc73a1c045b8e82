"""A row of a carrier's register with which all is in order."""

from tests.support.people import persona
from vneid_idp.registers.rows import Document, DocumentType, HolderKind, RegisterRow, Service

RECORD = persona("plain").record
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
