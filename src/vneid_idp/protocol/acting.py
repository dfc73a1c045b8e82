"""Clients that act for another of their organisation, by a token that was exchanged (RFC 8693).

Each rule here is asked when a token is exchanged and again whenever the result is used: what the operator takes away
counts at once.
"""

from collections.abc import Sequence

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE

MOST_ACTORS = 2
"""How many may act one for the other: a point of sale, and a dealer under it."""


def may_act(holder: Client, agreed: Client, actors: Sequence[Client]) -> bool:
    """Whether `holder` may act for `agreed`: one family, registered for that, and every actor named by `agreed`.

    Who is named acts under its own name only, and never by a token that does not say so.
    """
    named = {actor.client_id for actor in actors}
    return (
        TOKEN_EXCHANGE in holder.grant_types
        and all(one.family is not None and one.family == agreed.family for one in (holder, *actors))
        and named <= set(agreed.may_act)
        and (holder.client_id in named or holder.client_id not in agreed.may_act)
    )


def registered_before(issued_at: Instant, clients: Sequence[Client]) -> bool:
    """Whether these are the clients of then, and none was deleted and registered anew under the same id since."""
    return all(client.issued_at <= issued_at for client in clients)
