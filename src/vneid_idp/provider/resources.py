"""What a `resource` may name (RFC 8707), looked up where a request names one."""

from dataclasses import replace

from vneid_idp.protocol.audience import MOST_RESOURCES, NONE, KnownResources
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.grant_types.names import TOKEN_EXCHANGE
from vneid_idp.protocol.params import Params
from vneid_idp.web.context import Idp


async def known_resources(provider: Idp, params: Params) -> KnownResources:
    """Our own APIs and the foreign resource servers in service; nothing is read for requests that name none."""
    return await provider.resource_servers.known() if "resource" in params else NONE


async def known_audiences(provider: Idp, client: Client, params: Params) -> KnownResources:
    """The same for an exchange, whose `audience` may name clients of the family as well (RFC 8693 §2.1)."""
    if "audience" not in params:
        return await known_resources(provider, params)
    names = params["audience"].split(" ")[: MOST_RESOURCES + 1]
    found = [await provider.clients.find(name) for name in names]
    takers = [each for each in found if each is not None and TOKEN_EXCHANGE in each.grant_types]
    of_family = frozenset(each.client_id for each in takers if client.family and each.family == client.family)
    return replace(await provider.resource_servers.known(), takers=of_family)
