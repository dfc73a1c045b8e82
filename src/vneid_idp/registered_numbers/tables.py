"""The tables of registers: numbers, keys of carriers, uploads with their parts and faults, and plans of the ladder."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

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
    # The file that told of it last, and keyed digests of its papers and of all else that stood there
    # (`telling.row_digest`): a row that did not change is not written.
    Column("upload_id", Text, nullable=False),
    Column("row_digest", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    # Since when it stands no more in what the carrier uploads.
    Column("absent_at", BigInteger),
    # What set it on the ladder, and when; none where nothing is asked of anybody.
    Column("trigger", Text),
    Column("triggered_at", BigInteger),
    Column("notices", BigInteger, nullable=False),
    # When the last of them was given.
    Column("noticed_at", BigInteger),
    Column("asked_at", BigInteger),
    Column("confirmed_at", BigInteger),
    Column("proved_at", BigInteger),
    Column("disowned_at", BigInteger),
    Column("disputed_at", BigInteger),
    Column("device_changed_at", BigInteger),
    Column("one_way_at", BigInteger),
    Column("two_way_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("recycled_at", BigInteger),
    # The next step and when it is due, of the policy: derived, so that those that are due are found by an index.
    Column("next_step", Text),
    Column("next_at", BigInteger),
)
_c = registered_numbers.c
# One life of a number at a time: those before it were ended by `recycled_at`. The digest is that of a number of one
# carrier, so that the carrier is none of it: where numbers are found by their carrier as well, PostgreSQL goes through
# all of them while a register is taken over, of which its statistics do not know yet.
Index(
    "uq_registered_numbers_number",
    _c.number_digest,
    unique=True,
    postgresql_where=_c.recycled_at.is_(None),
    sqlite_where=_c.recycled_at.is_(None),
)
# For walks through all numbers of a carrier, in the order in which they came and stand on disk.
Index("ix_registered_numbers_family", _c.family_id, _c.number_id)
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
    # Under `SealPurpose.CARRIER_KEY`; empty once it was destroyed, until the numbers are gone as well.
    Column("sealed_key", Text, nullable=False),
)

register_uploads = Table(
    "register_uploads",
    metadata,
    Column("upload_id", Text, primary_key=True),
    Column("family_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    # A keyed digest of the file: whoever sends it again goes on with it.
    Column("file_digest", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("state", Text, nullable=False),
    # How much there is of it and how much was read, in whatever the form counts (`Register.total`).
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    # The last line whose row was written where it had to be: behind it somebody goes on.
    Column("last_line", BigInteger, nullable=False),
    # How many rows are of which class, and what became of numbers, as JSON.
    Column("classes", Text, nullable=False),
    Column("outcomes", Text, nullable=False),
    Column("faults", BigInteger, nullable=False),
    # What was due of all numbers when it had been read, by step and day, as JSON.
    Column("coming", Text),
    # Why it failed.
    Column("failure", Text),
    # Of a file that arrives in parts: how many, and until when a worker has it in hand.
    Column("parts", BigInteger),
    Column("held_until", BigInteger),
    Column("begun_at", BigInteger, nullable=False),
    # When something of it was written last.
    Column("moved_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)
_u = register_uploads.c
Index(
    "uq_register_uploads_under_way",
    _u.family_id,
    unique=True,
    postgresql_where=_u.ended_at.is_(None),
    sqlite_where=_u.ended_at.is_(None),
)
Index("ix_register_uploads_family", _u.family_id, _u.upload_id)

# A file that arrives in parts, each sealed under the key of the carrier, until it was read.
register_parts = Table(
    "register_parts",
    metadata,
    Column("upload_id", Text, nullable=False),
    # From 1 on.
    Column("place", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("upload_id", "place"),
)

register_faults = Table(
    "register_faults",
    metadata,
    Column("upload_id", Text, nullable=False),
    # From 1 on, in the order of the file.
    Column("place", BigInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("column", Text),
    Column("code", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("upload_id", "place"),
)
Index("ix_register_faults_at", register_faults.c.at)

ladder_plans = Table(
    "ladder_plans",
    metadata,
    # By the policy of so many publications all numbers on the ladder are planned, up to this one.
    Column("publications", BigInteger, primary_key=True, autoincrement=False),
    Column("planned_until", Text, nullable=False),
    Column("finished_at", BigInteger),
)
