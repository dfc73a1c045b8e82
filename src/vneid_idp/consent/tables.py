"""Consents, their receipts, grants, and log-out notices.

Keys lead with the person or the client, what a distributed engine shards by.
"""

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
)
Index(
    "uq_consents_standing",
    consents.c.person_id,
    consents.c.client_id,
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

grants = Table(
    "grants",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("grant_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("consent_id", Text, nullable=False),
    Column("ward_id", Text),
    Column("scope", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("level", BigInteger, nullable=False),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("refreshed_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("offline", BigInteger, nullable=False),
    Index("ix_grants_consent", "person_id", "consent_id"),
)

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
