"""What a `resource` may name (RFC 8707), looked up where a request names one."""

from vneid_idp.protocol.audience import NONE, KnownResources
from vneid_idp.protocol.params import Params
from vneid_idp.web.context import Idp


async def known_resources(provider: Idp, params: Params) -> KnownResources:
    """Our own APIs and the foreign resource servers in service; nothing is read for requests that name none."""
    return await provider.resource_servers.known() if "resource" in params else NONE
