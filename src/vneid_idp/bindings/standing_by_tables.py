"""Who else supervises a child's binding of any kind, beside the guardian by whose proof it counts."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

binding_guardians = Table(
    "binding_guardians",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("guardian_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("consent_id", Text),
    # Of the child, sealed under its key; none where an earlier version wrote the row, until the register tells.
    Column("birth_date", Text),
    Column("since", BigInteger, nullable=False),
    PrimaryKeyConstraint("person_id", "binding_id", "guardian_id"),
    Index("ix_binding_guardians_guardian", "guardian_id", "person_id"),
)
