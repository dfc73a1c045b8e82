"""A carrier tells that a number works in another SIM, or moves away: what rests on it at this instant ends, or rests.

Whoever has the number now may be somebody else. Codes that wait are good no more, and none is sent; sessions that a
code strengthened end, with every access that they opened, also where services keep it for longer than a session, and
with what was derived from it; and accounts of networks that were linked with one rest. What a passkey opened stays. The
devices on which they have the identity app are told to look.

Carriers tell late. What was added to the account with a code since the number was in other hands counts for nothing
either (`codes_behind`): sessions that it opened end, and of whatever was given since the first of it was added nobody
can tell by which passkey, so that counts as given by a code.
"""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.cross_device import service as cross_device
from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants import service as grants
from vneid_idp.identity.factors import codes_behind, distrusted_phones, otp, sessions
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.levels import by_message
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_session import end_session
from vneid_idp.use_cases.notify_phones import notify_phones
from vneid_idp.use_cases.rest_on_phone import count_as_by_message, put_phone_in_step

TOLD_WITHIN: Instant = DAY
"""For how long a device of theirs that cannot be reached is tried: whoever opens the app later reads it as well."""


async def distrust_phone(
    unit: Unit, vault: Vault, sealer: Sealer, person_id: str, client_id: str, cause: Cause, since: Instant
) -> tuple[Delivery, ...]:
    """Let the registered phone of somebody, who is seized, prove nothing from now on, and have proved nothing `since`
    it was in other hands; the log-out notices to deliver after the commit. `client_id` is who told."""
    await distrusted_phones.distrust(unit, person_id, cause)
    await otp.end_all(unit, person_id)
    rested = await codes_behind.rest(unit, person_id, since)
    deliveries: list[Delivery] = []
    for session in await sessions.list_sessions(unit, person_id):
        if by_message(session.methods) or rested.opened(session):
            deliveries += await end_session(unit, person_id, session.session_id)
    await cross_device.end_approved_by_message(unit, person_id, rested.first_at)
    data = {"by": "provider", "cause": cause.value}
    for granted_to, grant_id in await grants.end_by_message(unit, person_id, rested.first_at):
        await record(unit, Event(EventKind.GRANT_REVOKED, person_id, granted_to, grant_id, data))
    await count_as_by_message(unit, person_id, rested.first_at)
    await put_phone_in_step(unit, vault, person_id)
    # On their own devices, and never by a message to the number.
    await notify_phones(unit, sealer, person_id, unit.now + TOLD_WITHIN)
    await record(unit, Event(EventKind.PHONE_DISTRUSTED, person_id, client_id, data={"cause": cause.value}))
    return tuple(deliveries)
