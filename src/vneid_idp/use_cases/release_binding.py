"""A binding is released: by the network, by its holder, or by the guardian who supervises it today."""

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.rules import Binding
from vneid_idp.clients.service import hold_client
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity import persons
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Unit


async def release_for_network(unit: Unit, client: Client, binding_id: str) -> Binding:
    """Release for the network, with its own token. Raises `GrantEnded` when it was disabled meanwhile,
    `BindingNotFound`, `MoveForbidden`."""
    if not await hold_client(unit, client.client_id):
        raise GrantEnded
    return await bindings.release(unit, client.client_id, binding_id)


async def release_with_token(
    unit: Unit, client: Client, grant_id: str, binding_id: str, child: RegistryRecord | None
) -> Binding:
    """Release for the person of a token, who must hold the binding or supervise it as the guardian of `child`.

    Raises `GrantEnded`, and as above.
    """
    grant = await grants.hold(unit, client.client_id, grant_id)
    await bindings.get(unit, client.client_id, binding_id)
    return await bindings.release_by_person(unit, grant.person_id, binding_id, child)


async def release_for_person(unit: Unit, person_id: str, binding_id: str, child: RegistryRecord | None) -> Binding:
    """Release at the person's own pages. As above."""
    await persons.seize(unit, person_id)
    return await bindings.release_by_person(unit, person_id, binding_id, child)
