"""what people confirmed of rich requests"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: what was confirmed before was the link of an account, and has no details."""

    with op.batch_alter_table("consent_receipts") as batch:
        batch.add_column(sa.Column("details", sa.Text(), nullable=True))
    with op.batch_alter_table("interactions") as batch:
        batch.add_column(sa.Column("confirmed_details", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""

    with op.batch_alter_table("interactions") as batch:
        batch.drop_column("confirmed_details")
    with op.batch_alter_table("consent_receipts") as batch:
        batch.drop_column("details")
