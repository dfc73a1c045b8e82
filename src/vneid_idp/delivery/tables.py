"""The table of deliveries. One that arrived is deleted; what stays is under way or was given up."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("recipient", Text, nullable=False),  # the id of a client or a person, as the channel has it
    Column("delivery_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    # What is sent: sealed, or made by the sender of what these pseudonymous ids name (JSON), or of the recipient alone.
    Column("sealed", Text),
    Column("about", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),  # made or begun
    Column("taken_until", BigInteger),  # the lease of the process that is at it
    Column("last_outcome", Text),  # a code, never a text
    Column("not_after", BigInteger),  # from this instant on it must not be sent any more
    Column("given_up_at", BigInteger),
    PrimaryKeyConstraint("recipient", "delivery_id"),
    Index("ix_deliveries_delivery_id", "delivery_id"),
)
# What was given up may lie there for weeks: it must not stand in the way of the question that is asked every second.
Index(
    "ix_deliveries_waiting",
    deliveries.c.next_attempt_at,
    postgresql_where=deliveries.c.given_up_at.is_(None),
    sqlite_where=deliveries.c.given_up_at.is_(None),
)
