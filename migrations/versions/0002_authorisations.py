"""authorisations: a grant holds one value instead of its fields; persons, and families of clients"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 1_000
_grants = sa.table(
    "grants",
    *(
        sa.column(name)
        for name in (
            "client_id", "grant_id", "person_id", "session_id", "consent_id", "ward_id", "scope", "claims", "level",
            "acr", "amr", "auth_time", "authorisation",
        )
    ),
)  # fmt: skip
_OWN = ("ward_id", "scope", "claims", "level", "acr", "amr", "auth_time")


def upgrade() -> None:
    """Expand, fill, and let go of what the one value replaces: nothing was released with the old columns."""
    op.create_table(
        "persons",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("known_since", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_persons")),
    )
    op.execute("INSERT INTO persons (person_id, known_since, changes) SELECT person_id, opened_at, 0 FROM accounts")
    op.execute(
        "INSERT INTO persons (person_id, known_since, changes) SELECT person_id, min(requested_at), 0 FROM bindings "
        "WHERE person_id NOT IN (SELECT person_id FROM accounts) GROUP BY person_id"
    )
    op.create_table(
        "client_families",
        sa.Column("family_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("family_id", name=op.f("pk_client_families")),
    )
    with op.batch_alter_table("clients") as batch:
        batch.add_column(sa.Column("family_id", sa.Text(), nullable=True))
    with op.batch_alter_table("grants") as batch:
        batch.add_column(sa.Column("parent_client_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("parent_grant_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("authorisation", sa.Text(), nullable=True))
    _fill(["authorisation"], lambda row: {"authorisation": json.dumps(_authorisation(row))})
    with op.batch_alter_table("grants") as batch:
        batch.alter_column("authorisation", existing_type=sa.Text(), nullable=False)
        batch.alter_column("session_id", existing_type=sa.Text(), nullable=True)
        for name in _OWN:
            batch.drop_column(name)


def downgrade() -> None:
    """Give every field its column again."""
    kinds = {"level": sa.BigInteger(), "auth_time": sa.BigInteger()}
    with op.batch_alter_table("grants") as batch:
        for name in _OWN:
            batch.add_column(sa.Column(name, kinds.get(name, sa.Text()), nullable=True))
    _fill([*_OWN], lambda row: _fields(json.loads(row.authorisation)))
    op.execute("DELETE FROM grants WHERE session_id IS NULL")
    with op.batch_alter_table("grants") as batch:
        for name in _OWN:
            if name != "ward_id":
                batch.alter_column(name, existing_type=kinds.get(name, sa.Text()), nullable=False)
        batch.alter_column("session_id", existing_type=sa.Text(), nullable=False)
        for name in ("authorisation", "parent_grant_id", "parent_client_id"):
            batch.drop_column(name)
    with op.batch_alter_table("clients") as batch:
        batch.drop_column("family_id")
    op.drop_table("client_families")
    op.drop_table("persons")


def _fill(into: list[str], values: Callable[[Any], dict[str, Any]]) -> None:
    """Write what `values` makes of each grant `into` its columns, a page of the key at a time."""
    connection = op.get_bind()
    key = sa.tuple_(_grants.c.client_id, _grants.c.grant_id)
    change = (
        sa.update(_grants)
        .where(_grants.c.client_id == sa.bindparam("of_client"), _grants.c.grant_id == sa.bindparam("of_grant"))
        .values({name: sa.bindparam(f"new_{name}") for name in into})
    )
    read = [column for column in _grants.c if column.name not in into]
    after = ("", "")
    while True:
        page = sa.select(*read).where(key > sa.tuple_(*after)).order_by(_grants.c.client_id, _grants.c.grant_id)
        rows = connection.execute(page.limit(_BATCH)).all()
        if not rows:
            return
        for row in rows:
            new = {f"new_{name}": value for name, value in values(row).items()}
            connection.execute(change, {"of_client": row.client_id, "of_grant": row.grant_id, **new})
        after = (rows[-1].client_id, rows[-1].grant_id)


def _authorisation(row: Any) -> list[Any]:
    """The array of protocol/authorisation.py as of this revision."""
    return [
        row.client_id,
        row.person_id,
        row.scope.split(" "),
        "browser",
        [row.consent_id, row.session_id],
        row.ward_id,
        json.loads(row.claims),
        [],
        row.level,
        row.acr,
        row.amr.split(" "),
        row.auth_time,
        None,
        [],
    ]


def _fields(value: list[Any]) -> dict[str, Any]:
    return {
        "ward_id": value[5],
        "scope": " ".join(value[2]),
        "claims": json.dumps(value[6]),
        "level": value[8],
        "acr": value[9],
        "amr": " ".join(value[10]),
        "auth_time": value[11],
    }
