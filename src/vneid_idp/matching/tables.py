"""Matches: what was found, without any value that was compared; and claims that did not agree, as digests."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

four_field_matches = Table(
    "four_field_matches",
    metadata,
    Column("match_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    # The organisation that the client acts for, at that time.
    Column("family_id", Text),
    # Whose ID number it was: nobody's where the register has no living person under it.
    Column("person_id", Text),
    # A keyed digest of the number that is to be bound; without one the match binds none.
    Column("phone_digest", Text),
    # Where the number is to be registered, and the match binds it nowhere else.
    Column("channel", Text),
    # The results by field, as JSON.
    Column("results", Text, nullable=False),
    # How a face was compared, as JSON.
    Column("face", Text),
    Column("verdict", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    # When a number was bound on it, once.
    Column("used_at", BigInteger),
    Index("ix_four_field_matches_person", "person_id"),
    Index("ix_four_field_matches_valid_until", "valid_until"),
)

mismatched_claims = Table(
    "mismatched_claims",
    metadata,
    # Keyed digests of the ID number, and of the name and birth date that were said of it.
    Column("number_digest", Text, primary_key=True),
    # The carrier that said so; empty for what operators check.
    Column("family_id", Text, primary_key=True),
    Column("claim_digest", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("ix_mismatched_claims_at", "at"),
)
