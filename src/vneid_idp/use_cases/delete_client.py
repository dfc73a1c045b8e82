"""A relying party is deleted, and with it whatever was granted to it (RFC 7592 §2.3).

(To take one out of service needs no use case: it is one fact of one row, for which every statement on a grant asks.)
"""

from vneid_idp.clients import service as clients
from vneid_idp.grants import service as grants
from vneid_idp.storage.unit import Unit


async def delete_client(unit: Unit, client_id: str) -> None:
    """Delete, for good: no grant of it counts for another client registered under its id. Raises `UnknownClient`."""
    # Its row first: whoever writes in its name holds it, and is waited for.
    await clients.delete(unit, client_id)
    await grants.end_all_of_client(unit, client_id)
