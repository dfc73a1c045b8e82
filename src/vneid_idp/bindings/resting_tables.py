"""Why bindings of any kind rest, where the population register gave the ground (`engine.grounds.RestingGround`)."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

binding_rests = Table(
    "binding_rests",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    PrimaryKeyConstraint("person_id", "binding_id", "ground"),
)
