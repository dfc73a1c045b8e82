"""`/me/numbers/carrier`: from a number of mine on to the application of its carrier, which begins a sign-in of its own
(third-party-initiated login, OpenID Connect Core §4). The page before it says that this site is left, and what is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import number_of
from vneid_idp.clients import families
from vneid_idp.portal.access import Holder, find_clients, for_holder
from vneid_idp.portal.linked import NUMBERS, is_live
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import permitted_details
from vneid_idp.protocol.details.subscriber_number import SUBSCRIBER_NUMBER
from vneid_idp.protocol.uris import shown_host
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.carrier_key import find_key
from vneid_idp.registered_numbers.rules import OVER
from vneid_idp.registered_numbers.service import NumberNotRegistered
from vneid_idp.storage.unit import Reading
from vneid_idp.web.doors import Door
from vneid_idp.web.logos import logo_path
from vneid_idp.web.templates import render

ADDRESS = "/me/numbers/carrier"


@dataclass(frozen=True, slots=True)
class Application:
    """An application of the carrier's, as the page shows it."""

    name: str
    domain: str | None
    host: str
    logo: str | None
    address: str
    """Where it is begun, for this number."""


async def applications_of(unit: Reading, family_ids: Iterable[str]) -> Mapping[str, tuple[Client, ...]]:
    """By carrier, its applications in service where somebody's number can go on: they may have numbers confirmed, and
    registered where a sign-in begins. A carrier without any is left out."""
    found = {}
    for family_id in set(family_ids):
        clients = await find_clients(unit, set(await families.members(unit, family_id)))
        if able := tuple(clients[client_id] for client_id in sorted(clients) if _takes_numbers(clients[client_id])):
            found[family_id] = able
    return found


def _takes_numbers(client: Client) -> bool:
    may_ask = permitted_details(client, ({"type": SUBSCRIBER_NUMBER.name},))
    return client.disabled_at is None and client.initiate_login_uri is not None and bool(may_ask)


def shown_application(client: Client, issuer: str, number_id: str) -> Application:
    """One of them. What it is told is who sends the person and which of the carrier's numbers it is about, by the id
    that the carrier knows; neither who the person is (`login_hint`) nor an address to go on to (`target_link_uri`)."""
    address = client.sign_in_address(issuer, number_id=number_id)
    assert client.initiate_login_uri is not None
    assert address is not None
    return Application(
        name=client.client_name,
        domain=client.verified_domain_of(client.initiate_login_uri),
        host=shown_host(client.initiate_login_uri),
        logo=logo_path(client),
        address=address,
    )


async def show(request: Request, holder: Holder) -> Response:
    """The page about one of the holder's numbers. Raises `NumberNotRegistered`, also for one that has ended."""
    number_id = request.query_params.get("number", "")
    async with holder.provider.db.reading() as unit:
        found = await _find_bound(unit, holder, number_id) or await _find_registered(unit, holder, number_id)
        if found is None:
            raise NumberNotRegistered
        family_id, number = found
        clients = (await applications_of(unit, (family_id,))).get(family_id, ())
    issuer = holder.provider.issuer
    return render(
        request,
        "portal/hand_over.html",
        number=number,
        applications=[shown_application(client, issuer, number_id) for client in clients],
    )


async def _find_bound(unit: Reading, holder: Holder, number_id: str) -> tuple[str, str] | None:
    """The carrier of a number that is bound to the holder, and the number."""
    found = await bindings.find_for_person(unit, holder.person_id, number_id, kinds=NUMBERS)
    if not isinstance(found, SubscriberNumber) or found.person_id != holder.person_id or not is_live(found):
        return None
    key = await holder.provider.vault.find_key(unit, holder.person_id)
    assert key is not None, "whoever is signed in has one"
    return found.family_id, number_of(key, found)


async def _find_registered(unit: Reading, holder: Holder, number_id: str) -> tuple[str, str] | None:
    """The carrier of a number that stands under the holder's papers, and the number."""
    provider, id_number = holder.provider, holder.profile.record.personal_number
    found = await registered_numbers.find_of_holder(unit, provider.keys.blind, id_number, number_id)
    if found is None or found.state in OVER:
        return None
    key = await find_key(unit, provider.keys.sealer, found.family_id)
    return None if key is None else (found.family_id, key.open(found.sealed_number))


doors = [Door.page(ADDRESS, for_holder(show))]
