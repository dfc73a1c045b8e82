"""Tables of codes, passkeys and sessions. What somebody chose is read with the account, and stands there."""

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
)

from vneid_idp.storage.metadata import metadata

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

distrusted_phones = Table(
    "distrusted_phones",
    metadata,
    # Whose account it is; the number stands in their profile.
    Column("person_id", Text, primary_key=True),
    Column("cause", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
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
    # Of the code by text message on which it rests (`codes_behind`), and since when it counts for nothing.
    Column("code_at", BigInteger),
    Column("rests_since", BigInteger),
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
    Column("generation", BigInteger, nullable=False, server_default="0"),
    Column("browser", Text),
    Column("system", Text),
    # The latest code on which a passkey that was shown in it rests.
    Column("code_at", BigInteger),
    PrimaryKeyConstraint("person_id", "session_id"),
    Index("ix_sessions_expires", "expires_at"),  # for whoever forgets what ended
)

enrolled_phones = Table(
    "enrolled_phones",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("phone_id", Text, nullable=False),
    Column("credential_id", Text, nullable=False),
    Column("browser", Text),
    Column("system", Text),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    # Where its browser takes notices (RFC 8030), under the person's key.
    Column("push", Text),
    Column("removed_at", BigInteger),
    PrimaryKeyConstraint("person_id", "phone_id"),
)

phone_sign_ins = Table(
    "phone_sign_ins",
    metadata,
    Column("sign_in_id", Text, primary_key=True),
    # A digest of the request and the browser that it is for.
    Column("context", Text, nullable=False),
    Column("client_id", Text),
    # From where it was begun, sealed: an address and what kind of browser.
    Column("begun_from", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("person_id", Text),
    Column("phone_id", Text),
    Column("credential_id", Text),
    Column("scanned_at", BigInteger),
    Column("picked_at", BigInteger),
    Column("approved_at", BigInteger),
    Column("ended_at", BigInteger),
    Index("ix_phone_sign_ins_context", "context", "opened_at"),
    Index("ix_phone_sign_ins_expires", "expires_at"),
    Index("ix_phone_sign_ins_person", "person_id"),
)

activation_codes = Table(
    "activation_codes",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("code_digest", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


def session_is_live() -> ColumnElement[bool]:
    """Whether a joined row of `sessions` still stands; binds `now`."""
    return and_(sessions.c.ended_at.is_(None), sessions.c.expires_at > bindparam("now", type_=BigInteger))
