"""verified numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("match_id", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.drop_column("match_id")
        batch_op.drop_column("verified_at")
