"""papers of whoever has a number"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder_digest", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.drop_column("holder_digest")
