"""Tables of people and their accounts; those of a room stand in the room.

Every key leads with the person, or with the digest by which a person is looked up: what a distributed engine would
shard by. What tells who somebody is stands only in `sealed` text under that person's key; digests are keyed (blind
index).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
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
    # As of passkeys.
    Column("code_at", BigInteger),
    Column("rests_since", BigInteger),
    PrimaryKeyConstraint("person_id", "kind"),
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
