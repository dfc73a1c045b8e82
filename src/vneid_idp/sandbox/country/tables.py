"""Tables of the make-believe registry. In an installation that asks a real one they stay empty."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

registry_people = Table(
    "registry_people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
registry_numbers = Table(
    "registry_numbers",
    metadata,
    Column("number_digest", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
)
guardianships = Table(
    "guardianships",
    metadata,
    Column("guardian_id", Text, nullable=False),
    Column("ward_id", Text, nullable=False),
    PrimaryKeyConstraint("guardian_id", "ward_id"),
)
