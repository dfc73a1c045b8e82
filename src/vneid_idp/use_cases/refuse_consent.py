"""A person declines what a service asks: nothing is shared, and the person can read it in the own history."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.consent.service import about
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_guardian import ask_no_more


async def refuse_consent(unit: Unit, person_id: str, client_id: str, child_id: str | None = None) -> None:
    """Put on record that the person said no, at whichever page about the request of this client; a parent or guardian
    whom they asked before is asked no more."""
    await record(unit, Event(EventKind.CONSENT_REFUSED, person_id, client_id, data=about(child_id)))
    if child_id is None:
        await ask_no_more(unit, person_id, client_id)
