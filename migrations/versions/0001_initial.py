"""initial: every table, and the triggers that keep the record of events append-only"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# An event is never deleted and never changed, but for the one time that it is put into a batch; a batch never at all.
# Whoever holds the program's database account holds to it too: undoing this takes the owner of the tables, and shows.
_FIXED = ("person_id", "event_id", "at", "kind", "client_id", "subject_id", "data")
_MESSAGE = "the record of events is append-only"
KEEP = {
    "sqlite": [
        f"""CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
        WHEN OLD.batch IS NOT NULL OR NEW.batch IS NULL OR {" OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in _FIXED)}
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
        f"""CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
        f"""CREATE TRIGGER event_batches_are_not_changed BEFORE UPDATE ON event_batches
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
        f"""CREATE TRIGGER event_batches_are_not_deleted BEFORE DELETE ON event_batches
        BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
    ],
    "postgresql": [
        f"""CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$""",
        f"""CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events FOR EACH ROW
        WHEN (OLD.batch IS NOT NULL OR NEW.batch IS NULL
        OR {" OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in _FIXED)})
        EXECUTE FUNCTION refuse_change_of_events()""",
        """CREATE TRIGGER events_are_not_deleted BEFORE DELETE OR TRUNCATE ON events
        EXECUTE FUNCTION refuse_change_of_events()""",
        """CREATE TRIGGER event_batches_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON event_batches
        EXECUTE FUNCTION refuse_change_of_events()""",
    ],
}
RELEASE = {
    "sqlite": [
        "DROP TRIGGER events_are_not_changed",
        "DROP TRIGGER events_are_not_deleted",
        "DROP TRIGGER event_batches_are_not_changed",
        "DROP TRIGGER event_batches_are_not_deleted",
    ],
    "postgresql": ["DROP FUNCTION refuse_change_of_events CASCADE"],
}


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "accounts",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("level_verified_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("locked_at", sa.BigInteger(), nullable=True),
        sa.Column("locked_by", sa.Text(), nullable=True),
        sa.Column("deceased_at", sa.BigInteger(), nullable=True),
        sa.Column("card_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "binding_requests",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key_digest", name=op.f("pk_binding_requests")),
    )
    with op.batch_alter_table("binding_requests", schema=None) as batch_op:
        batch_op.create_index("ix_binding_requests_at", ["at"], unique=False)

    op.create_table(
        "bindings",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("guardian_id", sa.Text(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", "binding_id", name=op.f("pk_bindings")),
    )
    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.create_index("ix_bindings_guardian", ["guardian_id", "binding_id"], unique=False)
        batch_op.create_index("ix_bindings_person", ["person_id", "binding_id"], unique=False)
        batch_op.create_index(
            "uq_bindings_account",
            ["client_id", "kind", "account_digest"],
            unique=True,
            postgresql_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
        )
        batch_op.create_index(
            "uq_bindings_place",
            ["client_id", "kind", "person_id", "place"],
            unique=True,
            postgresql_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
        )

    op.create_table(
        "client_logos",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("logo_uri", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_logos")),
    )
    with op.batch_alter_table("client_logos", schema=None) as batch_op:
        batch_op.create_index("ix_client_logos_due_at", ["due_at"], unique=False)

    op.create_table(
        "clients",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=True),
        sa.Column("management_digest", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_clients")),
    )
    op.create_table(
        "consent_receipts",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "receipt_id", name=op.f("pk_consent_receipts")),
    )
    op.create_table(
        "consents",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "consent_id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consents_standing",
            ["person_id", "client_id"],
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
            sqlite_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "event_batches",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_batches")),
    )
    op.create_table(
        "events",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "event_id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_batch", ["batch", "event_id"], unique=False)

    op.create_table(
        "factor_secrets",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_factor_secrets")),
    )
    op.create_table(
        "grants",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("ward_id", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        sa.Column("amr", sa.Text(), nullable=False),
        sa.Column("auth_time", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("offline", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "grant_id", name=op.f("pk_grants")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index("ix_grants_consent", ["person_id", "consent_id"], unique=False)

    op.create_table(
        "guardianships",
        sa.Column("guardian_id", sa.Text(), nullable=False),
        sa.Column("ward_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guardian_id", "ward_id", name=op.f("pk_guardianships")),
    )
    op.create_table(
        "interactions",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("ward_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_interactions")),
    )
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.create_index("ix_interactions_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "keys",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=True),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("activate_at", sa.BigInteger(), nullable=False),
        sa.Column("retire_at", sa.BigInteger(), nullable=True),
        sa.Column("remove_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "generation", name=op.f("pk_keys")),
    )
    op.create_table(
        "logout_notices",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "notice_id", name=op.f("pk_logout_notices")),
    )
    with op.batch_alter_table("logout_notices", schema=None) as batch_op:
        batch_op.create_index("ix_logout_notices_next_attempt_at", ["next_attempt_at"], unique=False)

    op.create_table(
        "one_time_codes",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("sends", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "context", name=op.f("pk_one_time_codes")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox_messages")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_messages_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("last_challenge_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "credential_id", name=op.f("pk_passkeys")),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "registry_numbers",
        sa.Column("number_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number_digest", name=op.f("pk_registry_numbers")),
    )
    op.create_table(
        "registry_people",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_registry_people")),
    )
    op.create_table(
        "sessions",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("methods", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "session_id", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sign_in_names",
        sa.Column("name_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name_digest", name=op.f("pk_sign_in_names")),
    )
    with op.batch_alter_table("sign_in_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_names_person_id"), ["person_id"], unique=False)

    op.create_table(
        "used_assertions",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("jti_digest", sa.Text(), nullable=False),
        sa.Column("forgotten_after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_digest", name=op.f("pk_used_assertions")),
    )
    with op.batch_alter_table("used_assertions", schema=None) as batch_op:
        batch_op.create_index("ix_used_assertions_forgotten_after", ["forgotten_after"], unique=False)

    for statement in KEEP[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Take it back."""
    for statement in RELEASE[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("used_assertions", schema=None) as batch_op:
        batch_op.drop_index("ix_used_assertions_forgotten_after")

    op.drop_table("used_assertions")
    with op.batch_alter_table("sign_in_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_names_person_id"))

    op.drop_table("sign_in_names")
    op.drop_table("sessions")
    op.drop_table("registry_people")
    op.drop_table("registry_numbers")
    op.drop_table("person_keys")
    op.drop_table("passkeys")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_messages_expires_at")

    op.drop_table("outbox_messages")
    op.drop_table("one_time_codes")
    with op.batch_alter_table("logout_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_logout_notices_next_attempt_at")

    op.drop_table("logout_notices")
    op.drop_table("keys")
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_index("ix_interactions_expires_at")

    op.drop_table("interactions")
    op.drop_table("guardianships")
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_index("ix_grants_consent")

    op.drop_table("grants")
    op.drop_table("factor_secrets")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_batch")

    op.drop_table("events")
    op.drop_table("event_batches")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consents_standing",
            postgresql_where=sa.text("withdrawn_at IS NULL"),
            sqlite_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("consents")
    op.drop_table("consent_receipts")
    op.drop_table("clients")
    with op.batch_alter_table("client_logos", schema=None) as batch_op:
        batch_op.drop_index("ix_client_logos_due_at")

    op.drop_table("client_logos")
    with op.batch_alter_table("bindings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bindings_place",
            postgresql_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_bindings_account",
            postgresql_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
            sqlite_where=sa.text("released_at IS NULL AND revoked_at IS NULL"),
        )
        batch_op.drop_index("ix_bindings_person")
        batch_op.drop_index("ix_bindings_guardian")

    op.drop_table("bindings")
    with op.batch_alter_table("binding_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_binding_requests_at")

    op.drop_table("binding_requests")
    op.drop_table("accounts")
