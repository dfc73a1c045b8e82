"""The `social_accounts` table."""

from sqlalchemy import BigInteger, Column, Text

from vneid_idp.bindings.engine.tables import binding_table, fact, index
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE

social_accounts = binding_table(
    "social_accounts",
    Column("method", Text, nullable=False),
    Column("level", BigInteger, nullable=False),
    # Whether it rests on the phone number of whoever proved it; unknown of what earlier versions wrote.
    Column("by_message", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger, nullable=False),
    fact("suspended_at"),
    fact("released_at"),
    fact("revoked_at"),
)
index(social_accounts, LIFECYCLE, scope="client_id")
