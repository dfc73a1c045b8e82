"""A relying party is deleted, and with it whatever people allowed it and whatever was granted to it (RFC 7592 §2.3).

(To take one out of service needs no use case: it is one fact of one row, for which every statement on a grant asks.
Consents and bindings stand meanwhile, and the client learns nothing of them.)
"""

from vneid_idp.bindings import service as bindings
from vneid_idp.biometrics import service as biometrics
from vneid_idp.clients import families, former, resource_servers
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.disputes import records as disputes
from vneid_idp.disputes import refusals
from vneid_idp.faces import devices
from vneid_idp.grants import service as grants
from vneid_idp.instructions import forgetting as instructions
from vneid_idp.matching import service as matches
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.tell_swaps import end_of_deleted_client


async def delete_client(unit: Unit, client_id: str) -> None:
    """Delete, for good: its consents and bindings end, each in the history of its person. Raises `UnknownClient`.

    Nothing of it counts for another client registered under its id: no grant, own token (`AccessToken.is_of`), waiting
    request (`check_still_registered`), domain, place among those who use a resource server, device that takes faces,
    evaluation of a matcher, match, or notice that has not left yet. It hears last that it is told of nobody's SIM card
    any more. The last of a carrier's takes the register of its numbers along, what it was told to do with them, and the
    disputes about them.
    """
    client = await clients.get_client(unit, client_id)
    # Its row first: whoever writes in its name holds it, and is waited for.
    await clients.delete(unit, client_id)
    await resource_servers.forget_client(unit, client_id)
    await devices.forget_client(unit, client_id)
    await biometrics.forget_client(unit, client_id)
    await matches.forget_client(unit, client_id)
    if client.family is not None and not await families.members(unit, client.family):
        await registered_numbers.forget_carrier(unit, client.family)
        await instructions.forget_carrier(unit, client.family)
        await disputes.forget_family(unit, client.family)
        await refusals.forget_family(unit, client.family)
    await former.keep_name(unit, client_id, client.client_name)
    await consents.end_all_of_client(unit, client_id, client.client_name)
    await bindings.release_all_of_client(unit, client_id)
    await grants.end_all_of_client(unit, client_id)
    for channel in (Channel.LOGOUT_TOKEN, Channel.BACKCHANNEL_ANSWER, Channel.SECURITY_EVENTS, Channel.SWAP_EVENTS):
        await deliveries.cancel(unit, channel, client_id)
    await end_of_deleted_client(unit, client_id)
