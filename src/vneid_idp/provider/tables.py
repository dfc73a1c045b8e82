"""Log-out notices that still have to reach their relying party."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

logout_notices = Table(
    "logout_notices",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("notice_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Index("ix_logout_notices_next_attempt_at", "next_attempt_at"),
)
