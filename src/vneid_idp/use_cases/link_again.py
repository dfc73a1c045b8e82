"""A person agrees that an account which they released a moment ago is linked to them again.

The network need not ask: the page names the account and the person, and confirms this one link by itself, as its
request would. It is another binding, under the consent that stands by now. What is asked of a network's request is
asked here, in the unit that writes: that the client may, the consent permits it, the age and the level suffice, the
card is good, and the account belongs to nobody else meanwhile.
"""

from vneid_idp.bindings import labels
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount
from vneid_idp.bindings.social_accounts.words import LevelRequired
from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.ages import age
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import Consenting, who_consents
from vneid_idp.policy.rules import Policy, Threshold
from vneid_idp.protocol.acts import Acts
from vneid_idp.protocol.claims import SOCIAL_ACCOUNT as PERMISSION
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.levels import by_message, reached
from vneid_idp.protocol.permitted import counting
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_consent import GuardianMustAgree
from vneid_idp.use_cases.just_ended import TooLateToUndo, released_just_now
from vneid_idp.use_cases.who_is_signed_in import check_signed_in


def may_link(client: Client, consent: Consent | None) -> bool:
    """Whether accounts may be linked at this client by the consent that stands, if one does. Pure."""
    if consent is None or client.disabled_at is not None:
        return False
    permission = counting(client, consent.decisions).get(PERMISSION)
    return permission is not None and permission.given


async def _released(unit: Unit, person_id: str, binding_id: str) -> SocialAccount:
    for binding in await released_just_now(unit, person_id):
        if binding.binding_id == binding_id:
            return binding
    raise TooLateToUndo


async def link_again(
    unit: Unit,
    person_id: str,
    session_id: str,
    binding_id: str,
    shown: Shown,
    answer: RegisterAnswer,
    policy: Policy,
) -> SocialAccount:
    """Bind the account again; the binding that stands from now on.

    Raises `TooLateToUndo`, `SignedOut`, `UnknownClient`, `Overtaken`, `GuardianMustAgree`, and as
    `bind_social_account`.
    """
    released = await _released(unit, person_id, binding_id)
    if not await hold_client(unit, released.client_id):
        raise UnknownClient
    await persons.seize(unit, person_id, answer=answer)
    await check_signed_in(unit, person_id, session_id)
    # Read again now that nobody acts for the person: another tab may have been faster.
    released = await _released(unit, person_id, binding_id)
    client = await get_client(unit, released.client_id)
    consent = await consents.find_current(unit, person_id, released.client_id)
    if consent is None or not may_link(client, consent):
        raise TooLateToUndo
    rules, record = policy.at(unit.now), answer.record
    years = age(record.birth_date, unit.now)
    if who_consents(years, rules) is not Consenting.ALONE:
        raise GuardianMustAgree
    session, account = await sessions.find_session(unit, person_id, session_id), await accounts.find(unit, person_id)
    assert session is not None
    assert account is not None
    level = reached(account.level, session.methods)
    if level < released.level:
        raise LevelRequired  # it would come back as less than it was
    proof = BindingProof(person_id, years, level, consent_id=consent.consent_id, by_message=by_message(session.methods))
    bound = (await social_accounts.bind_again(unit, released, proof, rules, client.account_limit)).binding
    if SOCIAL_ACCOUNT.grounds(bound, record, account, rules, unit.now):
        raise TooLateToUndo  # it would rest from its first moment on
    await consents.give(
        unit,
        person_id,
        client.client_id,
        {},
        shown,
        acts=Acts(link=True),
        alone_from=rules[Threshold.CONSENT_ALONE_FROM_AGE],
    )
    await labels.carry_over(unit, person_id, released.binding_id, bound.binding_id)
    return bound
