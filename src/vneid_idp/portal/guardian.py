"""`/me/children`: what services have of my children by whose consent, and what waits for my answer; withdraw."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Receipt
from vneid_idp.identity import persons
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.portal.access import Holder, find_clients, find_names, for_holder
from vneid_idp.portal.family import children_of, waiting_for
from vneid_idp.portal.receipts import answers_to
from vneid_idp.portal.supervised import Supervised, supervised_accounts
from vneid_idp.protocol.claims import leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.levels import reached
from vneid_idp.protocol.permitted import counting
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian, withdraw_for_child
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, locale_of, mark
from vneid_idp.web.logos import logo_path
from vneid_idp.web.resource_servers import servers_of
from vneid_idp.web.responses import see_other
from vneid_idp.web.return_to import lead_back
from vneid_idp.web.templates import render

_DONE = {
    "agreed": mark("You agreed for the child. What you agreed to is shared from now on."),
    "refused": mark(
        "You refused, and nothing is shared. The child reads it, and goes back to the service with a refusal."
    ),
    "withdrawn": mark("The consent was withdrawn. By it the service can fetch nothing about the child from now on."),
}


@dataclass(frozen=True, slots=True)
class ChildsService:
    """A service that has something of a child."""

    consent: Consent
    name: str
    logo: str | None
    labels: tuple[str, ...]
    """What it gets."""
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Child:
    """A child, and the services that have something of it."""

    record: RegistryRecord
    services: tuple[ChildsService, ...]
    supervised: tuple[Supervised, ...]
    """What is told of its accounts by the consent of whoever supervises them."""


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    named = await children_of(holder)
    rules = (await holder.provider.current_policy()).at(holder.now)
    async with holder.provider.db.reading() as unit:
        waiting = await waiting_for(unit, named)
        current = {child.person_id: await consents.list_current(unit, child.person_id) for child in named}
        each = [consent for found in current.values() for consent in found]
        clients = await find_clients(unit, {consent.client_id for consent in each})
        receipts = {c.consent_id: await consents.list_receipts(unit, c.person_id, c.client_id) for c in each}
        say = partial(gettext, request)
        supervised = {child.person_id: await supervised_accounts(unit, child, rules, say) for child in named}
        as_well = {r.guardian.guardian_id for found in receipts.values() for r in found if r.guardian is not None}
        as_well |= {each.guardian_id for found in supervised.values() for each in found}
        guardians = await find_names(unit, holder.provider.vault, as_well)
    proofs = (receipt for found in receipts.values() for receipt in found)
    servers = await servers_of(holder.provider, (name for receipt in proofs for name in receipt.decisions))
    children = [
        Child(
            record,
            tuple(_service(consent, clients, receipts, say) for consent in current[record.person_id]),
            supervised[record.person_id],
        )
        for record in named
    ]
    done = _DONE.get(request.query_params.get("done", ""))
    return render(
        request,
        "portal/children.html",
        waiting=waiting,
        children=children,
        guardians=guardians,
        reader=holder.person_id,
        answers=answers_to(clients, servers, say, locale_of(request)),
        done=gettext(request, done) if done else None,
    )


def _service(
    consent: Consent, clients: Mapping[str, Client], receipts: Mapping[str, list[Receipt]], say: Say
) -> ChildsService:
    client = clients.get(consent.client_id)
    counts = counting(client, consent.decisions) if client else {}
    return ChildsService(
        consent=consent,
        name=client.client_name if client else consent.client_id,
        logo=logo_path(client) if client else None,
        labels=tuple(topic.name(say) for topic in topics_of(leaving(counts))),
        receipts=tuple(r for r in receipts[consent.consent_id] if r.consent_id == consent.consent_id),
    )


async def withdraw(request: Request, holder: Holder) -> Response:
    """Take back what was agreed to for a child, or what the child agreed to."""
    form = await read_form(request)
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    provider = holder.provider
    if form["child"] not in {child.person_id for child in await children_of(holder)}:
        raise NotTheirGuardian
    child = await persons.ask(provider.db, provider.registry, form["child"])
    if child is None:
        raise NotTheirGuardian
    rules = (await provider.current_policy()).at(provider.clock.now())
    announced = await provider.db.transact(
        lambda unit: withdraw_for_child(
            unit, provider.vault, holder.person_id, holder.session.session_id, child, form["consent"], rules
        )
    )
    await provider.dispatcher.attempt(announced)
    return see_other("/me/children?done=withdrawn")


def ask_for_level(request: Request, holder: Holder) -> Response | None:
    """The way to a second proof, for whoever may act for a child and has not signed in at level 2; it leads back."""
    if holder.account.level < 2 or reached(holder.account.level, holder.session.methods) == 2:
        return None
    lead_back(request)
    return see_other("/signin/second")


doors = [
    Door.page("/me/children", for_holder(show)),
    Door.page("/me/children/withdraw", for_holder(withdraw), "POST"),
]
