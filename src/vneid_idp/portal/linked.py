"""Accounts that are bound to somebody, as seen at `/me`: the own, and those of children in own guardianship.

One rule for the list and for whoever counts it.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

from vneid_idp.bindings import resting
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS, Kinds
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.identity.register.guardianship import Guardianship, guardianship, is_guardian
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable
from vneid_idp.portal.access import Holder
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Reading
from vneid_idp.web.pages import ListPart

PAGE = 50
NUMBERS: Kinds = {SUBSCRIBER_NUMBER.name: SUBSCRIBER_NUMBER}
"""What stands at `/me/numbers`."""
ACCOUNTS: Kinds = {name: kind for name, kind in KINDS.items() if name not in NUMBERS}
"""What stands at `/me/accounts`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A binding, and the child whose it is, if it is not the holder's own."""

    binding: Binding
    child: RegistryRecord | None
    decided: Decisions
    """What was decided about telling of it, at the consent that it is under."""
    unsupervised: bool = False
    """Whether it rests for want of a guardian, and so tells less."""
    on_lost_number: bool = False
    """Whether it rests since whoever proved it did so by a code to a number that got into other hands."""


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """Some of them, the latest first; `last` is the id at which the next page begins, if there is one."""

    seen: tuple[Seen, ...]
    last: str | None
    outgrown: bool
    """Whether there is something beside them that the holder linked for a child who decides alone by now."""


async def read_page(holder: Holder, before: str | None) -> LinkedPage:
    """A page of them. To a former guardian neither the child's name nor the account belongs. `RegistryUnavailable`."""
    provider = holder.provider
    policy = await provider.current_policy()
    async with provider.db.reading() as unit:
        part = ListPart.of(
            await bindings.disclose_for_person(unit, holder.person_id, before=before, limit=PAGE + 1, kinds=ACCOUNTS),
            PAGE,
        )
        # Few, since they are some children's: on the first page, whatever their age.
        joined = await bindings.disclose_joined(unit, holder.person_id, kinds=ACCOUNTS) if before is None else ()
        listed = (*joined, *part.shown)
        supervised = [each.binding for each in listed if each.binding.representative_id is not None]
        resting_now = await resting.unsupervised(unit, {binding.person_id for binding in supervised})
        unsupervised = {each.binding_id for each in supervised if each.binding_id in resting_now}
        rests = {each.binding.person_id for each in listed if _rests(each.binding)}
        on_lost_number = await resting.on_lost_number(unit, rests)
        now = unit.now
    others = {holder_id for each in listed if (holder_id := each.binding.person_id) is not None}
    others.discard(holder.person_id)
    children, rules = await provider.registry.find_many(others), policy.at(now)
    seen: list[Seen] = []
    outgrown = False
    for each in listed:
        binding: Binding = each.binding
        child = None if binding.person_id is None else children.get(binding.person_id)
        if binding.person_id == holder.person_id:
            seen.append(_seen(each, None, unsupervised, on_lost_number))
            continue
        stand = guardianship(holder.person_id, child, rules, now)
        outgrown |= stand is Guardianship.OUTGROWN and is_live(binding)
        if stand is Guardianship.STANDS:
            seen.append(_seen(each, child, unsupervised, on_lost_number))
    return LinkedPage(tuple(seen), None if part.last is None else part.last.binding.binding_id, outgrown)


def _seen(
    listed: Disclosure[Any], child: RegistryRecord | None, unsupervised: Collection[str], lost: Collection[str]
) -> Seen:
    binding_id = listed.binding.binding_id
    return Seen(listed.binding, child, listed.decided, binding_id in unsupervised, binding_id in lost)


async def read_others(holder: Holder) -> tuple[Seen, ...]:
    """What is bound to children in own guardianship and supervised by other guardians alone: the holder may join them,
    or take it over where it rests. Raises `RegistryUnavailable`."""
    provider = holder.provider
    rules = (await provider.current_policy()).at(holder.now)
    named = await provider.registry.children_of(holder.person_id)
    children = [child for child in named if is_guardian(holder.person_id, child, rules, holder.now)]
    found: list[Seen] = []
    async with provider.db.reading() as unit:
        own = {
            each.binding.binding_id for each in await bindings.disclose_joined(unit, holder.person_id, kinds=ACCOUNTS)
        }
        for child in children:
            async for binding in bindings.all_of_person(unit, child.person_id, ACCOUNTS):
                theirs = binding.person_id == child.person_id and binding.representative_id != holder.person_id
                if theirs and is_live(binding) and binding.binding_id not in own:
                    found.append(Seen(binding, child, {}))
    return tuple(found)


async def count_live(holder: Holder) -> int:
    """How many the list shows that are bound now; the own ones alone while the register cannot be asked."""
    try:
        return sum([is_live(seen.binding) async for seen in _all(holder)])
    except RegistryUnavailable:
        async with holder.provider.db.reading() as unit:
            everything = bindings.all_of_person(unit, holder.person_id, ACCOUNTS)
            own = [binding async for binding in everything if binding.person_id == holder.person_id]
        return sum(map(is_live, own))


async def consents_with_accounts(unit: Reading, person_id: str) -> set[str | None]:
    """The consents under which somebody has accounts linked now."""
    return {each.consent_id async for each in bindings.all_of_person(unit, person_id, ACCOUNTS) if is_live(each)}


async def own_numbers(holder: Holder) -> list[SubscriberNumber]:
    """The numbers that are in the holder's name now."""
    async with holder.provider.db.reading() as unit:
        found = [each async for each in bindings.all_of_person(unit, holder.person_id, NUMBERS)]
    own = (each for each in found if isinstance(each, SubscriberNumber))
    return [each for each in own if each.person_id == holder.person_id and is_live(each)]


def is_live(binding: Binding) -> bool:
    """Whether what is bound is the holder's now."""
    return binding.state in KINDS[binding.kind].lifecycle.live


def _rests(binding: Binding) -> bool:
    return is_live(binding) and KINDS[binding.kind].entry(binding).rests


async def _all(holder: Holder) -> AsyncIterator[Seen]:
    before: str | None = None
    while True:
        page = await read_page(holder, before)
        for seen in page.seen:
            yield seen
        before = page.last
        if before is None:
            return
