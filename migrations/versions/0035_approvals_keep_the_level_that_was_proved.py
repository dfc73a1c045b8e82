"""approvals keep the level that was proved"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: of what waits already it is not known."""

    with op.batch_alter_table("consent_approvals") as batch:
        batch.add_column(sa.Column("proved_level", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it back."""

    with op.batch_alter_table("consent_approvals") as batch:
        batch.drop_column("proved_level")
