"""A person allows a service something: only while signed in, and only a service that is in service."""

from vneid_idp.clients.service import UnknownClient, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import hold_signed_in


async def give_consent(
    unit: Unit,
    person_id: str,
    session_id: str,
    client_id: str,
    decided: Decisions,
    shown: Shown,
    child_id: str | None = None,
    *,
    link: bool = False,
) -> Consent:
    """Record what the person decided at the page, and that one account may be linked; the consent as it now stands.

    Whoever signs out everywhere, is locked or forgotten between the page and its answer has allowed nothing: a consent
    of a forgotten person would stand for ever. Raises `SignedOut` and `UnknownClient`.
    """
    if not await hold_client(unit, client_id):
        raise UnknownClient
    await hold_signed_in(unit, person_id, session_id)
    return await consents.give(unit, person_id, client_id, decided, shown, child_id, link=link)
