"""Consents and their receipts. Keys lead with the person, what a distributed engine shards by."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from vneid_idp.storage.metadata import metadata

consents = Table(
    "consents",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("consent_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("decisions", Text, nullable=False),
    # Empty for what concerns the person alone: an index takes no two absent values for the same.
    Column("child_id", Text, nullable=False, server_default=""),
)
Index(
    "uq_consents_standing",
    consents.c.person_id,
    consents.c.client_id,
    consents.c.child_id,
    unique=True,
    postgresql_where=text("withdrawn_at IS NULL"),
    sqlite_where=text("withdrawn_at IS NULL"),
)

consent_receipts = Table(
    "consent_receipts",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("receipt_id", Text, primary_key=True),
    Column("consent_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("decisions", Text, nullable=False),
)
