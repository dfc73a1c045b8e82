"""The `bindings` and `binding_requests` tables."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text, and_

from vneid_idp.storage.metadata import metadata

bindings = Table(
    "bindings",
    metadata,
    Column("client_id", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account_digest", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("guardian_id", Text, nullable=True),
    # Which of the person's places in this network it takes: 1 … the network's limit.
    Column("place", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("level", BigInteger, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger, nullable=True),
    Column("suspended_at", BigInteger, nullable=True),
    Column("released_at", BigInteger, nullable=True),
    Column("revoked_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("client_id", "binding_id"),
)

is_live = and_(bindings.c.released_at.is_(None), bindings.c.revoked_at.is_(None))
"""The binding holds its account (`lifecycle.LIVE`)."""

# An account belongs to one person: of two parallel requests, the second finds no room in this index.
Index(
    "uq_bindings_account",
    bindings.c.client_id,
    bindings.c.kind,
    bindings.c.account_digest,
    unique=True,
    postgresql_where=is_live,
    sqlite_where=is_live,
)
# A person holds no more accounts than there are places: the limit, too, is an index and not a count.
Index(
    "uq_bindings_place",
    bindings.c.client_id,
    bindings.c.kind,
    bindings.c.person_id,
    bindings.c.place,
    unique=True,
    postgresql_where=is_live,
    sqlite_where=is_live,
)
Index("ix_bindings_person", bindings.c.person_id, bindings.c.binding_id)
Index("ix_bindings_guardian", bindings.c.guardian_id, bindings.c.binding_id)

binding_requests = Table(
    "binding_requests",
    metadata,
    Column("client_id", Text, nullable=False),
    Column("key_digest", Text, nullable=False),
    Column("request_digest", Text, nullable=False),
    Column("binding_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("client_id", "key_digest"),
)
Index("ix_binding_requests_at", binding_requests.c.at)
