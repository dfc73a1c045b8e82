"""A domain seen from outside: its TXT records, and a file on its server (`clients/domains.py`)."""

from vneid_idp.clients.keys import Unreachable
from vneid_idp.web.outbound import SECONDS, Outbound


class Witness:
    """Asks the resolver of this machine, and the domain's server as every outbound call does."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`; raises `Unreachable` when the DNS gives no answer."""
        # A twentieth of the time of a start, for something that is done when a domain is verified.
        from dns.asyncresolver import Resolver
        from dns.exception import DNSException
        from dns.rdtypes.ANY.TXT import TXT
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            answer = await Resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
        except (NXDOMAIN, NoAnswer):
            return ()
        except (DNSException, OSError) as error:
            raise Unreachable("has no name server that answers") from error
        records = [record for record in answer if isinstance(record, TXT)]
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in records)

    async def content(self, url: str) -> str:
        """The text at `url`, empty when there is none; raises `Unreachable`."""
        content = await self._outbound.find(url)
        return "" if content is None else content.decode("utf-8", "replace")
