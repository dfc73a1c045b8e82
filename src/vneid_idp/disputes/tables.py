"""The tables `disputes` and `refused_numbers`."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", Text, primary_key=True),
    Column("family_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    # The carrier's row of the number (`registered_numbers`), and the digest under which it stands there and is bound.
    Column("number_id", Text, nullable=False),
    Column("number_digest", Text, nullable=False),
    Column("binding_client_id", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("basis", Text, nullable=False),
    # Of which party the row is; none where it is of neither.
    Column("row_of", Text),
    Column("claimant_id", Text, nullable=False),
    Column("holder_id", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    # What each told, under the key of the carrier, until it is erased; and when they told it.
    Column("claimant_evidence", Text),
    Column("claimant_told_at", BigInteger),
    Column("holder_evidence", Text),
    Column("holder_told_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("ended", Text),
    Column("whose", Text),
    Column("reason", Text),
)
_c = disputes.c
_open = _c.ended_at.is_(None)
# Of parallel claims to one number one begins a dispute.
Index("uq_disputes_open", _c.family_id, _c.number_digest, unique=True, postgresql_where=_open, sqlite_where=_open)
Index("ix_disputes_family", _c.family_id, _c.dispute_id)
Index("ix_disputes_claimant", _c.claimant_id, _c.dispute_id)
Index("ix_disputes_holder", _c.holder_id, _c.dispute_id)
Index("ix_disputes_due", _c.due_at, postgresql_where=_open, sqlite_where=_open)
Index("ix_disputes_ended", _c.ended_at)

refused_numbers = Table(
    "refused_numbers",
    metadata,
    Column("refusal_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("family_id", Text, nullable=False),
    # The client that was refused.
    Column("client_id", Text, nullable=False),
    Column("number_digest", Text, nullable=False),
    # Under the key of the person.
    Column("sealed_number", Text, nullable=False),
    Column("refused_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("person_id", "family_id", "number_digest"),
)
Index("ix_refused_numbers_at", refused_numbers.c.refused_at)
