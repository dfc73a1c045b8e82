"""The tables `registered_numbers` and `carrier_keys`."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

registered_numbers = Table(
    "registered_numbers",
    metadata,
    Column("number_id", Text, primary_key=True),
    Column("family_id", Text, nullable=False),
    # The client that told of it last: to its stream go the instructions.
    Column("client_id", Text, nullable=False),
    # The digest under which the number is bound as well (`bindings.subscriber_numbers`).
    Column("number_digest", Text, nullable=False),
    # Under the key of the carrier.
    Column("sealed_number", Text, nullable=False),
    # A keyed digest of the personal ID number; none where the papers have none.
    Column("holder_digest", Text),
    Column("row_class", Text, nullable=False),
    # What else is true of the row, as JSON.
    Column("reasons", Text, nullable=False),
    # The file that told of it last, and a keyed digest of what stood there: a row that did not change is not written.
    Column("upload_id", Text, nullable=False),
    Column("row_digest", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    # Since when it stands no more in what the carrier uploads.
    Column("absent_at", BigInteger),
    # What set it on the ladder, and when; none where nothing is asked of anybody.
    Column("trigger", Text),
    Column("triggered_at", BigInteger),
    Column("notices", BigInteger, nullable=False),
    Column("asked_at", BigInteger),
    Column("confirmed_at", BigInteger),
    Column("proved_at", BigInteger),
    Column("disowned_at", BigInteger),
    Column("disputed_at", BigInteger),
    Column("one_way_at", BigInteger),
    Column("two_way_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("recycled_at", BigInteger),
    # The next step and when it is due, of the policy: derived, so that those that are due are found by an index.
    Column("next_step", Text),
    Column("next_at", BigInteger),
)
_c = registered_numbers.c
Index("uq_registered_numbers_number", _c.family_id, _c.number_digest, unique=True)
Index(
    "ix_registered_numbers_holder",
    _c.holder_digest,
    _c.number_id,
    postgresql_where=_c.holder_digest.is_not(None),
    sqlite_where=_c.holder_digest.is_not(None),
)
Index(
    "ix_registered_numbers_due",
    _c.next_at,
    _c.number_id,
    postgresql_where=_c.next_at.is_not(None),
    sqlite_where=_c.next_at.is_not(None),
)

carrier_keys = Table(
    "carrier_keys",
    metadata,
    Column("family_id", Text, primary_key=True),
    # Under `SealPurpose.CARRIER_KEY`.
    Column("sealed_key", Text, nullable=False),
)
