"""The tables `policy_versions`, and of its rows `policy_requirements`, `policy_thresholds`, `policy_intervals` and
`policy_holidays`. Days are text, `2027-01-01`."""

from sqlalchemy import BigInteger, Boolean, Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
    # A draft until then; afterwards neither it nor its rows ever change.
    Column("published_at", BigInteger, nullable=True),
    Column("published_by", Text, nullable=True),
    Column("reason", Text, nullable=True),
    # How many versions were published when it was loaded, and who did it; unknown for those of an older release.
    Column("base", BigInteger, nullable=True),
    Column("loaded_by", Text, nullable=True),
    PrimaryKeyConstraint("version"),
)
policy_requirements = Table(
    "policy_requirements",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("in_force_from", Text, nullable=False),
    Column("in_force_until", Text, nullable=True),
    Column("minimum_level", BigInteger, nullable=False),
    Column("own_proof", Boolean, nullable=False),
    Column("legal_reference", Text, nullable=False),
    PrimaryKeyConstraint("version", "kind", "action", "in_force_from"),
)
policy_thresholds = Table(
    "policy_thresholds",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("in_force_from", Text, nullable=False),
    Column("in_force_until", Text, nullable=True),
    Column("number", BigInteger, nullable=False),
    Column("legal_reference", Text, nullable=False),
    PrimaryKeyConstraint("version", "name", "in_force_from"),
)
policy_intervals = Table(
    "policy_intervals",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("in_force_from", Text, nullable=False),
    Column("in_force_until", Text, nullable=True),
    Column("amount", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("legal_reference", Text, nullable=False),
    PrimaryKeyConstraint("version", "trigger", "step", "in_force_from"),
)
policy_holidays = Table(
    "policy_holidays",
    metadata,
    Column("version", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("day_off", Boolean, nullable=False),
    Column("legal_reference", Text, nullable=False),
    PrimaryKeyConstraint("version", "day"),
)
