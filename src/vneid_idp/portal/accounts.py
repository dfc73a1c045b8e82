"""`/me/accounts`: what accounts are bound to me, or to a child of mine, kind by kind; release one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import labels, resting
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.kind import Entry
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.identity import persons
from vneid_idp.identity.ages import Age, age
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.portal.access import Holder, find_clients, find_service_names, for_holder, read_before
from vneid_idp.portal.again import links_offered
from vneid_idp.portal.linked import ACCOUNTS, Seen, is_live, read_others, read_page
from vneid_idp.portal.supervised import has_other_supervisors, who_supervises
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.protocol.claims import asked_of, leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import told
from vneid_idp.use_cases.label_binding import label_binding
from vneid_idp.use_cases.release_binding import release_for_person
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.kind_words import KIND_WORDS
from vneid_idp.web.kind_words.words import KindWords
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Linked:
    """A binding as the page shows it."""

    binding: Binding
    entry: Entry
    service: str
    child: str | None
    """The name of the child whose it is, under the supervision of whoever reads."""
    next_step: str | None
    """What has to be done so that it counts."""
    told: tuple[tuple[str, str], ...]
    """What the service is told of it now, as pairs of a name and a value."""
    withheld: tuple[str, ...]
    """What it is not told."""
    paused: bool
    """Whether the service, or its organisation, is out of service: nothing at all is told meanwhile."""
    label: str | None = None
    """What whoever reads calls it."""
    supervisors: tuple[str, ...] = ()
    """Of an own account that a parent or guardian linked: who supervises it."""
    unsupervised: bool = False
    """Whether it rests for want of somebody who supervises it."""
    on_lost_number: bool = False
    """Whether it rests since it was linked with a code to a number that got into other hands."""


@dataclass(frozen=True, slots=True)
class KindGroup:
    """What the page shows of one kind."""

    words: KindWords
    current: tuple[Linked, ...]
    ended: tuple[Linked, ...]


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    before = read_before(request, "bind")
    policy = await holder.provider.current_policy()
    page = await read_page(holder, before)
    others = () if before else await read_others(holder)
    async with holder.provider.db.reading() as unit:
        clients = await find_clients(unit, {seen.binding.client_id for seen in (*page.seen, *others)})
        names = await find_service_names(unit, {seen.binding.client_id for seen in page.seen})
        called = await labels.of_person(unit, holder.provider.vault, holder.person_id)
        supervisors = await who_supervises(unit, holder.provider.vault, holder.person_id)
        now = unit.now
    rules, say, locale = policy.at(now), partial(gettext, request), locale_of(request)
    linked = [_linked(holder, seen, clients.get(seen.binding.client_id), rules, now, say, locale) for seen in page.seen]
    linked = [
        replace(
            each,
            label=called.get(each.binding.binding_id),
            supervisors=supervisors.get(each.binding.binding_id, ()),
            service=names.get(each.binding.client_id) or say(NOT_REGISTERED),
        )
        for each in linked
    ]
    return render(
        request,
        "portal/accounts.html",
        groups=_groups(linked),
        others=[_linked(holder, seen, clients.get(seen.binding.client_id), rules, now, say, locale) for seen in others],
        outgrown=page.outgrown,
        own_from=rules[Threshold.GUARDIAN_UNTIL_AGE],
        older=f"?before={page.last}" if page.last is not None else None,
        newest="/me/accounts" if before else None,
        released=KIND_WORDS.get(request.query_params.get("released", "")),
        released_for_others="for_others" in request.query_params,
        again=request.query_params.get("again"),
        named="named" in request.query_params,
        longest_label=labels.LONGEST,
        offers=() if before else await links_offered(request, holder),
    )


def _linked(
    holder: Holder, seen: Seen, client: Client | None, rules: Rules, now: Instant, say: Say, locale: str
) -> Linked:
    """The binding as shown. What a child has to do, the child is told."""
    binding, child, kind = seen.binding, seen.child, KINDS[seen.binding.kind]
    agreed = {} if client is None else leaving(told(client, seen.decided, kind.permission(binding)))
    birth_date = (child or holder.profile.record).birth_date
    if seen.unsupervised:
        agreed = resting.told_unsupervised(agreed)
    values = kind.claims(agreed, binding, Age.at(birth_date, now, told_as_of=agreed.get("binding_age_band")), rules)
    known = [topic for topic in topics_of(agreed) if topic.show(values, say, locale) is not None]
    asked = asked_of("binding", (kind.permission(binding),), {})
    return Linked(
        binding=binding,
        entry=kind.entry(binding),
        service=client.client_name if client else binding.client_id,
        child=None if child is None else child.full_name,
        next_step=kind.next_step(binding, age(birth_date, now), rules) if child is None else None,
        told=tuple((topic.name_in_kind(say), topic.show(values, say, locale) or "") for topic in known),
        withheld=tuple(topic.name_in_kind(say) for topic in topics_of(asked) if topic not in known),
        paused=client is None or client.disabled_at is not None,
        unsupervised=seen.unsupervised,
        on_lost_number=seen.on_lost_number,
    )


def _groups(linked: Sequence[Linked]) -> list[KindGroup]:
    """By kind; where nothing is bound, the first kind says what would stand here."""
    found = []
    for name in ACCOUNTS:
        words = KIND_WORDS[name]
        mine = [each for each in linked if each.binding.kind == name]
        live, ended = (tuple(each for each in mine if is_live(each.binding) is wanted) for wanted in (True, False))
        if mine:
            found.append(KindGroup(words, live, ended))
    return found or [KindGroup(KIND_WORDS[next(iter(ACCOUNTS))], (), ())]


async def release(request: Request, holder: Holder) -> Response:
    """Release a binding: the network's account belongs to nobody from this moment."""
    form = await read_form(request)
    provider = holder.provider
    policy = await provider.current_policy()
    async with provider.db.reading() as reading:
        found = await bindings.find_for_person(reading, holder.person_id, form["binding"])
        supervised_by_others = found is not None and await has_other_supervisors(reading, found, holder.person_id)
    child = None
    if found is not None and found.person_id is not None and found.person_id != holder.person_id:
        child = await persons.ask(provider.db, provider.registry, found.person_id)
    released = await provider.db.transact(
        lambda unit: release_for_person(
            unit, holder.person_id, holder.session.session_id, form["binding"], child, policy
        )
    )
    return see_other(f"/me/accounts?released={released.kind}{'&for_others' if supervised_by_others else ''}")


async def name(request: Request, holder: Holder) -> Response:
    """Give a linked account a word of the holder's own."""
    form = await read_form(request)
    provider, binding_id, label = holder.provider, form["binding"], form["label"]
    await holder.act_alone(lambda unit: label_binding(unit, provider.vault, holder.person_id, binding_id, label))
    return see_other(f"/me/accounts?named#{quote(binding_id)}")


doors = [
    Door.page("/me/accounts/name", for_holder(name), "POST"),
    Door.page("/me/accounts", for_holder(show)),
    Door.page("/me/accounts/release", for_holder(release), "POST"),
]
