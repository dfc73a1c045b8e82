"""The client for which another acts by a token that was exchanged (RFC 8693), as it is registered at this moment."""

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.acting import may_act, registered_before
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.web.context import Idp


async def find_agreed(provider: Idp, client: Client, authorisation: Authorisation, issued_at: Instant) -> Client | None:
    """The client by which `authorisation`, which `client` uses, is judged: itself where it acts for none.

    `None` where that one, or somebody between the two, was taken out of service or may act no more. `issued_at` is when
    the token was: who was registered later under one of these ids is somebody else. Call it outside of a unit.
    """
    if authorisation.acts_for is None:
        return client
    names = (authorisation.acts_for, *authorisation.actors)
    agreed, *actors = [await provider.clients.find(name) for name in names]
    known = [actor for actor in actors if actor is not None]
    if agreed is None or len(known) < len(actors) or not registered_before(issued_at, (agreed, *known)):
        return None
    return agreed if may_act(client, agreed, known) else None


async def get_agreed(provider: Idp, client: Client, authorisation: Authorisation, issued_at: Instant) -> Client:
    """As `find_agreed`. Raises `InvalidToken`."""
    agreed = await find_agreed(provider, client, authorisation, issued_at)
    if agreed is None:
        raise InvalidToken("The client of this access token may act for the other one no more.")
    return agreed
