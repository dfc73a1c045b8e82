"""A person lets a service be told their age as it is now, where it was told as of an answer that lies back."""

from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity.register.guardianship import Consenting, who_consents
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import telling
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_consent import GuardianMustAgree
from vneid_idp.use_cases.who_is_signed_in import hold_signed_in


class AnswersChanged(DomainError):
    """What was answered is not what the page spoke of any more: it was answered anew, withdrawn, or asks for less."""

    code = "answers_changed"
    status = 409
    title = "What you agreed to has changed since this page was shown. Nothing was changed by this."


def own_answers(client: Client, consent: Consent) -> Decisions:
    """The answers that the person gave about themselves, alone, and that count and give something. Pure."""
    if consent.child_id is not None or consent.guardian_id is not None or consent.alone_from is None:
        return {}
    return {name: decision for name, decision in telling(client, consent.decisions).items() if decision.gives}


async def tell_ages_anew(
    unit: Unit,
    person_id: str,
    session_id: str,
    consent_id: str,
    decided: Decisions,
    shown: Shown,
    *,
    years: int,
    rules: Rules,
) -> Consent:
    """Give the answers `decided` again, as of now, which were read with what is `shown`; the consent as it now stands.

    Raises `AnswersChanged`, `SignedOut`, `UnknownClient` and `GuardianMustAgree`.
    """
    if who_consents(years, rules) is not Consenting.ALONE:
        raise GuardianMustAgree
    current = await consents.list_current(unit, person_id)
    client_id = next((each.client_id for each in current if each.consent_id == consent_id), None)
    if client_id is None:
        raise AnswersChanged
    if not await hold_client(unit, client_id):
        raise UnknownClient
    await hold_signed_in(unit, person_id, session_id)
    # Read again now that nobody acts for the person: another tab may have been faster.
    consent = await consents.find_current(unit, person_id, client_id)
    if consent is None or consent.consent_id != consent_id:
        raise AnswersChanged
    stand = own_answers(await get_client(unit, client_id), consent)
    if any(stand.get(name) != decision for name, decision in decided.items()):
        raise AnswersChanged
    alone_from = rules[Threshold.CONSENT_ALONE_FROM_AGE]
    return await consents.give(unit, person_id, client_id, decided, shown, alone_from=alone_from)
