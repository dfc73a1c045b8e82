"""The children for whom whoever is at the own pages decides, and what waits for an answer about them."""

from dataclasses import dataclass

from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval
from vneid_idp.identity.guardians import can_act
from vneid_idp.identity.register.guardianship import may_consent_for
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.portal.access import Holder, find_clients
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import still_asked
from vneid_idp.storage.unit import Reading


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a child would share, and somebody has to answer."""

    approval: Approval
    child: RegistryRecord
    client: Client


async def children_of(holder: Holder) -> tuple[RegistryRecord, ...]:
    """The children, by the register. None for whoever cannot act for anybody. Raises `RegistryUnavailable`."""
    rules = (await holder.provider.current_policy()).at(holder.now)
    if not can_act(holder.account, rules, holder.now):
        return ()
    named = await holder.provider.registry.children_of(holder.person_id)
    return tuple(child for child in named if may_consent_for(holder.person_id, child, rules, holder.now))


async def waiting_for(unit: Reading, children: tuple[RegistryRecord, ...]) -> tuple[Waiting, ...]:
    """What waits, of services that are registered and still ask for it."""
    found = [(asked, child) for child in children for asked in await approvals.list_open(unit, child.person_id)]
    clients = await find_clients(unit, {asked.client_id for asked, _ in found})
    return tuple(
        Waiting(asked, child, clients[asked.client_id])
        for asked, child in found
        if asked.client_id in clients and still_asked(clients[asked.client_id], asked.decisions)
    )
