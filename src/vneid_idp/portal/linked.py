"""The accounts at social networks that somebody sees at `/me`: the own ones, and those of children in own guardianship.

One rule for the list and for whoever counts it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.identity.guardianship import is_guardian
from vneid_idp.identity.registry import RegistryRecord, RegistryUnavailable
from vneid_idp.portal.access import Holder

PAGE = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """An account, and the child under 16 whose account it is, if it is not the holder's own."""

    binding: SocialAccount
    child: RegistryRecord | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the accounts, the latest first; `last` is the id at which the next page begins, if there may be one."""

    seen: tuple[Seen, ...]
    last: str | None


async def read_page(holder: Holder, before: str | None) -> Page:
    """A page of them. To a former guardian neither the child's name nor the account belongs. `RegistryUnavailable`."""
    provider = holder.provider
    policy = await provider.current_policy()
    async with provider.db.reading() as unit:
        found = await engine.list_for_person(unit, SOCIAL_ACCOUNT, holder.person_id, before=before, limit=PAGE)
        now = unit.now
    children = await provider.registry.find_many({b.person_id for b in found} - {holder.person_id})
    rules = policy.at(now)
    seen = [
        Seen(binding, None if binding.person_id == holder.person_id else children[binding.person_id])
        for binding in found
        if binding.person_id == holder.person_id
        or is_guardian(holder.person_id, children.get(binding.person_id), rules, now)
    ]
    return Page(tuple(seen), found[-1].binding_id if len(found) == PAGE else None)


async def count_live(holder: Holder) -> int:
    """How many accounts the list shows that are bound now; the own ones alone while the register cannot be asked."""
    try:
        return sum([seen.binding.state in SOCIAL_ACCOUNT.lifecycle.live async for seen in _all(holder)])
    except RegistryUnavailable:
        async with holder.provider.db.reading() as unit:
            found = await engine.list_for_person(unit, SOCIAL_ACCOUNT, holder.person_id)
        return sum(b.person_id == holder.person_id and b.state in SOCIAL_ACCOUNT.lifecycle.live for b in found)


async def _all(holder: Holder) -> AsyncIterator[Seen]:
    before: str | None = None
    while True:
        page = await read_page(holder, before)
        for seen in page.seen:
            yield seen
        before = page.last
        if before is None:
            return
