"""numbers in another device"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: so far the ladder alone said that a number works in another device."""
    with op.batch_alter_table("registered_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_changed_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE registered_numbers SET device_changed_at = triggered_at WHERE \"trigger\" = 'device_change'")


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("registered_numbers", schema=None) as batch_op:
        batch_op.drop_column("device_changed_at")
