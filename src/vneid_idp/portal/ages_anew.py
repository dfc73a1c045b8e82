"""Ages that a service is told as they were: the own pages say which are others by now, and tell them anew with one tap.

Nobody is asked for it by the service, which is not to learn a birthday by asking every day: the person does it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import Consenting, who_consents
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import digest
from vneid_idp.policy.rules import Rules
from vneid_idp.portal.access import Holder, find_clients, for_holder
from vneid_idp.protocol.claims import Decisions, depends_on_age
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import as_items
from vneid_idp.use_cases.tell_ages_anew import AnswersChanged, own_answers, tell_ages_anew
from vneid_idp.web.account_claims import account_claims
from vneid_idp.web.child_consent import decided_already
from vneid_idp.web.consent_lines import Line
from vneid_idp.web.consent_view import screen, values_needed
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, locale_of, mark
from vneid_idp.web.outdated_ages import outdated
from vneid_idp.web.receipt_text import text_shown
from vneid_idp.web.responses import see_other


@dataclass(frozen=True, slots=True)
class AgesAnew:
    """What a service is told of an age that is another by now."""

    id: str
    """Of the consent."""
    lines: tuple[Line, ...]
    """What it would be told, and what it is told until then."""
    text: str
    """What is agreed to: the text of the receipt."""
    decided: Decisions

    @property
    def seen(self) -> str:
        """What the form brings back of what was read: the text, and the answers that it speaks of."""
        return digest("\n".join([self.text, *(f"{name} {each.at}" for name, each in sorted(self.decided.items()))]))


async def ages_offered(
    request: Request, holder: Holder, current: Iterable[Consent], clients: Mapping[str, Client]
) -> Mapping[str, AgesAnew]:
    """By consent, among those that stand: what the holder may have told anew alone."""
    rules = (await holder.provider.current_policy()).at(holder.now)
    if who_consents(age(holder.profile.record.birth_date, holder.now), rules) is not Consenting.ALONE:
        return {}
    offers = {}
    for consent in current:
        client = clients.get(consent.client_id)
        if client is not None and client.disabled_at is None:
            offer = _offer(request, holder, consent, client, rules)
            if offer is not None:
                offers[consent.consent_id] = offer
    return offers


def _ages_given(consent: Consent, client: Client) -> Decisions:
    stand = own_answers(client, consent)
    return {name: each for name, each in stand.items() if depends_on_age(each.given_as(name))}


def _offer(request: Request, holder: Holder, consent: Consent, client: Client, rules: Rules) -> AgesAnew | None:
    say, now, record = partial(gettext, request), holder.now, holder.profile.record
    given = _ages_given(consent, client)

    def values_of(names: Mapping[str, Instant]) -> dict[str, Any]:
        own = profiles.claims(names, holder.profile, holder.account, holder.provider.issuer)
        return own | account_claims(names, holder.person_id, record, holder.account.level, rules, now)

    found = outdated(as_items(client, given), (), given, values_of, now)
    if not found.items:
        return None
    decided = {item.name: given[item.name] for item in found.items}
    values = values_of(values_needed(found.items, now))
    made = screen(client, found.items, found.items, {}, values, {}, locale_of(request), say, told=found.told)
    service = client.client_name
    anew = replace(
        decided_already(made, decided, say),
        heading=say(mark("Have %(service)s told your age as it is now?"), service=service),
        lead=say(mark("This takes the place of what it is told of your age. All else stays as you agreed to it.")),
        agree=say(mark("Tell it as it is now")),
        refuse=say(mark("Leave it as it is told")),
        if_refused=say(mark("If you do nothing, it is told your age as it was when you agreed.")),
    )
    lines = tuple(line for group in anew.groups for line in group.required.lines)
    return AgesAnew(consent.consent_id, lines, text_shown(anew), decided)


async def tell_anew(request: Request, holder: Holder) -> Response:
    """Have a service told an age as it is now; who did so in another tab, or pressed twice, is told the same."""
    form = await read_form(request)
    try:
        await _tell_anew(request, holder, form)
    except AnswersChanged:
        consent, client = await _standing(holder, form["consent"])
        given = consent is not None and client is not None and _ages_given(consent, client)
        if not given or await _offer_of(request, holder, consent, client):
            raise
    return see_other("/me/services?told_anew")


async def _tell_anew(request: Request, holder: Holder, form: Form) -> None:
    provider = holder.provider
    offer = await _offer_of(request, holder, *await _standing(holder, form["consent"]))
    if offer is None or offer.seen != form["seen"]:
        raise AnswersChanged
    rules, years = (await provider.current_policy()).at(holder.now), age(holder.profile.record.birth_date, holder.now)
    who, shown = (holder.person_id, holder.session.session_id), Shown(offer.text, locale_of(request))
    await provider.db.transact(
        lambda unit: tell_ages_anew(unit, *who, offer.id, offer.decided, shown, years=years, rules=rules)
    )


async def _standing(holder: Holder, consent_id: str) -> tuple[Consent | None, Client | None]:
    """The holder's consent with this id, as it stands now, and to whom it was given."""
    async with holder.provider.db.reading() as unit:
        current = await consents.list_current(unit, holder.person_id)
        consent = next((each for each in current if each.consent_id == consent_id), None)
        clients = await find_clients(unit, set() if consent is None else {consent.client_id})
    return consent, None if consent is None else clients.get(consent.client_id)


async def _offer_of(
    request: Request, holder: Holder, consent: Consent | None, client: Client | None
) -> AgesAnew | None:
    if consent is None or client is None:
        return None
    offers = await ages_offered(request, holder, [consent], {client.client_id: client})
    return offers.get(consent.consent_id)


doors = [Door.page("/me/services/ages", for_holder(tell_anew), "POST")]
