"""a number is found by its digest alone"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_ONE_LIFE: dict[str, Any] = {
    "unique": True,
    "postgresql_where": sa.text("recycled_at IS NULL"),
    "sqlite_where": sa.text("recycled_at IS NULL"),
}


def upgrade() -> None:
    """Expand: the digest is that of a number of one carrier, and as unique without it."""
    op.drop_index("uq_registered_numbers_number", "registered_numbers")
    op.create_index("uq_registered_numbers_number", "registered_numbers", ["number_digest"], **_ONE_LIFE)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("uq_registered_numbers_number", "registered_numbers")
    op.create_index("uq_registered_numbers_number", "registered_numbers", ["family_id", "number_digest"], **_ONE_LIFE)
