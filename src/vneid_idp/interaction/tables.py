"""Waiting requests: opened by `/authorize` or pushed ahead by a client (RFC 9126)."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

interactions = Table(
    "interactions",
    metadata,
    Column("interaction_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("browser", Text),
    Column("request", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("refused", Text),
    Column("ward_id", Text, key="child_id"),
    Column("ended_at", BigInteger),
    Column("link_confirmed_by", Text),
    # What waits for a parent or guardian of the child who is here (`consent_approvals`), and how long this does.
    Column("approval_id", Text),
    Column("waits_until", BigInteger),
    Index("ix_interactions_expires_at", "expires_at"),
)
