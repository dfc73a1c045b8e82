"""`/me/services`: the services that I allowed something, what each has, since when, and the proof. Withdraw at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Receipt
from vneid_idp.identity import profile as profiles
from vneid_idp.portal.access import Holder, find_clients, for_holder
from vneid_idp.protocol.claims import PERMISSIONS, Decisions
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.use_cases.withdraw_consent import withdraw_consent
from vneid_idp.web.claim_words import Say, Topic, topics_of
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.logos import logo_path
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Shared:
    """What a service has for one purpose. `purpose` is missing when the service no longer registers it."""

    purpose: Purpose | None
    lines: tuple[tuple[Topic, str | None], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A connected service."""

    consent: Consent
    name: str
    domain: str | None
    logo: str | None
    shared: tuple[Shared, ...]
    permissions: tuple[str, ...]
    kept_back: tuple[Topic, ...]
    receipts: tuple[Receipt, ...]


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    provider = holder.provider
    async with provider.db.reading() as unit:
        current = await consents.list_current(unit, holder.person_id)
        clients = await find_clients(unit, {consent.client_id for consent in current})
        receipts = {c.client_id: await consents.list_receipts(unit, holder.person_id, c.client_id) for c in current}
    names = {given for consent in current for given in handed_over(consent.decisions)}
    values = profiles.claims(names, holder.profile, holder.account, holder.now, provider.issuer)
    say = partial(gettext, request)
    services = [
        service_of(consent, clients.get(consent.client_id), receipts[consent.client_id], values, say)
        for consent in current
    ]
    return render(
        request,
        "portal/services.html",
        services=services,
        permission_words=PERMISSIONS,
        withdrawn="withdrawn" in request.query_params,
    )


async def withdraw(request: Request, holder: Holder) -> Response:
    """Withdraw a consent: what was issued under it is worth nothing from this moment, and what was bound is free."""
    form = await read_form(request)
    announced = await holder.act_alone(lambda unit: withdraw_consent(unit, holder.person_id, form["consent"]))
    await holder.provider.dispatcher.attempt(announced)
    return see_other("/me/services?withdrawn")


def handed_over(decided: Decisions) -> dict[str, str]:
    """From each claim that leaves, or the smaller proof in its place, to the purpose that it is for."""
    return {
        decision.given_as(name): decision.purpose
        for name, decision in decided.items()
        if name not in PERMISSIONS and decision.gives
    }


def service_of(
    consent: Consent, client: Client | None, receipts: list[Receipt], values: Mapping[str, Any], say: Say
) -> Service:
    """A consent as the page shows it. Pure."""
    given = handed_over(consent.decisions)
    known = {purpose.id: purpose for purpose in client.purposes} if client else {}
    shared = []
    for purpose_id in dict.fromkeys(given.values()):
        own = [name for name, purpose in given.items() if purpose == purpose_id]
        lines = tuple((t, t.show({c: values[c] for c in own if c in values}, say)) for t in topics_of(own))
        shared.append(Shared(known.get(purpose_id), lines))
    refused = [name for name in consent.decisions if name not in PERMISSIONS and name not in given]
    given_topics = {topic.key for part in shared for topic, _ in part.lines}
    return Service(
        consent=consent,
        name=client.client_name if client else consent.client_id,
        domain=client.home if client is not None else None,
        logo=logo_path(client) if client else None,
        shared=tuple(shared),
        permissions=tuple(p for p in PERMISSIONS if p in consent.decisions and consent.decisions[p].given),
        kept_back=tuple(topic for topic in topics_of(refused) if topic.key not in given_topics),
        receipts=tuple(receipt for receipt in receipts if receipt.consent_id == consent.consent_id),
    )


doors = [
    Door.page("/me/services", for_holder(show)),
    Door.page("/me/services/withdraw", for_holder(withdraw), "POST"),
]
