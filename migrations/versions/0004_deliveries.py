"""deliveries: one queue in place of three

Contracts in the same step as it expands, since nothing was released with the old tables. Logos that are wanted and
log-out notices that wait move along. Text messages do not: the old rows do not say whose they are, and a code is good
for five minutes and asked for again.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table for all that leaves, and one for what the sandbox shows instead."""
    op.create_table(
        "deliveries",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("taken_until", sa.BigInteger(), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("not_after", sa.BigInteger(), nullable=True),
        sa.Column("given_up_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recipient", "delivery_id", name=op.f("pk_deliveries")),
    )
    waiting = sa.text("given_up_at IS NULL")
    op.create_index(
        "ix_deliveries_waiting", "deliveries", ["next_attempt_at"], postgresql_where=waiting, sqlite_where=waiting
    )
    op.create_index("ix_deliveries_delivery_id", "deliveries", ["delivery_id"])
    op.execute(
        "INSERT INTO deliveries (recipient, delivery_id, channel, created_at, next_attempt_at, attempts) "
        "SELECT client_id, 'logo_' || client_id, 'logo', due_at, due_at, failures FROM client_logos"
    )
    _move_notices()
    op.drop_index("ix_client_logos_due_at", "client_logos")
    with op.batch_alter_table("client_logos") as batch:
        batch.drop_column("due_at")
        batch.drop_column("failures")
    op.create_table(
        "sandbox_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_sandbox_messages")),
    )
    op.create_index("ix_sandbox_messages_expires_at", "sandbox_messages", ["expires_at"])
    op.drop_table("logout_notices")
    op.drop_table("outbox_messages")


def _move_notices() -> None:
    """A notice keeps its id, which is the `jti` of its token, its attempts and its time."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT * FROM logout_notices")).all()
    insert = sa.text(
        "INSERT INTO deliveries (recipient, delivery_id, channel, about, created_at, next_attempt_at, attempts) "
        "VALUES (:client_id, :notice_id, 'logout_token', :about, :next_attempt_at, :next_attempt_at, :attempts)"
    )
    for row in rows:
        about = json.dumps({"person_id": row.person_id, "session_id": row.session_id})
        connection.execute(insert, {**row._mapping, "about": about})


def downgrade() -> None:
    """Three tables again; only the logos are taken back."""
    op.create_table(
        "outbox_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox_messages")),
    )
    op.create_index("ix_outbox_messages_expires_at", "outbox_messages", ["expires_at"])
    op.create_table(
        "logout_notices",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "notice_id", name=op.f("pk_logout_notices")),
    )
    op.create_index("ix_logout_notices_next_attempt_at", "logout_notices", ["next_attempt_at"])
    op.drop_table("sandbox_messages")
    with op.batch_alter_table("client_logos") as batch:
        batch.add_column(sa.Column("failures", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("due_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE client_logos SET due_at = d.next_attempt_at, failures = d.attempts FROM deliveries AS d "
        "WHERE d.channel = 'logo' AND d.recipient = client_logos.client_id"
    )
    with op.batch_alter_table("client_logos") as batch:
        batch.alter_column("failures", server_default=None)
        batch.alter_column("due_at", server_default=None)
    op.create_index("ix_client_logos_due_at", "client_logos", ["due_at"])
    op.drop_table("deliveries")
