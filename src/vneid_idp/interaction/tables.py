"""Waiting requests: opened by `/authorize` or pushed ahead by a client (RFC 9126)."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

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
    # Who confirmed what no standing consent covers, and the digest of the details that they saw, sealed.
    Column("link_confirmed_by", Text, key="confirmed_by"),
    Column("confirmed_details", Text),
    # What waits for a parent or guardian of the child who is here (`consent_approvals`), and how long this does.
    Column("approval_id", Text),
    Column("waits_until", BigInteger),
    # Who makes room for others of their own when they may leave no more here (a keyed digest), and the kibibytes.
    Column("kept_for", Text),
    Column("size", BigInteger),
    # Whether somebody who signed in went on with it; none before a browser has opened a page of it.
    Column("taken_up", Boolean),
    Index("ix_interactions_expires_at", "expires_at"),
    # All that making room asks for: a row is large, and whoever floods has many.
    Index("ix_interactions_room", "kept_for", "ended_at", "taken_up", "size", "opened_at", "interaction_id"),
)
