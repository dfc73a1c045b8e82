"""Statements that write their own event, or read one: the audit row rides along, in one round trip.

On PostgreSQL it is one statement (a data-modifying `WITH`), so it needs no BEGIN and COMMIT around it; on SQLite two,
in one transaction. Either way there is no change without its event and no event without its change.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Insert, Text, bindparam, func, insert, literal, select
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from vneid_idp.audit.events import EventKind
from vneid_idp.audit.store import NOBODY
from vneid_idp.audit.tables import events
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement


def recorded(
    change: ReturningInsert[Any] | ReturningUpdate[Any],
    kind: EventKind,
    *,
    person_id: str | None = None,
    client_id: str | None = None,
    subject_id: str | None = None,
) -> Statement:
    """`change`, and an event of `kind` for the row that it changed; nothing for none.

    `change` ends in `.returning(…)`, whose rows are what the statement gives back. `person_id`, `client_id` and
    `subject_id` name the returned columns that the event takes those from. It changes one row at most: the event's id
    is given by the caller, who adds `entry(unit.now, {…})` to the values:

        OPEN = recorded(insert(grants)….returning(grants.c.grant_id, grants.c.person_id), EventKind.GRANT_OPENED,
                        person_id="person_id", subject_id="grant_id")
        row = await unit.fetch_one(OPEN, grant_id=…, **entry(unit.now, {"scope": …}))
    """
    taken = {"person_id": person_id, "client_id": client_id, "subject_id": subject_id}
    given: dict[str, ColumnElement[Any]] = {
        "event_id": bindparam("event_id", type_=Text),
        "at": bindparam("event_at", type_=BigInteger),
        "kind": literal(kind.value, Text),
        "data": bindparam("event_data", type_=Text),
    }
    changed = change.cte("changed")
    logged = _event(given, {name: changed.c[column] for name, column in taken.items() if column})
    after = _event(given, {name: bindparam(column, type_=Text) for name, column in taken.items() if column})
    together = select(changed).add_cte(logged.cte("logged"))
    return Statement(together, sqlite=change, sqlite_after=Statement(after))


def _event(given: Mapping[str, ColumnElement[Any]], taken: Mapping[str, ColumnElement[Any]]) -> Insert:
    who = func.coalesce(taken["person_id"], NOBODY) if "person_id" in taken else literal(NOBODY, Text)
    columns: dict[str, ColumnElement[Any]] = {**given, **taken, "person_id": who}
    return insert(events).from_select(list(columns), select(*list(columns.values())))


def data_of_event(
    kind: EventKind, person_id: ColumnElement[str], subject_id: ColumnElement[str]
) -> ColumnElement[str | None]:
    """What `service.find_event` finds, as a column of a statement that reads many: the data, as text, of the event of a
    kind of which each row names the person and the subject; nothing where there is none.
    """
    about = (events.c.person_id == person_id, events.c.kind == literal(kind.value, Text))
    return select(events.c.data).where(*about, events.c.subject_id == subject_id).limit(1).scalar_subquery()


def entry(now: Instant, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a `recorded` statement needs for its event: an id, the instant, and `data` (see `Event.data`)."""
    return {"event_id": new_id("evt"), "event_at": now, "event_data": orjson.dumps(data or {}).decode()}
