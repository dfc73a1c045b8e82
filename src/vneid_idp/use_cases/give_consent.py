"""A person allows a service something: only while signed in, and only a service that is in service.

Who is too young to allow it alone allows nothing by it, and asks a parent or guardian (`ask_guardian`).
"""

from vneid_idp.clients.service import UnknownClient, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity import persons
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import Consenting, is_guardian, who_consents
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.acts import NO_ACTS, Acts
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_guardian import ask_no_more
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian
from vneid_idp.use_cases.who_is_signed_in import check_signed_in


class GuardianMustAgree(DomainError):
    """A child cannot share this without a parent or guardian."""

    code = "guardian_must_agree"
    status = 403
    title = "A parent or guardian has to agree to this as well."


class ConsentEnded(DomainError):
    """What the page said was agreed to before does not stand any more."""

    code = "consent_ended"
    status = 409
    title = "What you agreed to before was withdrawn meanwhile. Nothing was changed by this."


def gives_something(decided: Decisions) -> bool:
    """Whether anything is told or permitted by these decisions. Pure."""
    return any(decision.gives for decision in decided.values())


async def give_consent(
    unit: Unit,
    vault: Vault,
    person_id: str,
    session_id: str,
    client_id: str,
    decided: Decisions,
    shown: Shown,
    child: RegisterAnswer | None = None,
    *,
    beside: str | None = None,
    acts: Acts = NO_ACTS,
    years: int,
    rules: Rules,
) -> Consent:
    """Record what the person, who is `years` old, decided at the page, and the `acts` that they confirmed there; the
    consent as it now stands.

    Whoever signs out everywhere, is locked or forgotten between the page and its answer has allowed nothing: a consent
    of a forgotten person would stand for ever. A page that was made `beside` a consent, by its id, is answered only
    while that one stands: a withdrawal that was acknowledged is not followed by another consent. A guardian agrees
    about a `child` only while a guardian.

    Raises `SignedOut`, `UnknownClient`, `GuardianMustAgree`, `NotTheirGuardian`, `ConsentEnded`,
    `Overtaken` and `PersonForgotten`.
    """
    alone = who_consents(years, rules) is Consenting.ALONE
    if not alone and (gives_something(decided) or acts.details):
        raise GuardianMustAgree
    if not await hold_client(unit, client_id):
        raise UnknownClient
    child_id = None if child is None else child.record.person_id
    await persons.hold(unit, person_id, *(() if child_id is None else (child_id,)), answer=child)
    await check_signed_in(unit, person_id, session_id)
    if child is not None and not is_guardian(person_id, child.record, rules, unit.now):
        raise NotTheirGuardian
    if beside is not None:
        stands = await consents.find_current(unit, person_id, client_id, child_id)
        if stands is None or stands.consent_id != beside:
            raise ConsentEnded
    if not alone:
        await ask_no_more(unit, person_id, client_id)
    alone_from = rules[Threshold.CONSENT_ALONE_FROM_AGE] if alone else None
    details = await consents.seal_details(unit, vault, person_id, acts.details)
    return await consents.give(
        unit,
        person_id,
        client_id,
        decided,
        shown,
        child_id,
        acts=acts,
        details=details,
        alone_from=alone_from,
    )
