"""The table `swap_subscriptions`. Keys lead with the person, whose swap looks for them."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from vneid_idp.storage.metadata import metadata

swap_subscriptions = Table(
    "swap_subscriptions",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("subscription_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    # Which of the places it takes that a client has with a person: 1 … `MOST`.
    Column("place", BigInteger, nullable=False),
    Column("sink", Text, nullable=False),
    # Under the key of the person.
    Column("sealed_token", Text),
    Column("token_expires_at", BigInteger),
    Column("started_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("most_events", BigInteger),
    Column("told", BigInteger, nullable=False),
    # When it ends by itself, and why then (`SwapSubscription.due`).
    Column("due_at", BigInteger),
    Column("due_reason", Text),
    Column("ended_at", BigInteger),
    Column("reason", Text),
    PrimaryKeyConstraint("person_id", "subscription_id"),
)
_c = swap_subscriptions.c
_stands = _c.ended_at.is_(None)
# Of two requests at once for one address the second finds no room.
Index(
    "uq_swap_subscriptions_sink",
    _c.person_id,
    _c.client_id,
    _c.sink,
    unique=True,
    postgresql_where=_stands,
    sqlite_where=_stands,
)
# As many as there are places, also of many requests at once.
Index(
    "uq_swap_subscriptions_place",
    _c.person_id,
    _c.client_id,
    _c.place,
    unique=True,
    postgresql_where=_stands,
    sqlite_where=_stands,
)
Index("ix_swap_subscriptions_client", _c.client_id, _c.person_id)
Index("ix_swap_subscriptions_due", _c.due_at, postgresql_where=_stands, sqlite_where=_stands)
Index("ix_swap_subscriptions_ended", _c.ended_at, postgresql_where=~_stands, sqlite_where=~_stands)
