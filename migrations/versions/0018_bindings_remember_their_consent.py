"""Bindings remember their consent"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# The consent of whoever proved the account that was given last before it, and stood then.
_FILL = """
    UPDATE social_accounts SET consent_id = (
        SELECT c.consent_id FROM consents AS c
        WHERE c.person_id = COALESCE(social_accounts.representative_id, social_accounts.person_id)
            AND c.client_id = social_accounts.client_id
            AND c.given_at <= social_accounts.verified_at
            AND (c.withdrawn_at IS NULL OR c.withdrawn_at >= social_accounts.verified_at)
        ORDER BY c.given_at DESC, c.consent_id DESC
        LIMIT 1
    )
"""


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("social_accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent_id", sa.Text(), nullable=True))
    op.execute(_FILL)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("social_accounts", schema=None) as batch_op:
        batch_op.drop_column("consent_id")
