"""Whom and what the pages of the portal name."""

import re
from collections.abc import Iterable

from starlette.requests import Request

from vneid_idp.clients import former
from vneid_idp.clients.service import UnknownClient, get_client
from vneid_idp.identity import accounts
from vneid_idp.identity.vault import Vault
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Reading
from vneid_idp.web.holder import Holder as Holder
from vneid_idp.web.holder import for_holder as for_holder


async def find_clients(unit: Reading, client_ids: set[str]) -> dict[str, Client]:
    """The relying parties with these ids, disabled ones too: a person still sees whom they allowed something."""
    found = {}
    for client_id in client_ids:
        try:
            found[client_id] = await get_client(unit, client_id)
        except UnknownClient:
            continue
    return found


async def find_service_names(unit: Reading, client_ids: set[str]) -> dict[str, str]:
    """What the relying parties with these ids are called, or were when they were deleted."""
    names = {client_id: client.client_name for client_id, client in (await find_clients(unit, client_ids)).items()}
    return await former.names_of(unit, client_ids - names.keys()) | names


async def find_names(unit: Reading, vault: Vault, person_ids: Iterable[str]) -> dict[str, str]:
    """The full names of those of these people who have an account, and were not forgotten."""
    found = {}
    for person_id in set(person_ids):
        known = await accounts.find_with_profile(unit, vault, person_id)
        if known is not None:
            found[person_id] = known[1].record.full_name
    return found


def read_before(request: Request, prefix: str, name: str = "before") -> str | None:
    """The id `prefix_…` after which the page in `?before=` begins, or under another name; whatever is no such id means
    the first page."""
    before = request.query_params.get(name, "")
    return before if re.fullmatch(prefix + "_[0-9a-v]{26}", before) else None
