"""numbers of organisations"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_code", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("subscriber_numbers", schema=None) as batch_op:
        batch_op.drop_column("organisation_code")
