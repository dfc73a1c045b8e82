"""who stands by for a child's account: when the child was born, sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand: of those who stand by already it is known when the register next tells of the child."""
    with op.batch_alter_table("binding_guardians") as batch:
        batch.add_column(sa.Column("birth_date", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("binding_guardians") as batch:
        batch.drop_column("birth_date")
