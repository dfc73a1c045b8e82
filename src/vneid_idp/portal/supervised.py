"""What services are told of a child's linked accounts by the consent of whoever supervises them: no consent of the
child's own lists it, and yet it is about the child."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from vneid_idp.bindings import resting, standing_by
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import AccountStanding, account_standing
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import needs_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules
from vneid_idp.portal.access import find_clients, find_names
from vneid_idp.portal.linked import is_live
from vneid_idp.portal.told import what
from vneid_idp.protocol.claims import leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import told
from vneid_idp.storage.unit import Reading
from vneid_idp.web.claim_words import Say
from vneid_idp.web.logos import logo_path

_MOST = 200


@dataclass(frozen=True, slots=True)
class Supervised:
    """What a service is told of a child's accounts by one guardian's consent."""

    client_id: str
    name: str
    logo: str | None
    guardian_id: str
    accounts: int
    since: Instant | None
    labels: tuple[str, ...]
    outgrown: bool
    """Whether the child decides alone by now: then nobody supervises them."""
    acts: bool
    """Whether the guardian supervises them at present, or could."""
    paused: bool
    """Whether the service, or its organisation, is out of service: nothing at all is told meanwhile."""


async def _live(unit: Reading, child_id: str) -> list[Disclosure[Any]]:
    return [
        each
        for each in await bindings.disclose_for_person(unit, child_id, limit=_MOST)
        if each.binding.person_id == child_id and each.binding.representative_id is not None and is_live(each.binding)
    ]


async def has_supervised(unit: Reading, child_id: str, client_id: str) -> bool:
    """Whether a service is told of an account of this child by the consent of whoever supervises it, whatever becomes
    of the child's own."""
    return any(each.binding.client_id == client_id for each in await _live(unit, child_id))


async def told_by_others(unit: Reading, child_id: str) -> set[str]:
    """The services that are told of an account of this child by the consent of whoever supervises it."""
    return set(await find_clients(unit, {each.binding.client_id for each in await _live(unit, child_id)}))


async def supervised_accounts(unit: Reading, child: RegistryRecord, rules: Rules, say: Say) -> tuple[Supervised, ...]:
    """What is told of the accounts that others linked for a child, by service and guardian."""
    child_id, outgrown = child.person_id, not needs_guardian(age(child.birth_date, unit.now), rules)
    live = await _live(unit, child_id)
    unsupervised = await resting.unsupervised(unit, [child_id] if live else ())
    clients = await find_clients(unit, {each.binding.client_id for each in live})
    by: dict[tuple[str, str], list[Disclosure[Any]]] = {}
    for each in live:
        by.setdefault((each.binding.client_id, each.binding.representative_id), []).append(each)
    acts = {each: await _can_act(unit, each) for each in {guardian_id for _, guardian_id in by}}
    return tuple(
        _supervised(
            clients[client_id], guardian_id, found, unsupervised, say, outgrown=outgrown, acts=acts[guardian_id]
        )
        for (client_id, guardian_id), found in by.items()
        if client_id in clients
    )


async def who_supervises(unit: Reading, vault: Vault, child_id: str) -> dict[str, tuple[str, ...]]:
    """By binding, the names of who can act and supervises what this child holds, the one by whose proof it counts
    first."""
    live = {each.binding.binding_id: [each.binding.representative_id] for each in await _live(unit, child_id)}
    for guard in await standing_by.of_child(unit, child_id):
        if guard.binding_id in live and guard.guardian_id not in live[guard.binding_id]:
            live[guard.binding_id].append(guard.guardian_id)
    act = {each for found in live.values() for each in found if await _can_act(unit, each)}
    names = await find_names(unit, vault, act)
    return {binding_id: tuple(names[each] for each in found if each in names) for binding_id, found in live.items()}


async def has_other_supervisors(unit: Reading, binding: Binding, reader_id: str) -> bool:
    """Whether a child's account that whoever reads supervises has another parent or guardian who does, or stands by
    to."""
    if binding.representative_id is None or binding.person_id == reader_id:
        return False
    standing = {guard.guardian_id for guard in await standing_by.of_binding(unit, binding)}
    return bool({binding.representative_id, *standing} - {reader_id})


async def _can_act(unit: Reading, person_id: str) -> bool:
    account = await accounts.find(unit, person_id)
    return account is not None and account_standing(account, None, unit.now) is AccountStanding.USABLE


def _supervised(
    client: Client,
    guardian_id: str,
    found: Sequence[Disclosure[Any]],
    unsupervised: Collection[str],
    say: Say,
    *,
    outgrown: bool,
    acts: bool,
) -> Supervised:
    agreed: set[str] = set()
    for each in found:
        counts = leaving(told(client, each.decided, KINDS[each.binding.kind].permission(each.binding)))
        agreed |= (resting.told_unsupervised(counts) if each.binding.binding_id in unsupervised else counts).keys()
    since = [entry.since for each in found if (entry := KINDS[each.binding.kind].entry(each.binding)).since is not None]
    return Supervised(
        client_id=client.client_id,
        name=client.client_name,
        logo=logo_path(client),
        guardian_id=guardian_id,
        accounts=len(found),
        since=min(since, default=None),
        labels=tuple(what(agreed, say)),
        outgrown=outgrown,
        acts=acts and any(each.binding.binding_id not in unsupervised for each in found),
        paused=client.disabled_at is not None,
    )
