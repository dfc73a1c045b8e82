"""Consents and their receipts. Keys lead with the person, what a distributed engine shards by."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

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
    # The age from which the law let the person decide alone, who had reached it; empty where nobody has asked yet.
    Column("alone_from", Integer),
    # The parent or guardian who agreed as well.
    Column("guardian_id", Text),
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
# What is left to ask about ages: people who decided long ago, or too young.
Index(
    "ix_consents_decided_alone",
    consents.c.person_id,
    consents.c.consent_id,
    postgresql_where=text("withdrawn_at IS NULL AND guardian_id IS NULL"),
    sqlite_where=text("withdrawn_at IS NULL AND guardian_id IS NULL"),
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
    # The parent or guardian who agreed as well, and what they read.
    Column("guardian_id", Text),
    Column("guardian_shown", Text),
    Column("guardian_language", Text),
    # The details of a rich request that were confirmed, sealed under the person's key.
    Column("details", Text),
)

# What a child agreed to waits here for a parent or guardian. No value of a claim, and no name, stands in it.
consent_approvals = Table(
    "consent_approvals",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("approval_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("scope", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("decisions", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("guardian_id", Text),
    # Where the answer of the child's request goes; empty of those that an earlier version kept.
    Column("redirect_uri", Text),
    # The level that the child's sign-in proved; empty of those that an earlier version kept.
    Column("proved_level", Integer),
    Index("ix_consent_approvals_expires_at", "expires_at"),
)
Index(
    "uq_consent_approvals_open",
    consent_approvals.c.person_id,
    consent_approvals.c.client_id,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
    sqlite_where=text("ended_at IS NULL"),
)

# What services were told, counted by day (consent/disclosures.py): names of claims, and no value.
disclosures = Table(
    "disclosures",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("door", Text, primary_key=True),
    Column("claims", Text, primary_key=True),
    Column("child_id", Text, primary_key=True),
    Column("disclosure_id", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    # What is kept no longer is looked for by day.
    Index("ix_disclosures_day", "day"),
)
