"""Columns and indexes that the table of every kind has, and the table of repeated requests."""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, PrimaryKeyConstraint, Table, Text, and_

from vneid_idp.bindings.engine.lifecycle import Lifecycle
from vneid_idp.storage.metadata import metadata


def binding_table(name: str, *own: Column[Any], holder_known: bool = True) -> Table:
    """A table of bindings with the columns of all kinds and these of its `own`, its facts among them.

    `holder_known` is false for a kind that also has what belongs to nobody yet.
    """
    return Table(
        name,
        metadata,
        Column("client_id", Text, nullable=False),
        Column("binding_id", Text, nullable=False),
        # What is bound, under the client's own name for it: only ever a keyed digest.
        Column("resource_digest", Text, nullable=False),
        Column("person_id", Text, nullable=not holder_known),
        Column("representative_id", Text, nullable=True),
        # Of whoever acts for the holder, else of the holder (`Binding.proved_by`); none where nobody proved it yet.
        Column("consent_id", Text, nullable=True),
        # Which of the holder's places it takes: 1 … the limit; none where a kind has no limit.
        Column("place", BigInteger, nullable=True),
        *own,
        PrimaryKeyConstraint("client_id", "binding_id"),
    )


def fact(name: str) -> Column[Any]:
    """An instant at which something happened, if it did."""
    return Column(name, BigInteger, nullable=True)


def is_live(table: Table, lifecycle: Lifecycle[Any, Any]) -> ColumnElement[bool]:
    """A row holds its resource (`Lifecycle.live`)."""
    return and_(*(table.c[name].is_(None) for name in lifecycle.final_facts))


def index(table: Table, lifecycle: Lifecycle[Any, Any], scope: str) -> None:
    """Give the table its indexes. `scope` is the column within which a resource has one holder."""
    c, live = table.c, is_live(table, lifecycle)
    # Something belongs to one person: of two parallel requests, the second finds no room in this index.
    Index(
        f"uq_{table.name}_resource",
        c[scope],
        c.resource_digest,
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )
    # A person holds no more than there are places: the limit, too, is an index and not a count.
    Index(
        f"uq_{table.name}_place",
        c[scope],
        c.person_id,
        c.place,
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )
    Index(f"ix_{table.name}_person", c.person_id, c.binding_id)
    Index(f"ix_{table.name}_representative", c.representative_id, c.binding_id)


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
