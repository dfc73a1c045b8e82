"""Log-out notices: that a session has ended, and which relying parties have to hear of it.

Whoever ends a session announces it in the same unit. So no notice leaves for a log-out that was rolled back, and none
is lost with the process.
"""

from vneid_idp.clients.service import find_client
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants.participants import clients_of_session, sessions_under_consent
from vneid_idp.storage.unit import Unit


async def announce(unit: Unit, person_id: str, session_id: str) -> tuple[Delivery, ...]:
    """Enqueue a log-out token for every client of the session that registered a `backchannel_logout_uri`.

    The caller may have what is returned sent after the commit (`Dispatcher.attempt`); who does not, leaves it to a
    worker, some seconds later.
    """
    parties = [(client_id, session_id) for client_id in await clients_of_session(unit, person_id, session_id)]
    return await _announce(unit, person_id, parties)


async def announce_withdrawal(unit: Unit, person_id: str, client_id: str, consent_id: str) -> tuple[Delivery, ...]:
    """As `announce`, for the one client whose consent was withdrawn and every session that it knows."""
    sessions = await sessions_under_consent(unit, person_id, consent_id)
    return await _announce(unit, person_id, [(client_id, session_id) for session_id in sessions])


async def _announce(unit: Unit, person_id: str, parties: list[tuple[str, str]]) -> tuple[Delivery, ...]:
    announced = []
    for client_id, session_id in parties:
        client = await find_client(unit, client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            about = {"person_id": person_id, "session_id": session_id}
            announced.append(await deliveries.enqueue_about(unit, Channel.LOGOUT_TOKEN, client_id, about))
    return tuple(announced)
