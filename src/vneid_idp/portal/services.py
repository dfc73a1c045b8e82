"""`/me/services`: the services that I allowed something, what each gets, since when, and the proof. Withdraw at once.

The page shows what the APIs serve (`protocol/permitted.py`), and apart from it what was agreed to once and is served no
more, since the registration or the purpose is another one by now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Receipt
from vneid_idp.grants.participants import clients_acting
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.register.guardianship import Guardianship
from vneid_idp.portal.access import Holder, find_clients, find_names, find_service_names, for_holder
from vneid_idp.portal.again import consents_offered
from vneid_idp.portal.ages_anew import ages_offered
from vneid_idp.portal.children import child_named, names_among, stands_to
from vneid_idp.portal.ended import about_whom, ended, goes_on, read_ended
from vneid_idp.portal.linked import consents_with_accounts
from vneid_idp.portal.receipts import answers_to, confirmations_in
from vneid_idp.portal.supervised import supervised_accounts
from vneid_idp.protocol.claims import PERMISSIONS, SIGN_IN, Decisions, is_permission, leaving
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.permitted import may_refresh, telling
from vneid_idp.protocol.targets import is_at_server, server_and_scope
from vneid_idp.storage.unit import Reading
from vneid_idp.swap_subscriptions.service import list_standing
from vneid_idp.use_cases.reopen_consent import reopen_consent
from vneid_idp.use_cases.withdraw_consent import withdraw_consent
from vneid_idp.web.claim_words import ACCOUNT, Say, Topic, topics_of
from vneid_idp.web.doors import Door
from vneid_idp.web.elsewhere_words import Servers, title_of
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, locale_of, mark
from vneid_idp.web.logos import logo_path
from vneid_idp.web.resource_servers import servers_of
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Shared:
    """What a service gets for one purpose, as it is registered and agreed to."""

    purpose: Purpose
    lines: tuple[tuple[str, str | None], ...]
    """What it is called, and the value as text; none where the account holds none."""
    of_accounts: tuple[str, ...]
    """What it is told of each linked account, whose values the page of accounts shows."""


@dataclass(frozen=True, slots=True)
class Service:
    """A connected service."""

    consent: Consent
    name: str
    child: str | None
    """About which child the consent is, if any, in words."""
    domain: str | None
    logo: str | None
    way_in: str | None
    """Where signing in there begins, if the service has such a place."""
    shared: tuple[Shared, ...]
    permissions: tuple[str, ...]
    permitted: tuple[str, ...]
    """What it may do beside that, here and at resource servers, in words."""
    acts_elsewhere: bool
    """Whether some of that is at resource servers."""
    no_more: tuple[str, ...]
    """What was agreed to once and is served no more."""
    paused: bool
    """Whether the service, or its organisation, is out of service: nothing at all is served meanwhile."""
    kept_back: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    stand: Guardianship | None = None
    """How the holder stands to that child now, where it is known: the values are shown to who acts for it."""
    acting: tuple[str, ...] = ()
    """The other clients of its organisation that acted for it lately, by name."""
    has_account: bool = False
    """Whether an account is linked there under this consent: that it is, the service is told while it stands."""
    told_of_swaps: bool = False
    """Whether it subscribed to being told of another SIM card."""

    @property
    def goes_on(self) -> bool:
        """Whether an account that was linked under it may go on by another parent's or guardian's consent."""
        return self.child is not None and self.stand in (None, Guardianship.STANDS)

    @property
    def is_reopened(self) -> bool:
        """Whether the person is asked again for what was left out, with the next request that may show a page."""
        return all(decision.gives or not decision.at for decision in self.consent.decisions.values())

    @property
    def tells_sign_in(self) -> bool:
        """Whether the service is told how the person signed in."""
        return SIGN_IN in self.permissions

    @property
    def has_confirmed(self) -> bool:
        """Whether something was confirmed there that the receipts alone tell."""
        return any(receipt.details is not None for receipt in self.receipts)

    @property
    def links(self) -> bool:
        """Whether accounts may be linked there, and told of, or one is."""
        return self.has_account or any(PERMISSIONS[name].tells for name in self.permissions)


_JUST_DONE = ("withdrawn", "reopened", "again", "told_anew")
"""What the address may say was done on the page before this one."""


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    provider, say, locale = holder.provider, partial(gettext, request), locale_of(request)
    rules = (await provider.current_policy()).at(holder.now)
    async with provider.db.reading() as unit:
        current = await consents.list_current(unit, holder.person_id)
        clients = await find_clients(unit, {consent.client_id for consent in current})
        receipts = {c.client_id: await consents.list_receipts(unit, holder.person_id, c.client_id) for c in current}
        linked = await consents_with_accounts(unit, holder.person_id)
        over, kept_receipts, kept_names = await read_ended(unit, holder.person_id)
        of_ended = await find_clients(unit, {consent.client_id for consent in over} - clients.keys())
        supervised = await supervised_accounts(unit, holder.profile.record, rules, say)
        as_well = {r.guardian.guardian_id for each in receipts.values() for r in each if r.guardian is not None}
        as_well |= {r.guardian.guardian_id for each in kept_receipts.values() for r in each if r.guardian is not None}
        as_well |= {each.guardian_id for each in supervised}
        guardians = await find_names(unit, provider.vault, as_well)
        every = [receipt for each in (*receipts.values(), *kept_receipts.values()) for receipt in each]
        names = kept_names | {client_id: client.client_name for client_id, client in clients.items()}
        confirmations = await confirmations_in(unit, provider.vault, holder.person_id, every, names, say)
        acting = await _acting(unit, holder.person_id, current)
        subscribed = {each.client_id for each in await list_standing(unit, holder.person_id)}
    answered = [consent.decisions for consent in current] + [receipt.decisions for receipt in every]
    servers = await servers_of(provider, (name for decided in answered for name in decided))
    about = {c.child_id for c in (*current, *over) if c.child_id is not None}
    stands = await stands_to(holder, about)
    children = names_among(stands, outgrown=True)
    named = request.query_params.get("withdrawn")
    just_ended = next((c.client_id for c in over if c.consent_id == named), None)
    services = []
    for c in current:
        client = clients.get(c.client_id)
        served = telling(client, c.decisions) if client else {}
        values = profiles.claims(leaving(served), holder.profile, holder.account, provider.issuer)
        way_in = None if client is None or client.disabled_at else client.sign_in_address(provider.issuer)
        of_client, has_account = receipts[c.client_id], c.consent_id in linked
        shown = service_of(
            c, client, served, of_client, values, children, way_in, servers, say, locale, has_account=has_account
        )
        stand = None if c.child_id is None else stands.get(c.child_id)
        told_of_swaps = c.child_id is None and c.client_id in subscribed
        shown = replace(shown, acting=acting.get(c.consent_id, ()), told_of_swaps=told_of_swaps)
        services.append(shown if stand is None else replace(shown, stand=stand.guardianship))
    return render(
        request,
        "portal/services.html",
        services=services,
        supervised=supervised,
        reader=holder.person_id,
        guardians=guardians,
        confirmations=confirmations,
        answers=answers_to(clients | of_ended, servers, say, locale),
        ended=ended(over, kept_receipts, kept_names, children, clients | of_ended, say, locale),
        **{each: each in request.query_params for each in _JUST_DONE},
        goes_on=None
        if just_ended is None
        else await goes_on(holder, just_ended, about_whom(current, just_ended, children, say)),
        offers=await consents_offered(request, holder),
        ages=await ages_offered(request, holder, current, clients),
    )


async def _acting(unit: Reading, person_id: str, current: Iterable[Consent]) -> dict[str, tuple[str, ...]]:
    """By consent, what the clients are called that acted for the one to which it was given."""
    own = {consent.consent_id: consent.client_id for consent in current}
    found = await clients_acting(unit, person_id)
    names = await find_service_names(unit, {client_id for ids in found.values() for client_id in ids})
    return {
        consent_id: tuple(names.get(each, each) for each in ids if each != own.get(consent_id))
        for consent_id, ids in found.items()
    }


async def withdraw(request: Request, holder: Holder) -> Response:
    """Withdraw a consent: what was issued under it is worth nothing from this moment, and what was bound is free."""
    form = await read_form(request)
    vault, consent_id = holder.provider.vault, form["consent"]
    announced = await holder.act_alone(lambda unit: withdraw_consent(unit, vault, holder.person_id, consent_id))
    await holder.provider.dispatcher.attempt(announced)
    return see_other(f"/me/services?withdrawn={quote(consent_id)}")


async def reopen(request: Request, holder: Holder) -> Response:
    """Be asked again for what was left out, with the next request of the service."""
    form = await read_form(request)
    await holder.act_alone(lambda unit: reopen_consent(unit, holder.person_id, form["kept_back"]))
    return see_other("/me/services?reopened")


def handed_over(decided: Decisions) -> dict[str, str]:
    """From each claim that leaves, or the smaller proof in its place, to the purpose that it is for."""
    return {
        decision.given_as(name): decision.purpose
        for name, decision in decided.items()
        if not is_permission(name) and decision.gives
    }


def _permissions(client: Client | None, decided: Decisions) -> tuple[str, ...]:
    given = [name for name in PERMISSIONS if name in decided and decided[name].given]
    if "offline_access" in given and not (client and may_refresh(client, given)):
        given.remove("offline_access")
    return tuple(given)


def _elsewhere(client_id: str, decided: Decisions, servers: Servers) -> tuple[str, ...]:
    """What of it tokens are issued for: the server is there, takes the client, and defines the scope."""
    found = []
    for name, decision in decided.items():
        if is_at_server(name) and decision.given:
            server_id, scope = server_and_scope(name)
            if servers[server_id].takes(client_id) and servers[server_id].defines(scope):
                found.append(name)
    return tuple(found)


def service_of(
    consent: Consent,
    client: Client | None,
    counts: Decisions,
    receipts: list[Receipt],
    values: Mapping[str, Any],
    children: Mapping[str, str],
    way_in: str | None,
    servers: Servers,
    say: Say,
    locale: str,
    *,
    has_account: bool = False,
) -> Service:
    """A consent as the page shows it, of which `counts` is served now. Pure."""

    def titled(name: str) -> str:
        here = PERMISSIONS.get(name)
        return title_of(name, servers, locale, say) if here is None else say(here.title)

    given, once = handed_over(counts), handed_over(consent.decisions)
    known = {purpose.id: purpose for purpose in client.purposes} if client else {}
    shared = []
    for purpose_id in dict.fromkeys(given.values()):
        own = [name for name, purpose in given.items() if purpose == purpose_id]
        topics = topics_of(own)
        lines = tuple(
            (t.name(say), _shown(t, {c: values[c] for c in own if c in values}, say, locale))
            for t in topics
            if t.kind is not ACCOUNT
        )
        of_accounts = tuple(t.name_in_kind(say) for t in topics if t.kind is ACCOUNT)
        shared.append(Shared(known[purpose_id], lines, of_accounts))
    refused = [name for name, decision in consent.decisions.items() if not is_permission(name) and not decision.given]
    given_topics, once_topics = topics_of(given), topics_of(once)
    permissions, elsewhere = _permissions(client, counts), _elsewhere(consent.client_id, counts, servers)
    no_more = [topic.name(say) for topic in once_topics if topic not in given_topics]
    once_permitted = (name for name, each in consent.decisions.items() if is_permission(name) and each.given)
    no_more += [titled(name) for name in once_permitted if name not in (*permissions, *elsewhere)]
    return Service(
        consent=consent,
        name=client.client_name if client else consent.client_id,
        child=child_named(consent.child_id, children, say),
        domain=client.home if client is not None else None,
        logo=logo_path(client) if client else None,
        way_in=way_in,
        shared=tuple(shared),
        permissions=permissions,
        permitted=tuple(map(titled, (*permissions, *elsewhere))),
        acts_elsewhere=bool(elsewhere),
        no_more=tuple(no_more),
        paused=client is None or client.disabled_at is not None,
        kept_back=tuple(topic.name(say) for topic in topics_of(refused) if topic not in once_topics),
        receipts=tuple(receipt for receipt in receipts if receipt.consent_id == consent.consent_id),
        has_account=has_account,
    )


def _shown(topic: Topic, values: Mapping[str, Any], say: Say, locale: str) -> str | None:
    shown = topic.show(values, say, locale)
    if "identity_level" in topic.claims and values.get("identity_level", 1) > 1:
        # What each grant tells is what its sign-in proved.
        return say(mark("%(level)s, or less where a sign-in there proved less"), level=shown)
    return shown


doors = [
    Door.page("/me/services", for_holder(show)),
    Door.page("/me/services/withdraw", for_holder(withdraw), "POST"),
    Door.page("/me/services/reopen", for_holder(reopen), "POST"),
]
