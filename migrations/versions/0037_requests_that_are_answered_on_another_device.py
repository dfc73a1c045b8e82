"""requests that are answered on another device"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: new tables alone."""
    op.create_table(
        "disowned_clients",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "client_id", name=op.f("pk_disowned_clients")),
    )
    op.create_index("ix_disowned_clients_until", "disowned_clients", ["until"])
    op.create_table(
        "polled_requests",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("user_code", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("interval", sa.BigInteger(), nullable=False),
        sa.Column("polls_from", sa.BigInteger(), nullable=False),
        sa.Column("slowed_at", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("numbers", sa.Text(), nullable=True),
        sa.Column("picked_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("grant_id", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_polled_requests")),
        sa.UniqueConstraint("handle", name=op.f("uq_polled_requests_handle")),
        sa.UniqueConstraint("user_code", name=op.f("uq_polled_requests_user_code")),
    )
    op.create_index("ix_polled_requests_expires_at", "polled_requests", ["expires_at"])
    op.create_index("ix_polled_requests_person", "polled_requests", ["person_id", "expires_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("polled_requests")
    op.drop_table("disowned_clients")
