"""Token exchange, done (RFC 8693): another grant under the one that the subject token names, or a token without one
where a client acts in its own name.

The new grant hangs on the first, so whatever ends that ends this in the same moment. Who may act, and for whom, is
asked again at each use (`web/acting.py`).
"""

from dataclasses import dataclass

from vneid_idp.grants import service as grants
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.audience import Audience, meant_for, scope_at
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, ParentGrant
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import narrowed_details
from vneid_idp.protocol.errors import InvalidRequest, InvalidTarget
from vneid_idp.protocol.grant_types.request import DeriveToken
from vneid_idp.protocol.grant_types.token_exchange import Carried, drafted, lives_until, narrowed, refuse_subject
from vneid_idp.protocol.permitted import permitted
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.targets import Target
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.provider.granted import Granted
from vneid_idp.provider.signed_tokens import find_agreed_at, find_server
from vneid_idp.use_cases.delegate_token import delegate_token
from vneid_idp.web.acting import find_agreed
from vneid_idp.web.context import Idp


async def exchange(provider: Idp, client: Client, wanted: DeriveToken) -> tuple[Granted, Instant]:
    """Derive a token of `client`. Raises `InvalidRequest`, `InvalidScope`, `InvalidTarget` and
    `InvalidAuthorizationDetails`."""
    subject = wanted.subject
    holder = await provider.clients.find(subject.client_id)
    if holder is None or holder.family != client.family or not subject.is_of(holder):
        refuse_subject()
    server = await find_server(provider, subject)
    if subject.is_signed and server is None:
        refuse_subject()
    between = Between(client, holder, server)
    if subject.grant_id is None:
        assert subject.own is not None
        return await _in_own_name(provider, between, wanted, subject.own)
    async with provider.db.glance() as unit:
        above = await grants.find_live(unit, subject.client_id, subject.grant_id, subject.above)
    if above is None:
        refuse_subject()
    carried = Carried(subject.authorised(above.authorisation), subject.client_id)
    draft, agreed = await _judged(provider, between, wanted, carried, above.decided)
    ground = draft.ground
    assert ground is not None
    # The session is its parent's: a log-out is announced to who knows the session.
    parent = ParentGrant(subject.client_id, subject.grant_id, subject.above)
    draft = altered(draft, ground=AuthorisationGround(ground.consent_id, None, parent))
    grant_id = new_id("grt")
    async with provider.db.single() as single:
        now = single.now
        until = lives_until(subject, now, ACCESS_TOKEN_LIFE)
        opened = await grants.open_grant(single, grant_id, draft, refreshable=False, until=until)
    if opened is None:
        refuse_subject()
    counts = permitted(client, draft, opened.decided, agreed)
    if server is not None:
        counts = meant_for(counts, Audience(server=server))
    return Granted(counts, grant_id, server=server, until=until), now


@dataclass(frozen=True, slots=True)
class Between:
    """Who exchanges whose token, and the foreign resource server that it is for, if it is for one."""

    client: Client
    holder: Client
    server: ResourceServer | None


async def _in_own_name(
    provider: Idp, between: Between, wanted: DeriveToken, own: Authorisation
) -> tuple[Granted, Instant]:
    draft, _ = await _judged(provider, between, wanted, Carried(own, between.holder.client_id), {})
    now = await provider.db.transact(lambda unit: delegate_token(unit, draft))
    until = lives_until(wanted.subject, now, ACCESS_TOKEN_LIFE)
    return Granted(draft, server=between.server, until=until), now


async def _judged(
    provider: Idp, between: Between, wanted: DeriveToken, carried: Carried, decided: Decisions
) -> tuple[Authorisation, Client]:
    """What the client gets of what is carried as far as that counts now, and the client by which it is judged."""
    client, holder, server = between.client, between.holder, between.server
    if await find_agreed_at(provider, server, holder, carried.authorisation, wanted.subject.issued_at) is None:
        refuse_subject()
    draft = drafted(client, carried, wanted)
    agreed = await find_agreed(provider, client, draft, provider.clock.now())
    if agreed is None:
        raise InvalidRequest(
            "This client may not act for that of the subject_token: may_act of its registration names who may, by an "
            "actor_token.",
            about="actor_token",
        )
    counts = permitted(client, draft, decided, agreed)
    details = narrowed_details(counts.details, wanted.details)
    if server is not None:
        if not server.takes(client.client_id):
            raise InvalidTarget("The resource server takes no tokens of this client.", about="audience")
        there = narrowed(wanted.subject.scope, scope_at(counts, server), wanted.scope)
        return altered(draft, targets=(Target(server.server_id, there),), details=details), agreed
    scope = narrowed(carried.authorisation.scope, counts.scope, wanted.scope)
    return altered(draft, scope=scope, details=details), agreed
