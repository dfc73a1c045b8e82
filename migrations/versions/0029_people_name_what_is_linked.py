"""People name what is linked to them"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "binding_labels",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "binding_id", name=op.f("pk_binding_labels")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("binding_labels")
