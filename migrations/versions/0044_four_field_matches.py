"""four field matches"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "four_field_matches",
        sa.Column("match_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("family_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("phone_digest", sa.Text(), nullable=True),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_four_field_matches")),
    )
    with op.batch_alter_table("four_field_matches", schema=None) as batch_op:
        batch_op.create_index("ix_four_field_matches_person", ["person_id"], unique=False)
        batch_op.create_index("ix_four_field_matches_valid_until", ["valid_until"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("four_field_matches", schema=None) as batch_op:
        batch_op.drop_index("ix_four_field_matches_valid_until")
        batch_op.drop_index("ix_four_field_matches_person")

    op.drop_table("four_field_matches")
