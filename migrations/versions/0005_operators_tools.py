"""operators' tools: the secret before the last rotation, and the domains that a client has shown"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("clients") as batch:
        batch.add_column(sa.Column("previous_secret_digest", sa.Text(), nullable=True))
        batch.add_column(sa.Column("previous_secret_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "client_domains",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("lost_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", "domain", name=op.f("pk_client_domains")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("client_domains")
    with op.batch_alter_table("clients") as batch:
        batch.drop_column("previous_secret_until")
        batch.drop_column("previous_secret_digest")
