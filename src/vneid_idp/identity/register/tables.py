"""Tables of how far the register was followed, and of what is told to it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from vneid_idp.storage.metadata import metadata

# How far each feed of a population registry has been followed.
registry_positions = Table(
    "registry_positions",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", BigInteger, nullable=False),  # read by nobody here: since when a feed stands still
)

# Changes of a feed that could not be followed, and wait for the operator.
registry_set_aside = Table(
    "registry_set_aside",
    metadata,
    Column("feed", Text, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("set_aside_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("feed", "cursor"),
)
Index("ix_registry_set_aside_person_id", registry_set_aside.c.person_id)

# What an office is about to report to the registry: written before it is told, gone with the event that it was.
reports_under_way = Table(
    "reports_under_way",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("person_id", "report_id"),
)
