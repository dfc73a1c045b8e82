"""kinds and policy: a table for each kind of binding, social accounts the first; the policy as dated rows"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LIVE = sa.text("released_at IS NULL AND revoked_at IS NULL")


def upgrade() -> None:
    """Give social accounts a table of their own, with everything that was bound, and the policy its three."""
    op.create_table(
        "social_accounts",
        *_shared("resource_digest", "representative_id"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=False),
        *_facts(),
        sa.PrimaryKeyConstraint("client_id", "binding_id", name=op.f("pk_social_accounts")),
    )
    # No program ever wrote one without a proof; were there one, it must not count as proved.
    op.execute(
        "INSERT INTO social_accounts (client_id, binding_id, person_id, place, method, level, suspended_at, "
        "released_at, resource_digest, representative_id, made_at, verified_at, revoked_at) "
        "SELECT client_id, binding_id, person_id, place, method, level, suspended_at, "
        "released_at, account_digest, guardian_id, requested_at, coalesce(verified_at, requested_at), "
        "CASE WHEN verified_at IS NULL THEN coalesce(revoked_at, requested_at) ELSE revoked_at END FROM bindings"
    )
    _index("social_accounts", "resource", "representative", ["client_id", "resource_digest"], [])
    op.drop_table("bindings")
    _create_policy()


def downgrade() -> None:
    """Take the table of social accounts back to the one for all kinds; the policy goes back into the program."""
    for name in ("policy_thresholds", "policy_requirements", "policy_versions"):
        op.drop_table(name)
    op.create_table(
        "bindings",
        sa.Column("kind", sa.Text(), nullable=False),
        *_shared("account_digest", "guardian_id", place_needed=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        *_facts(),
        sa.PrimaryKeyConstraint("client_id", "binding_id", name=op.f("pk_bindings")),
    )
    op.execute(
        "INSERT INTO bindings (client_id, binding_id, person_id, place, method, level, suspended_at, released_at, "
        "revoked_at, kind, account_digest, guardian_id, requested_at, verified_at) "
        "SELECT client_id, binding_id, person_id, place, method, level, suspended_at, released_at, "
        "revoked_at, 'social_account', resource_digest, representative_id, made_at, verified_at FROM social_accounts"
    )
    _index("bindings", "account", "guardian", ["client_id", "kind", "account_digest"], ["kind"])
    op.drop_table("social_accounts")


def _shared(resource: str, representative: str, *, place_needed: bool = False) -> list[sa.Column[object]]:
    return [
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=False),
        sa.Column(resource, sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(representative, sa.Text(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=not place_needed),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
    ]


def _facts() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.BigInteger(), nullable=True) for name in ("suspended_at", "released_at", "revoked_at")]


def _index(table: str, resource: str, representative: str, unique: list[str], kind: list[str]) -> None:
    place = ["client_id", *kind, "person_id", "place"]
    for name, columns in ((f"uq_{table}_{resource}", unique), (f"uq_{table}_place", place)):
        op.create_index(name, table, columns, unique=True, postgresql_where=_LIVE, sqlite_where=_LIVE)
    op.create_index(f"ix_{table}_person", table, ["person_id", "binding_id"])
    op.create_index(f"ix_{table}_{representative}", table, [f"{representative}_id", "binding_id"])


def _create_policy() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_versions")),
    )
    op.create_table(
        "policy_requirements",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Text(), nullable=False),
        sa.Column("in_force_until", sa.Text(), nullable=True),
        sa.Column("minimum_level", sa.BigInteger(), nullable=False),
        sa.Column("own_proof", sa.Boolean(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", "kind", "action", "in_force_from", name=op.f("pk_policy_requirements")),
    )
    op.create_table(
        "policy_thresholds",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Text(), nullable=False),
        sa.Column("in_force_until", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", "name", "in_force_from", name=op.f("pk_policy_thresholds")),
    )
