"""Which relying parties a browser session was used with."""

from sqlalchemy import bindparam, select

from vneid_idp.consent.tables import grants
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_OF_SESSION = Statement(
    select(grants.c.client_id)
    .where(grants.c.person_id == bindparam("person_id"), grants.c.session_id == bindparam("session_id"))
    .distinct()
    .order_by(grants.c.client_id)
)


async def clients_of_session(unit: Reading, person_id: str, session_id: str) -> tuple[str, ...]:
    """The ids of all clients to which an ID token of this session was issued, revoked grants included."""
    rows = await unit.fetch(_OF_SESSION, person_id=person_id, session_id=session_id)
    return tuple(row["client_id"] for row in rows)
