"""The table `instructions`."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

instructions = Table(
    "instructions",
    metadata,
    Column("instruction_id", Text, primary_key=True),
    Column("family_id", Text, nullable=False),
    # The client to whose stream it goes.
    Column("client_id", Text, nullable=False),
    Column("number_id", Text, nullable=False),
    # Which of its number it is, from 1.
    Column("place", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    # Why: what set the number on the ladder and since when, and the rule that says what follows.
    Column("trigger", Text, nullable=False),
    Column("triggered_at", BigInteger, nullable=False),
    Column("legal_reference", Text),
    Column("due_at", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    # Until when it has to be answered.
    Column("answer_by", BigInteger, nullable=False),
    # When the carrier had it, and the code with which it could not read the event that brought it.
    Column("received_at", BigInteger),
    Column("event_error", Text),
    # What the carrier did.
    Column("answered_at", BigInteger),
    Column("outcome", Text),
    Column("refusal", Text),
)
_c = instructions.c
Index("uq_instructions_place", _c.number_id, _c.place, unique=True)
Index("ix_instructions_family", _c.family_id, _c.instruction_id)
Index(
    "ix_instructions_unreceived",
    _c.client_id,
    _c.made_at,
    _c.instruction_id,
    postgresql_where=_c.received_at.is_(None),
    sqlite_where=_c.received_at.is_(None),
)
Index(
    "ix_instructions_unanswered",
    _c.answer_by,
    postgresql_where=_c.answered_at.is_(None),
    sqlite_where=_c.answered_at.is_(None),
)
