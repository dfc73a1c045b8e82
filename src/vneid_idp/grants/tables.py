"""Grants. Keys lead with the client, what a distributed engine shards by."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from vneid_idp.storage.metadata import metadata

grants = Table(
    "grants",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("grant_id", Text, primary_key=True),
    # What conditions ask for stands in columns; all of it, in `authorisation` (protocol/authorisation.py).
    Column("person_id", Text, nullable=False),
    Column("consent_id", Text, nullable=False),
    Column("session_id", Text),
    Column("parent_client_id", Text),
    Column("parent_grant_id", Text),
    Column("authorisation", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("refreshed_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("offline", BigInteger, nullable=False),
    Column("linked_at", BigInteger),
    # Whether it rests on the person's phone number; unknown of what earlier versions wrote.
    Column("by_message", BigInteger),
    Index("ix_grants_consent", "person_id", "consent_id"),
    # For whoever forgets what ended.
    Index("ix_grants_expires", "expires_at"),
    Index(
        "ix_grants_revoked",
        "revoked_at",
        postgresql_where=text("revoked_at IS NOT NULL"),
        sqlite_where=text("revoked_at IS NOT NULL"),
    ),
)

spent_acts = Table(
    "spent_acts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("grant_id", Text, primary_key=True),
    # What was confirmed, and so a phone number: only ever a keyed digest.
    Column("act_digest", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_spent_acts_at", "at"),
)
