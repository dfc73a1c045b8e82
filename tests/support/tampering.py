"""What an attacker does who owns the database: switches off what keeps the record of events append-only."""

from sqlalchemy import text

from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

_TRIGGERS = {
    "events": ("events_are_not_changed", "events_are_not_deleted"),
    "event_batches": ("event_batches_are_not_changed", "event_batches_are_not_deleted"),
}


async def unlock_events(db: Database) -> None:
    """From now on events can be changed and deleted, unnoticed by the database."""
    async with db.writing() as unit:
        if db.name == "postgresql":
            await unit.fetch(Statement(text("DROP FUNCTION refuse_change_of_events CASCADE")))
            return
        for triggers in _TRIGGERS.values():
            for trigger in triggers:
                await unit.fetch(Statement(text(f"DROP TRIGGER {trigger}")))
