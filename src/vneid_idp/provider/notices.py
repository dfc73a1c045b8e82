"""Back-channel log-out (OpenID Connect Back-Channel Logout 1.0): tell every relying party of a session that it ended.

Whoever ends a session calls `announce` in the unit that ends it, and `deliver` after the commit; what does not arrive
then, a worker tries again. So no notice is sent for a log-out that was rolled back, and none is lost with the process.
"""

import asyncio
import logging
from collections.abc import Sequence

from vneid_idp.clients.keys import Unreachable
from vneid_idp.clients.service import find_client
from vneid_idp.consent.participants import clients_of_session
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND, Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.logout import LOGOUT_TOKEN_TYPE, logout_token_claims
from vneid_idp.protocol.subjects import subject
from vneid_idp.provider import store
from vneid_idp.provider.store import Notice
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import Idp

logger = logging.getLogger(__name__)

_PAUSES: tuple[Instant, ...] = (30 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
"""How long after each attempt the next one follows; after the last the notice is given up."""
_AT_ONCE = 20


async def announce(unit: Unit, person_id: str, session_id: str) -> tuple[Notice, ...]:
    """Write a notice for every client of the session that registered a `backchannel_logout_uri`."""
    found = []
    for client_id in await clients_of_session(unit, person_id, session_id):
        client = await find_client(unit, client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            found.append(Notice(client_id, new_id("not"), person_id, session_id, 1, unit.now + _PAUSES[0]))
    if found:
        await store.add(unit, found)
    return tuple(found)


async def deliver(provider: Idp, notices: Sequence[Notice]) -> None:
    """Send notices whose attempt was taken, all at the same time. Never raises: what fails is tried again later."""
    await asyncio.gather(*(_deliver(provider, notice) for notice in notices))


async def deliver_due(provider: Idp) -> int:
    """Send what is due; how many attempts were made. For a worker, every few seconds, in any number of processes."""
    taken = []
    async with provider.db.reading() as unit:
        waiting = await store.due(unit, unit.now, _AT_ONCE)
    for notice in waiting:
        async with provider.db.writing() as writing:
            if notice.attempts >= len(_PAUSES):
                await store.remove(writing, notice)
                logger.warning("log-out notice %s to %s given up", notice.notice_id, notice.client_id)
            elif await store.take(writing, notice, writing.now + _PAUSES[notice.attempts]):
                taken.append(notice)
    await deliver(provider, taken)
    return len(taken)


async def _deliver(provider: Idp, notice: Notice) -> None:
    client = await provider.clients.find(provider.db, notice.client_id)
    if client is not None and client.backchannel_logout_uri is not None:
        now = provider.clock.now()
        person = subject(client, notice.person_id, provider.keys.pairwise_key)
        claims = logout_token_claims(
            provider.issuer, client.client_id, person, notice.session_id, notice.notice_id, now
        )
        token = provider.keys.sign(client.id_token_signed_response_alg, claims, typ=LOGOUT_TOKEN_TYPE, now=now)
        try:
            status = await provider.outbound.post_form(client.backchannel_logout_uri, {"logout_token": token})
        except Unreachable as error:
            logger.info("log-out notice %s to %s %s", notice.notice_id, notice.client_id, error)
            return
        if status >= 500 or 300 <= status < 400:
            logger.info("log-out notice %s to %s: status %d", notice.notice_id, notice.client_id, status)
            return
        # 400 is the client's considered answer that it could not log out (§2.8): repeating changes nothing.
    async with provider.db.single() as unit:
        await store.remove(unit, notice)
