"""The `keys` table: facts about every key, and its wrapped material until it is gone."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

keys = Table(
    "keys",
    metadata,
    Column("kind", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("kid", Text, nullable=False),
    # Emptied when the key is gone; the row stays, so that no generation is ever used twice.
    Column("wrapped", Text, nullable=True),
    Column("announced_at", BigInteger, nullable=False),
    Column("activate_at", BigInteger, nullable=False),
    Column("retire_at", BigInteger, nullable=True),
    Column("remove_at", BigInteger, nullable=True),
    # The public half of a key that signs receipts, which are verified for years after its material is gone. Emptied
    # when somebody else may have had the material.
    Column("public", Text, nullable=True),
    # How many values were sealed with it, for the kind that seals; some minutes late.
    Column("seals", BigInteger, nullable=False, server_default="0"),
    # Two workers that rotate at the same moment compute the same next generation: one of them loses here.
    PrimaryKeyConstraint("kind", "generation"),
)
