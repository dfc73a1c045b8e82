"""who confirmed a link"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("interactions", sa.Column("link_confirmed_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("interactions", "link_confirmed_by")
