"""until when an instruction is answered"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_OPEN: dict[str, Any] = {
    "postgresql_where": sa.text("answered_at IS NULL"),
    "sqlite_where": sa.text("answered_at IS NULL"),
}


def upgrade() -> None:
    """Expand: whatever waits for an answer has had a day for it so far."""
    op.drop_index("ix_instructions_unanswered", table_name="instructions")
    with op.batch_alter_table("instructions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_by", sa.BigInteger(), nullable=True))
    op.execute("UPDATE instructions SET answer_by = made_at + 86400000")
    with op.batch_alter_table("instructions", schema=None) as batch_op:
        batch_op.alter_column("answer_by", existing_type=sa.BigInteger(), nullable=False)
    op.create_index("ix_instructions_unanswered", "instructions", ["answer_by"], **_OPEN)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_instructions_unanswered", table_name="instructions")
    with op.batch_alter_table("instructions", schema=None) as batch_op:
        batch_op.drop_column("answer_by")
    op.create_index("ix_instructions_unanswered", "instructions", ["made_at"], **_OPEN)
