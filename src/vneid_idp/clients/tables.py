"""Relying parties, their logos, the assertions that they have used up, and resource servers."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, text

from vneid_idp.storage.metadata import metadata

clients = Table(
    "clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("members", Text, nullable=False),  # the registered metadata, JSON
    Column("secret_digest", Text),
    Column("management_digest", Text, nullable=False),  # of the registration access token (RFC 7592 §2)
    Column("registered_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("family_id", Text),  # the organisation whose clients act together
    Column("previous_secret_digest", Text),  # the secret before the last rotation, good until
    Column("previous_secret_until", BigInteger),
)

# What a client was called that was deleted: people go on reading whom they told something.
former_clients = Table(
    "former_clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("client_name", Text, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
)

client_families = Table(
    "client_families",
    metadata,
    Column("family_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("disabled_at", BigInteger),
)

used_assertions = Table(
    "used_assertions",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("jti_digest", Text, primary_key=True),  # a digest, since the client chooses the length of a jti
    Column("forgotten_after", BigInteger, nullable=False),
    Index("ix_used_assertions_forgotten_after", "forgotten_after"),
)

client_domains = Table(
    "client_domains",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("token", Text, nullable=False),  # what the domain has to show; public by nature
    Column("asked_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger),  # when it last showed it
    Column("verified_by", Text),  # "dns" or "https"
    Column("lost_at", BigInteger),  # when it first showed it no more
)

client_logos = Table(
    "client_logos",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("logo_uri", Text, nullable=False),  # where it is fetched from
    Column("digest", Text),  # of the content; names it in the address that browsers keep
    Column("content_type", Text),
    Column("content", LargeBinary),
)

# Where servers of clients that authenticate were seen, for a day: keyed digests of addresses, and of nobody's device.
client_addresses = Table(
    "client_addresses",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("address_digest", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Index("ix_client_addresses_seen_at", "seen_at"),
)

client_key_fetches = Table(
    "client_key_fetches",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("newest_key_at", BigInteger, nullable=False),  # when the newest of the keys that it got was announced
    Column("fetched_at", BigInteger, nullable=False),
)

# Foreign resource servers. A row stays when its server is removed: people go on reading what they allowed there.
resource_servers = Table(
    "resource_servers",
    metadata,
    Column("server_id", Text, primary_key=True),
    Column("identifier", Text, nullable=False),
    Column("family_id", Text, nullable=False),  # the organisation that answers for it
    Column("members", Text, nullable=False),  # the registration, JSON
    Column("registered_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)
Index(
    "uq_resource_servers_identifier",
    resource_servers.c.identifier,
    unique=True,
    postgresql_where=text("removed_at IS NULL"),
    sqlite_where=text("removed_at IS NULL"),
)
