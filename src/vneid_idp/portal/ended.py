"""What ended at `/me/services`: the consents that stand no more, with their receipts, which are the proof that is left
when a service is asked to delete; and what goes on although one was withdrawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Receipt
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.kernel.clock import Instant
from vneid_idp.portal.access import Holder, find_service_names
from vneid_idp.portal.children import child_named
from vneid_idp.portal.linked import read_others
from vneid_idp.portal.supervised import has_supervised
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Reading
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark
from vneid_idp.web.service_word import OwnPage, own_pages


@dataclass(frozen=True, slots=True)
class Ended:
    """A consent that stood once."""

    consent: Consent
    service: str
    child: str | None
    ended_at: Instant
    receipts: tuple[Receipt, ...]
    own_pages: tuple[OwnPage, ...]
    """Where the service says how to reach it, which has to delete when it is asked."""


@dataclass(frozen=True, slots=True)
class GoesOn:
    """What a withdrawal left standing at the same service."""

    about: tuple[str, ...]
    """About whom other consents of the holder are, in words."""
    supervised: bool
    """Whether a child's account there is supervised by another parent or guardian."""
    own: bool
    """Whether an account of the holder's own there is supervised by a parent or guardian."""


async def read_ended(unit: Reading, person_id: str) -> tuple[list[Consent], dict[str, list[Receipt]], dict[str, str]]:
    """The consents, their receipts by consent, and the names of their services by id of the client."""
    found = await consents.list_withdrawn(unit, person_id, 0)
    client_ids = {each.client_id for each in found}
    names = await find_service_names(unit, client_ids)
    receipts: dict[str, list[Receipt]] = {}
    for client_id in client_ids:
        for receipt in await consents.list_receipts(unit, person_id, client_id):
            receipts.setdefault(receipt.consent_id, []).append(receipt)
    return found, receipts, names


def ended(
    found: Collection[Consent],
    receipts: Mapping[str, list[Receipt]],
    names: Mapping[str, str],
    children: Mapping[str, str],
    clients: Mapping[str, Client],
    say: Say,
    locale: str,
) -> list[Ended]:
    """The consents as the page shows them. Pure."""
    return [
        Ended(
            consent=each,
            service=names.get(each.client_id) or say(NOT_REGISTERED),
            child=child_named(each.child_id, children, say),
            ended_at=each.withdrawn_at or each.changed_at,
            receipts=tuple(receipts.get(each.consent_id, ())),
            own_pages=own_pages(client, locale, say) if (client := clients.get(each.client_id)) else (),
        )
        for each in found
    ]


async def goes_on(holder: Holder, client_id: str, about: tuple[str, ...]) -> GoesOn:
    """What stands at a client although a consent towards it was withdrawn."""
    try:
        others = await read_others(holder)
    except RegistryUnavailable:
        others = ()
    async with holder.provider.db.reading() as unit:
        own = await has_supervised(unit, holder.person_id, client_id)
    return GoesOn(about, any(seen.binding.client_id == client_id for seen in others), own)


def about_whom(standing: Collection[Consent], client_id: str, children: Mapping[str, str], say: Say) -> tuple[str, ...]:
    """About whom the consents towards a client are, in words. Pure."""
    return tuple(
        child_named(each.child_id, children, say) or say(mark("about yourself"))
        for each in standing
        if each.client_id == client_id
    )
