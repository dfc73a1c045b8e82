"""public halves of keys that signed receipts"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.drop_column("public")
