"""A client acts in another's own name by token exchange (RFC 8693): of it nothing is kept but that it happened."""

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.grants.service import delegation
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.storage.unit import Unit


async def delegate_token(unit: Unit, authorisation: Authorisation) -> Instant:
    """Put on record that a token of this authorisation is issued; when."""
    data = {"scope": list(authorisation.scope), **delegation(authorisation)}
    await record(unit, Event(EventKind.TOKEN_DELEGATED, client_id=authorisation.client_id, data=data))
    return unit.now
