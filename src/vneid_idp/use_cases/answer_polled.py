"""A request that began on another device is answered, or ends without an answer.

Each holds what it stands on until the answer is written: of an approval and a lock, a withdrawal or the end of the time
one comes first, and the other finds it.
"""

from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import UnknownClient, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import about
from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.rules import Outcome
from vneid_idp.cross_device.service import PolledRequest
from vneid_idp.identity import persons
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_consent import ConsentEnded
from vneid_idp.use_cases.who_is_signed_in import check_signed_in, hold_signed_in


@dataclass(frozen=True, slots=True)
class Approval:
    """What was decided to be approved: by whom, in which session, and the grant that a poll opens for it."""

    session_id: str
    grant_id: str
    authorisation: Authorisation


async def approve_polled(unit: Unit, sealer: Sealer, polled: PolledRequest, approval: Approval) -> None:
    """Put the answer where its client polls for it.

    Raises `RequestOver` (see `cross_device.approve`), `SignedOut`, `UnknownClient` and `ConsentEnded`.
    """
    authorisation = approval.authorisation
    person_id, ground = authorisation.subject, authorisation.ground
    assert person_id is not None
    assert ground is not None
    child_id = None if authorisation.on_behalf_of is None else authorisation.on_behalf_of.person_id
    if not await hold_client(unit, polled.client_id):
        raise UnknownClient
    await persons.hold(unit, person_id, *(() if child_id is None else (child_id,)))
    await check_signed_in(unit, person_id, approval.session_id)
    stands = await consents.find_current(unit, person_id, polled.client_id, child_id)
    if stands is None or stands.consent_id != ground.consent_id:
        raise ConsentEnded
    await cross_device.approve(unit, sealer, polled, person_id, approval.grant_id, authorisation)
    data = {"kind": polled.kind.value} | dict(about(child_id))
    await record(unit, Event(EventKind.REQUEST_APPROVED, person_id, polled.client_id, polled.request_id, data))


async def refuse_polled(unit: Unit, polled: PolledRequest, person_id: str | None) -> None:
    """End it with a no, of `person_id` as far as it is known who said so. Raises `RequestOver`."""
    await _end(unit, polled, Outcome.REFUSED, EventKind.REQUEST_REFUSED, person_id)


async def pick_number(unit: Unit, polled: PolledRequest, person_id: str, session_id: str, number: str) -> bool:
    """The person says which number the client shows; whether it is right. A wrong one ends the request: whoever is
    asked about what somebody else began cannot know it. Raises `SignedOut` and `RequestOver`."""
    await hold_signed_in(unit, person_id, session_id)
    if await cross_device.pick(unit, polled, number):
        return True
    await _end(unit, polled, Outcome.WRONG_NUMBER, EventKind.REQUEST_MISMATCHED, person_id)
    return False


async def disown_polled(unit: Unit, polled: PolledRequest, person_id: str, session_id: str) -> None:
    """The person had nothing to do with it: the request ends, and its client reaches them no more for a day.

    What the client sends meanwhile is taken as before and answered by nobody, so that it does not learn of this. Raises
    `SignedOut` and `RequestOver`.
    """
    await hold_signed_in(unit, person_id, session_id)
    await cross_device.disown(unit, person_id, polled.client_id)
    await _end(unit, polled, Outcome.NOT_MINE, EventKind.REQUEST_DISOWNED, person_id)


async def _end(unit: Unit, polled: PolledRequest, how: Outcome, kind: EventKind, person_id: str | None) -> None:
    await cross_device.end(unit, polled, how)
    data = {"kind": polled.kind.value}
    await record(unit, Event(kind, person_id, polled.client_id, polled.request_id, data))
