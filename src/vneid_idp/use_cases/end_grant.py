"""One grant ends before its time: given back by its client (RFC 7009), or because a proof of it came a second time."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.grants import service as grants
from vneid_idp.storage.unit import Unit


async def end_grant(
    unit: Unit, client_id: str, grant_id: str, why: EventKind, data: Mapping[str, Any] | None = None
) -> bool:
    """End a grant, and with it every token that names it; whether it stood. `why` is the kind of the event.

    Of many who end the same grant at once, one finds it standing and tells of it.
    """
    person_id = await grants.end(unit, client_id, grant_id)
    if person_id is None:
        return False
    await record(unit, Event(why, person_id, client_id, grant_id, data or {}))
    return True
