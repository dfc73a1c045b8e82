"""when each decision was made"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BATCH = 1_000


def _table(name: str, key: str, moment: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in ("person_id", key, "decisions", moment)))


_TABLES = (_table("consents", "consent_id", "changed_at"), _table("consent_receipts", "receipt_id", "given_at"))


def upgrade() -> None:
    """Fill: a receipt says when; of a consent that grew, the last change is when all of it stood before the person."""
    for table in _TABLES:
        _change(table, lambda decision, at: [*decision, at])


def downgrade() -> None:
    """Take it back."""
    for table in _TABLES:
        _change(table, lambda decision, at: decision[:4])


def _change(table: sa.TableClause, new: Callable[[list[Any], int], list[Any]]) -> None:
    """Make `new` decisions of those stored, a page of the key at a time."""
    connection = op.get_bind()
    person_id, name, decisions, _ = table.c
    change = sa.update(table).where(person_id == sa.bindparam("of_person"), name == sa.bindparam("of_name"))
    after = ("", "")
    while True:
        page = sa.select(table).where(sa.tuple_(person_id, name) > sa.tuple_(*after)).order_by(person_id, name)
        rows = connection.execute(page.limit(_BATCH)).all()
        for of_person, of_name, stored, at in rows:
            changed = {claim: new(decision, at) for claim, decision in json.loads(stored).items()}
            values = {"of_person": of_person, "of_name": of_name, decisions.name: json.dumps(changed)}
            connection.execute(change.values({decisions: sa.bindparam(decisions.name)}), values)
        if len(rows) < _BATCH:
            return
        after = (rows[-1][0], rows[-1][1])
