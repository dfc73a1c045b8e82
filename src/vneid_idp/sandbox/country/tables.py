"""Tables of the make-believe registry. In an installation that asks a real one they stay empty."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

registry_people = Table(
    "registry_people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),  # read by nobody here: for whoever looks into a case
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
    Column("ward_id", Text, nullable=False, key="child_id"),
    PrimaryKeyConstraint("guardian_id", "child_id"),
)
# The feed: what changed of whom, without any value. The position comes from the one row of `registry_feed`, which each
# writer locks until it commits: so positions become visible in their order, and a reader skips none.
registry_changes = Table(
    "registry_changes",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
registry_feed = Table(
    "registry_feed",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
registry_reports = Table(
    "registry_reports",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("reported_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
