"""A person declines what a service asks: nothing changes, and the person can read it in the own history."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.consent.service import about
from vneid_idp.storage.unit import Unit


async def refuse_consent(unit: Unit, person_id: str, client_id: str, child_id: str | None = None) -> None:
    """Put on record that the person said no, at whichever page about the request of this client."""
    await record(unit, Event(EventKind.CONSENT_REFUSED, person_id, client_id, data=about(child_id)))
