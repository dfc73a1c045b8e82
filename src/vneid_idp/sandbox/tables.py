"""The table of text messages that the sandbox shows instead of sending; empty in production."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

sandbox_messages = Table(
    "sandbox_messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_sandbox_messages_expires_at", "expires_at"),
)
