"""The table `biometric_evaluations`: what is on file about the matchers of relying parties."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

# Rows are added and never changed: the newest of a matcher says how it stands.
biometric_evaluations = Table(
    "biometric_evaluations",
    metadata,
    Column("evaluation_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("matcher", Text, nullable=False),
    Column("report", Text, nullable=False),  # JSON, without its curve; figures of scores and nothing of anybody
    Column("filed_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Index("ix_biometric_evaluations_client_id_matcher", "client_id", "matcher"),
)
