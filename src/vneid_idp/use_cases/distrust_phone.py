"""A carrier tells that a number works in another SIM, or moves away: what rests on it at this instant ends, or rests.

Whoever has the number now may be somebody else. Codes that wait are good no more, and none is sent; sessions that a
code strengthened end, with every access that they opened, and so does what services keep for longer than a session,
since of that it cannot be told any more what opened it.
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors import distrusted_phones, otp, sessions
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.factors.proofs import MESSAGE
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_session
from vneid_idp.use_cases.protect_account import end_lasting_access


async def distrust_phone(unit: Unit, person_id: str, client_id: str, cause: Cause) -> tuple[Delivery, ...]:
    """Let the registered phone of somebody, who is seized, prove nothing from now on; the log-out notices to deliver
    after the commit. `client_id` is who told."""
    await distrusted_phones.distrust(unit, person_id, cause)
    await otp.end_all(unit, person_id)
    deliveries: list[Delivery] = []
    for session in await sessions.list_sessions(unit, person_id):
        if any(method.name == MESSAGE for method in session.methods):
            deliveries += await end_session(unit, person_id, session.session_id)
    await end_lasting_access(unit, person_id)
    await record(unit, Event(EventKind.PHONE_DISTRUSTED, person_id, client_id, data={"cause": cause.value}))
    return tuple(deliveries)
