"""which phone took a request in hand"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand. What was picked before goes on without a phone, for its ten minutes at most."""
    with op.batch_alter_table("polled_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_id", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("polled_requests", schema=None) as batch_op:
        batch_op.drop_column("phone_id")
