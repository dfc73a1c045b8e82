"""Back-channel log-out (OpenID Connect Back-Channel Logout 1.0): deliver what `grants.notices` announced."""

import asyncio
import logging
from collections.abc import Sequence

from vneid_idp.clients.keys import Unreachable
from vneid_idp.grants import notices
from vneid_idp.grants.notices import Notice
from vneid_idp.protocol.logout import LOGOUT_TOKEN_TYPE, logout_token_claims
from vneid_idp.protocol.subjects import session_name, subject
from vneid_idp.web.context import Idp

logger = logging.getLogger(__name__)

_AT_ONCE = 20


async def deliver(provider: Idp, announced: Sequence[Notice]) -> None:
    """Send notices whose attempt was taken, all at the same time. Never raises: what fails is tried again later."""
    await asyncio.gather(*(_deliver(provider, notice) for notice in announced))


async def deliver_due(provider: Idp) -> int:
    """Send what is due; how many attempts were made. For a worker, every few seconds, in any number of processes."""
    async with provider.db.reading() as unit:
        waiting = await notices.due(unit, _AT_ONCE)
    taken = []
    for notice in waiting:
        async with provider.db.writing() as writing:
            if await notices.take(writing, notice):
                taken.append(notice)
    await deliver(provider, taken)
    return len(taken)


async def _deliver(provider: Idp, notice: Notice) -> None:
    client = await provider.clients.find(provider.db, notice.client_id)
    if client is not None and client.backchannel_logout_uri is not None:
        now = provider.clock.now()
        person = subject(client, notice.person_id, provider.keys.pairwise_key)
        session = session_name(client, notice.session_id, provider.keys.pairwise_key)
        claims = logout_token_claims(provider.issuer, client.client_id, person, session, notice.notice_id, now)
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
        await notices.remove(unit, notice)
