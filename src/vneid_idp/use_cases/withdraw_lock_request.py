"""Whoever asked for a lock, or for its end, takes it back before it is decided, and nothing was done about it."""

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import persons
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.storage.unit import Unit

TAKEN_BACK = "taken_back"
"""The reason where nobody is asked for one. Events hold it, so it is never renamed."""


async def withdraw_lock_request(unit: Unit, request_id: str, deed: Deed) -> LockRequest:
    """Take a request back; what was asked. Raises `NoSuchRequest` and, of somebody else's, `NotTheAsker`."""
    asked = await lock_requests.get_open(unit, request_id)
    await persons.seize(unit, asked.person_id)
    await lock_requests.withdraw(unit, request_id, deed)
    return asked
