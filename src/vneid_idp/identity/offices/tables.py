"""Tables of roles, and of locks that one asked for."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from vneid_idp.storage.metadata import metadata

roles = Table(
    "roles",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("role_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ends_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("ended_by", Text),  # the event says it as well; beside the row for whoever looks into a case
    PrimaryKeyConstraint("person_id", "role_id"),
)
Index("ix_roles_role_id", roles.c.role_id)

# A lock in the authority's name takes two: who asks, and a colleague who decides.
lock_requests = Table(
    "lock_requests",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("lock", BigInteger, nullable=False),  # 1 to lock, 0 to unlock
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    # In whose name it was asked; by default that of no single one.
    Column("office", Text, nullable=False, server_default="*"),
    # Taken back: who asked, and no answer. Too old: neither. Why it was decided so stands in the event.
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Column("agreed", BigInteger),
    PrimaryKeyConstraint("person_id", "request_id"),
)
Index(
    "uq_lock_requests_open",
    lock_requests.c.person_id,
    unique=True,
    postgresql_where=lock_requests.c.decided_at.is_(None),
    sqlite_where=lock_requests.c.decided_at.is_(None),
)
