"""The tables `events`, `event_batches` and `event_counts`."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

events = Table(
    "events",
    metadata,
    # Empty where the event is about nobody: the key leads with the person, and a citizen's history is a range of it.
    Column("person_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, nullable=True),
    Column("subject_id", Text, nullable=True),
    Column("data", Text, nullable=False),
    Column("batch", BigInteger, nullable=True),
    PrimaryKeyConstraint("person_id", "event_id"),
)
# Serves the worker (batch IS NULL, oldest first) and the verifier (one batch, in order).
Index("ix_events_batch", events.c.batch, events.c.event_id)

event_batches = Table(
    "event_batches",
    metadata,
    Column("number", BigInteger, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    # Two workers that seal at the same moment compute the same number: one of them loses here.
    PrimaryKeyConstraint("number"),
)

# How often what happened on a day in Viet Nam, written with the batch that seals it: reading it costs the same however
# much happened, and it tells of nobody.
event_counts = Table(
    "event_counts",
    metadata,
    Column("day", Text, nullable=False),  # 2027-01-01
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),  # how a sign-in failed, whose alarm it is; else empty
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "kind", "detail"),
)
