"""The tables `subscriber_numbers` and `number_reports`."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from vneid_idp.bindings.engine.tables import binding_table, fact, index
from vneid_idp.bindings.subscriber_numbers.lifecycle import LIFECYCLE
from vneid_idp.storage.metadata import metadata

subscriber_numbers = binding_table(
    "subscriber_numbers",
    Column("family_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("contract", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    # The carrier's own name for its contract.
    Column("contract_reference", Text),
    # Of the organisation that holds it, whose user the person is.
    Column("organisation_code", Text),
    # Under the key of the person, which is destroyed with their data.
    Column("sealed_number", Text, nullable=False),
    # The keyed digest under which registers have the papers of its holder (`registered_numbers`); none of who is
    # forgotten, and of what was bound before it was kept.
    Column("holder_digest", Text),
    Column("confirmed_at", BigInteger, nullable=False),
    fact("verified_at"),
    # The match on which it was verified, whose receipt the carrier keeps.
    Column("match_id", Text),
    fact("rechecking_at"),
    fact("frozen_at"),
    fact("disputed_at"),
    fact("suspended_at"),
    fact("released_at"),
)
index(subscriber_numbers, LIFECYCLE, scope="family_id")
# For the carrier's own list, whichever of its clients bound a number.
Index("ix_subscriber_numbers_family", subscriber_numbers.c.family_id, subscriber_numbers.c.binding_id)

number_reports = Table(
    "number_reports",
    metadata,
    Column("family_id", Text, nullable=False),
    # The digest under which the number is bound.
    Column("number_digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # When it happened, as the carrier told.
    Column("occurred_at", BigInteger, nullable=False),
    Column("told_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("family_id", "number_digest", "kind", "occurred_at"),
)
