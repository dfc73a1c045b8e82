"""whose phone read a sign-in"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("phone_sign_ins", schema=None) as batch_op:
        batch_op.create_index("ix_phone_sign_ins_person", ["person_id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("phone_sign_ins", schema=None) as batch_op:
        batch_op.drop_index("ix_phone_sign_ins_person")
