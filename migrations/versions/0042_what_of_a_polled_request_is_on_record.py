"""what of a polled request is on record"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand. Whatever waits was put on record when it was asked."""
    with op.batch_alter_table("polled_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("on_record", sa.Text(), nullable=True))
    op.execute("UPDATE polled_requests SET on_record = 'asked'")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("polled_requests", schema=None) as batch_op:
        batch_op.drop_column("on_record")
