"""A request that began on another device is answered, or ends without an answer.

Each holds what it stands on until the answer is written: of an approval and a lock, a withdrawal or the end of the time
one comes first, and the other finds it. Each returns what is to be delivered after the commit: that there is an answer,
to a client that wants to hear of it.
"""

from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import UnknownClient, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import about
from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.rules import FETCHED_WITHIN, Outcome
from vneid_idp.cross_device.service import PolledRequest
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import persons
from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.identity.factors.passkeys import ProofRests
from vneid_idp.identity.factors.sessions import SessionName
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_on_phone import PhoneNotEnrolled
from vneid_idp.use_cases.end_grant import end_grant
from vneid_idp.use_cases.give_consent import ConsentEnded
from vneid_idp.use_cases.who_is_signed_in import check_signed_in, hold_signed_in

Deliveries = tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """What was decided to be approved: by whom, in which session, and the grant that a poll opens for it."""

    session_id: str
    grant_id: str
    authorisation: Authorisation


@dataclass(frozen=True, slots=True)
class Picked:
    """Whether the number that was picked is the one that the client shows; with a wrong one the request has ended."""

    is_right: bool
    deliveries: Deliveries = ()


async def approve_polled(unit: Unit, sealer: Sealer, polled: PolledRequest, approval: Approval) -> Deliveries:
    """Put the answer where its client polls for it.

    Raises `RequestOver` (see `cross_device.approve`), `SignedOut`, `UnknownClient`, `ConsentEnded`, and
    `PhoneNotEnrolled` where the phone that took it in hand was removed since.
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
    await _check_phone(unit, person_id, polled.phone_id)
    await cross_device.approve(unit, sealer, polled, person_id, approval.grant_id, authorisation)
    data = {"kind": polled.kind.value} | dict(about(child_id))
    await record(unit, Event(EventKind.REQUEST_APPROVED, person_id, polled.client_id, polled.request_id, data))
    return await _tell(unit, sealer, polled)


async def refuse_polled(unit: Unit, sealer: Sealer, polled: PolledRequest, person_id: str | None) -> Deliveries:
    """End it with a no, of `person_id` as far as it is known who said so. Raises `RequestOver`."""
    return await _end(unit, sealer, polled, Outcome.REFUSED, EventKind.REQUEST_REFUSED, person_id)


async def hold_in_hand(unit: Unit, request_id: str, person_id: str) -> None:
    """Require that the request is open for this person, who is held, on the phone that took it in hand, and keep it so
    until the unit ends: what is agreed for it is agreed there. Raises `RequestOver`, `PhoneNotEnrolled` and
    `ProofRests`."""
    await _check_phone(unit, person_id, await cross_device.hold_open(unit, request_id, person_id))


async def _check_phone(unit: Unit, person_id: str, phone_id: str | None) -> None:
    """Whoever removes a phone, or its passkey, or lets it rest, seizes the person first: it stands while the person is
    held."""
    if phone_id is None:
        return
    phone = await enrolled_phones.find_phone(unit, person_id, phone_id)
    if phone is None:
        raise PhoneNotEnrolled
    if phone.rests_since is not None:
        raise ProofRests


async def take_polled(
    unit: Unit,
    sealer: Sealer,
    polled: PolledRequest,
    session: SessionName,
    phone_id: str | None,
    number: str,
) -> Picked:
    """The person of the session takes the request in hand on a phone, and says which number the client shows, where it
    shows one. A wrong one ends the request: whoever is asked about what somebody else began cannot know it. Raises
    `SignedOut` and `RequestOver`."""
    person_id = session.person_id
    await hold_signed_in(unit, person_id, session.session_id)
    if await cross_device.take(unit, polled, person_id, phone_id, number):
        return Picked(is_right=True)
    kind = EventKind.REQUEST_MISMATCHED
    return Picked(False, await _end(unit, sealer, polled, Outcome.WRONG_NUMBER, kind, person_id))


async def disown_polled(unit: Unit, sealer: Sealer, polled: PolledRequest, person_id: str) -> Deliveries:
    """The person, whom the caller holds, had nothing to do with it: the request ends, and its client reaches them no
    more for a day.

    What the client sends meanwhile is taken as before and answered by nobody, so that it does not learn of this. Raises
    `RequestOver`.
    """
    told = await _end(unit, sealer, polled, Outcome.NOT_MINE, EventKind.REQUEST_DISOWNED, person_id)
    await cross_device.disown(unit, person_id, polled.client_id)
    return told


async def cancel_polled(unit: Unit, client_id: str, handle: str) -> None:
    """The client takes back what it polls for with `handle`, and what came of it; nothing where there is none. A worker
    puts it on record, so that the time does not tell whether there was anybody."""
    grant_id = await cross_device.cancel(unit, client_id, handle)
    if grant_id is not None:
        await end_grant(unit, client_id, grant_id, EventKind.GRANT_REVOKED)


async def _end(
    unit: Unit, sealer: Sealer, polled: PolledRequest, how: Outcome, kind: EventKind, person_id: str | None
) -> Deliveries:
    await cross_device.end(unit, polled, person_id, how)
    if person_id is not None:
        data = {"kind": polled.kind.value}
        await record(unit, Event(kind, person_id, polled.client_id, polled.request_id, data))
    return await _tell(unit, sealer, polled)


async def _tell(unit: Unit, sealer: Sealer, polled: PolledRequest) -> Deliveries:
    """That there is an answer, and nothing of it: who hears of it asks for it as ever (CIBA Core §10.2)."""
    wanted = polled.notification
    if wanted is None:
        return ()
    payload = {"auth_req_id": wanted.handle, "token": wanted.token}
    until = max(polled.expires_at, unit.now + FETCHED_WITHIN)
    to = Channel.BACKCHANNEL_ANSWER, polled.client_id
    return (await deliveries.enqueue(unit, sealer, *to, payload, not_after=until),)
