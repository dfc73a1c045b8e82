"""For a minute after something was taken back: agree to it again with one tap (`use_cases/just_ended.py`).

The page says what is agreed to, and the receipt is that text: the form brings its digest back, so that nobody agrees to
something else than they read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import labels
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.clients.service import find_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity import persons
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import digest
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.children import child_named, names_of_children
from vneid_idp.portal.undoable import may_agree_again, may_link_again
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import as_items
from vneid_idp.use_cases.agree_again import agree_again, agreed_again
from vneid_idp.use_cases.just_ended import (
    OFFERED,
    TooLateToUndo,
    agreed_again_since,
    released_just_now,
    stands_again,
    withdrawn_just_now,
)
from vneid_idp.use_cases.link_again import link_again
from vneid_idp.web.account_claims import account_claims
from vneid_idp.web.child_consent import decided_already
from vneid_idp.web.consent_view import screen, values_needed
from vneid_idp.web.doors import Door
from vneid_idp.web.elsewhere_words import Servers
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, locale_of, mark
from vneid_idp.web.link_view import Fact, LinkAsked, shown_link
from vneid_idp.web.receipt_text import text_shown
from vneid_idp.web.resource_servers import servers_of
from vneid_idp.web.responses import see_other


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may be agreed to again."""

    id: str
    """Of the consent, or of the binding, that ended."""
    service: str
    child: str | None
    """About which child, if any."""
    text: str
    """What is agreed to: the text of the receipt."""
    decided: Decisions
    until: Instant
    """Until when it is offered."""
    label: str | None = None
    """What the holder called the account."""
    made_at: Instant | None = None
    """When it was linked."""
    relinks: bool = True
    """Whether the own accounts that ended with a consent may be linked again as well."""

    @property
    def seen(self) -> str:
        """What the form brings back of the text."""
        return digest(self.text)


async def consents_offered(request: Request, holder: Holder) -> tuple[Offer, ...]:
    """The consents that were withdrawn just now and that the holder may give again alone."""
    async with holder.provider.db.reading() as unit:
        ended = await withdrawn_just_now(unit, holder.person_id)
        clients = [await find_client(unit, each.client_id) for each in ended]
        now = unit.now
        released = await released_just_now(unit, holder.person_id)
    rules = (await holder.provider.current_policy()).at(now)
    names = await names_of_children(holder, {each.child_id for each in ended if each.child_id is not None})
    servers = await servers_of(holder.provider, (name for consent in ended for name in consent.decisions))
    offers = []
    for consent, client in zip(ended, clients, strict=True):
        if client is not None and may_agree_again(holder, consent, client, names.keys(), rules):
            own = [each for each in released if each.client_id == consent.client_id]
            relinks = consent.child_id is None and all(
                may_link_again(holder, each, client, consent, rules) for each in own
            )
            offer = _consent_offered(request, holder, consent, client, names, rules, servers)
            offers.append(replace(offer, relinks=relinks))
    return tuple(offers)


def _consent_offered(
    request: Request,
    holder: Holder,
    consent: Consent,
    client: Client,
    names: Mapping[str, str],
    rules: Rules,
    servers: Servers,
) -> Offer:
    say = partial(gettext, request)
    decided, child = agreed_again(client, consent), child_named(consent.child_id, names, say)
    items = as_items(client, decided)
    needed = values_needed(items, holder.now)
    record = holder.profile.record
    values = profiles.claims(needed, holder.profile, holder.account, holder.provider.issuer)
    values |= account_claims(needed, holder.person_id, record, holder.account.level, rules, holder.now)
    made = screen(client, items, items, {}, values, {}, locale_of(request), say, child=child, servers=servers)
    again = replace(
        decided_already(made, decided, say),
        heading=say(mark("Agree again to what you have just withdrawn from %(service)s?"), service=client.client_name),
        lead=say(
            mark(
                "This is a new consent, with a receipt of its own. What was linked stays released, and is agreed to "
                "again by itself."
            )
        ),
        agree=say(mark("Undo: agree again")),
        refuse=say(mark("Leave it withdrawn")),
        if_refused=say(mark("If you do nothing, it stays withdrawn.")),
    )
    until = (consent.withdrawn_at or holder.now) + OFFERED
    return Offer(consent.consent_id, client.client_name, child, text_shown(again), decided, until)


async def links_offered(request: Request, holder: Holder) -> tuple[Offer, ...]:
    """The own accounts that were released just now and may be linked again under a consent that stands."""
    say, offers = partial(gettext, request), []
    policy = await holder.provider.current_policy()
    async with holder.provider.db.reading() as unit:
        for binding in await released_just_now(unit, holder.person_id):
            client = await find_client(unit, binding.client_id)
            consent = await consents.find_current(unit, holder.person_id, binding.client_id)
            if client is not None and may_link_again(holder, binding, client, consent, policy.at(unit.now)):
                offers.append((binding, client))
        called = await labels.of_person(unit, holder.provider.vault, holder.person_id) if offers else {}
        now = unit.now
    rules = policy.at(now)
    return tuple(
        replace(_link_offered(holder, each, client, rules, say), label=called.get(each.binding_id))
        for each, client in offers
    )


def _link_offered(holder: Holder, released: SocialAccount, client: Client, rules: Rules, say: partial[str]) -> Offer:
    service, name = client.client_name, holder.profile.record.full_name
    asked = LinkAsked(None, name, rules[Threshold.GUARDIAN_UNTIL_AGE])
    which = say(mark("the one that you have just released"))
    account = Fact(say(mark("Account at %(service)s"), service=service), released.binding_id, which)
    link = replace(shown_link(asked, None, service, say), facts=(account, Fact(say(mark("Belongs to")), name)))
    made = screen(client, (), (), {}, {}, {}, "", say, link=asked)
    again = replace(
        made,
        link=link,
        agree=say(mark("Undo: link again")),
        refuse=say(mark("Leave it released")),
        if_refused=say(mark("If you do nothing, it stays released.")),
    )
    facts = released.facts
    until = (facts.released_at or holder.now) + OFFERED
    return Offer(released.binding_id, service, None, text_shown(again), {}, until, made_at=facts.made_at)


async def give_again(request: Request, holder: Holder) -> Response:
    """Agree again to what was withdrawn; who did so in another tab, or pressed twice, is told the same."""
    form = await read_form(request)
    try:
        await _give_again(request, holder, form)
    except TooLateToUndo:
        async with holder.provider.db.reading() as unit:
            if not await agreed_again_since(unit, holder.person_id, form["consent"]):
                raise
    links = await links_offered(request, holder)
    return see_other("/me/accounts?again=consent" if links else "/me/services?again")


async def _give_again(request: Request, holder: Holder, form: Form) -> None:
    offer = _find(await consents_offered(request, holder), form["consent"], form["seen"])
    provider, rules = holder.provider, (await holder.provider.current_policy()).at(holder.now)
    async with provider.db.reading() as unit:
        ended = await withdrawn_just_now(unit, holder.person_id)
    child_id = next((each.child_id for each in ended if each.consent_id == offer.id), None)
    child = None if child_id is None else await persons.ask(provider.db, provider.registry, child_id)
    shown, years = Shown(offer.text, locale_of(request)), age(holder.profile.record.birth_date, holder.now)
    who = holder.person_id, holder.session.session_id
    await provider.db.transact(
        lambda unit: agree_again(unit, *who, offer.id, offer.decided, shown, child, years=years, rules=rules)
    )


async def link(request: Request, holder: Holder) -> Response:
    """Link again what was released; who did so in another tab is told the same. Raises `RegistryUnavailable`."""
    form = await read_form(request)
    try:
        await _link(request, holder, _find(await links_offered(request, holder), form["binding"], form["seen"]))
    except TooLateToUndo:
        async with holder.provider.db.reading() as unit:
            if not await stands_again(unit, holder.person_id, form["binding"]):
                raise
    return see_other("/me/accounts?again=link")


async def _link(request: Request, holder: Holder, offer: Offer) -> None:
    provider = holder.provider
    policy = await provider.current_policy()
    answer = await persons.ask(provider.db, provider.registry, holder.person_id)
    if answer is None:
        raise RegistryUnavailable
    shown, who = Shown(offer.text, locale_of(request)), (holder.person_id, holder.session.session_id)
    await provider.db.transact(lambda unit: link_again(unit, *who, offer.id, shown, answer, policy))


def _find(offers: tuple[Offer, ...], wanted: str, seen: str) -> Offer:
    """The offer that the form speaks of, as it was read. Raises `TooLateToUndo`."""
    offer = next((offer for offer in offers if offer.id == wanted and offer.seen == seen), None)
    if offer is None:
        raise TooLateToUndo
    return offer


doors = [
    Door.page("/me/services/again", for_holder(give_again), "POST"),
    Door.page("/me/accounts/again", for_holder(link), "POST"),
]
