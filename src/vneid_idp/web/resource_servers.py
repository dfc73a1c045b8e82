"""The resource servers that a page speaks of, read only where it speaks of any."""

from collections.abc import Iterable

from vneid_idp.protocol.targets import is_at_server, server_and_scope
from vneid_idp.web.context import Idp
from vneid_idp.web.elsewhere_words import Servers


async def servers_of(provider: Idp, decided: Iterable[str]) -> Servers:
    """Those at which something was decided or is asked, by the names of that; perhaps more of them."""
    wanted = {server_and_scope(name)[0] for name in decided if is_at_server(name)}
    return await provider.resource_servers.by_id(*wanted) if wanted else {}
