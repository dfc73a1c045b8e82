"""sessions say in which browser and system they were opened"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: of the sessions that stand it is not known."""
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("browser", sa.Text(), nullable=True))
        batch.add_column(sa.Column("system", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("sessions") as batch:
        batch.drop_column("system")
        batch.drop_column("browser")
