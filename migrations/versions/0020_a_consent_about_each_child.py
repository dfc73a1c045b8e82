"""a consent about each child: what a guardian agrees to in the matter of one child stands by itself

Consents that stood before say of no child; they go on, and what a guardian asks for next is agreed to anew. A worker of
the release before this one cannot add a consent afterwards, since its statement names the index that was: replace all
workers at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NAME = "uq_consents_standing"
_STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Expand."""
    op.add_column("consents", sa.Column("child_id", sa.Text(), server_default="", nullable=False))
    _index("person_id", "client_id", "child_id")


def downgrade() -> None:
    """Take it back. Of what a guardian agreed to for children nobody could tell for whom: it ends."""
    op.execute("UPDATE consents SET withdrawn_at = changed_at WHERE child_id <> '' AND withdrawn_at IS NULL")
    _index("person_id", "client_id")
    op.drop_column("consents", "child_id")


def _index(*columns: str) -> None:
    op.drop_index(_NAME, table_name="consents")
    op.create_index(_NAME, "consents", list(columns), unique=True, postgresql_where=_STANDING, sqlite_where=_STANDING)
