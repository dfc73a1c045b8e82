"""What people call what is linked to them: each their own word, sealed."""

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

binding_labels = Table(
    "binding_labels",
    metadata,
    # Who gave it, and alone reads it: the holder, or a parent or guardian who supervises.
    Column("person_id", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    PrimaryKeyConstraint("person_id", "binding_id"),
)
