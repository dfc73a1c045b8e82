"""Tables of people, accounts, factors and sessions.

Every key leads with the person, or with the digest by which a person is looked up: what a distributed engine would
shard by. What tells who somebody is stands only in `sealed` text under that person's key; digests are keyed (blind
index).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    bindparam,
    or_,
)

from vneid_idp.storage.metadata import metadata

persons = Table(
    "persons",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("known_since", BigInteger, nullable=False),  # read by nobody here: for whoever looks into a case
    # How many changes of this person were told, by the register or by forgetting.
    Column("changes", BigInteger, nullable=False),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed_key", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("level", BigInteger, nullable=False),
    Column("level_verified_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    # A lock that was made here. It and the registry's are two: the account can be used when neither stands.
    Column("locked_at", BigInteger),
    Column("locked_by", Text),
    # Facts of the registry, copied at each sign-in and whenever the registry tells of a change.
    Column("registry_locked_at", BigInteger),
    Column("registry_locked_by", Text),
    # Since when one lock or the other stands without a break.
    Column("locked_since", BigInteger),
    Column("deceased_at", BigInteger),
    Column("card_expires_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("profile", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
# Who has run out of a card is asked every minute.
Index("ix_accounts_card_expires_at", accounts.c.card_expires_at)

sign_in_names = Table(
    "sign_in_names",
    metadata,
    Column("name_digest", Text, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
)
# Who is to have a name that is another's still, as the registry says.
awaited_names = Table(
    "awaited_names",
    metadata,
    Column("name_digest", Text, nullable=False),
    Column("person_id", Text, nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
    PrimaryKeyConstraint("name_digest", "person_id"),
)

factor_secrets = Table(
    "factor_secrets",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("set_at", BigInteger, nullable=False),  # as above
    PrimaryKeyConstraint("person_id", "kind"),
)
one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("code_digest", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("sends", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    PrimaryKeyConstraint("person_id", "context"),
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("credential_id", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", Text, nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("last_challenge_at", BigInteger),
    Column("removed_at", BigInteger),
    PrimaryKeyConstraint("person_id", "credential_id"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("methods", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    PrimaryKeyConstraint("person_id", "session_id"),
)


# How far each feed of a population registry has been followed.
registry_positions = Table(
    "registry_positions",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", BigInteger, nullable=False),  # as above: since when a feed stands still
)

# Changes of a feed that could not be followed, and wait for the operator.
registry_set_aside = Table(
    "registry_set_aside",
    metadata,
    Column("feed", Text, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("set_aside_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("feed", "cursor"),
)
Index("ix_registry_set_aside_person_id", registry_set_aside.c.person_id)

# What an office is about to report to the registry: written before it is told, gone with the event that it was.
reports_under_way = Table(
    "reports_under_way",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("report_id", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("person_id", "report_id"),
)

roles = Table(
    "roles",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("role_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ends_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("ended_by", Text),  # the event says it as well; beside the row for whoever looks into a case
    PrimaryKeyConstraint("person_id", "role_id"),
)
Index("ix_roles_role_id", roles.c.role_id)

activation_codes = Table(
    "activation_codes",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("code_digest", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# A lock in the authority's name takes two: who asks, and a colleague who decides.
lock_requests = Table(
    "lock_requests",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("lock", BigInteger, nullable=False),  # 1 to lock, 0 to unlock
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    # In whose name it was asked; by default that of no single one.
    Column("office", Text, nullable=False, server_default="*"),
    # Taken back: who asked, and no answer. Too old: neither. The events say who and how as well: only whether it was
    # decided is read here.
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Column("agreed", BigInteger),
    PrimaryKeyConstraint("person_id", "request_id"),
)
Index(
    "uq_lock_requests_open",
    lock_requests.c.person_id,
    unique=True,
    postgresql_where=lock_requests.c.decided_at.is_(None),
    sqlite_where=lock_requests.c.decided_at.is_(None),
)


def account_is_usable() -> ColumnElement[bool]:
    """`rules.account_standing` as a condition of a statement that joins `accounts`; binds `now`.

    For the hot path, where the answer must come with the same statement. A property test holds the two together.
    """
    return and_(
        accounts.c.closed_at.is_(None),
        accounts.c.deceased_at.is_(None),
        accounts.c.locked_at.is_(None),
        accounts.c.registry_locked_at.is_(None),
        or_(accounts.c.card_expires_at.is_(None), accounts.c.card_expires_at > bindparam("now", type_=BigInteger)),
    )


def session_is_live() -> ColumnElement[bool]:
    """Whether a joined row of `sessions` still stands; binds `now`."""
    return and_(sessions.c.ended_at.is_(None), sessions.c.expires_at > bindparam("now", type_=BigInteger))
