"""when the link that a grant permits was used up"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand. What was granted before says of no link: whoever wants to link asks the person again."""
    op.add_column("grants", sa.Column("linked_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("grants", "linked_at")
