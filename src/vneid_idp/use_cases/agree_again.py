"""A person agrees again to what they withdrew a moment ago: a fresh consent, with a receipt of its own."""

from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.identity import persons
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import Consenting, is_guardian, who_consents
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import counting
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.give_consent import GuardianMustAgree, gives_something
from vneid_idp.use_cases.just_ended import TooLateToUndo, withdrawn_just_now
from vneid_idp.use_cases.who_is_signed_in import check_signed_in


def agreed_again(client: Client, ended: Consent) -> Decisions:
    """Of the answers that were withdrawn, those that count as the client is registered now, and the refusals. Pure."""
    counts = counting(client, ended.decisions)
    return {name: decision for name, decision in ended.decisions.items() if name in counts or not decision.gives}


async def agree_again(
    unit: Unit,
    person_id: str,
    session_id: str,
    consent_id: str,
    decided: Decisions,
    shown: Shown,
    child: RegisterAnswer | None = None,
    *,
    years: int,
    rules: Rules,
) -> Consent:
    """Give the same answers again, `decided`, which were read with what is `shown`; the consent that stands from now.

    What was released with the consent stays released, and grants stay ended. A guardian agrees again for a `child`
    only while a guardian. Raises `TooLateToUndo` also where other answers would count by now, `SignedOut`,
    `UnknownClient`, `GuardianMustAgree` and `Overtaken`.
    """
    client_id = next((c.client_id for c in await withdrawn_just_now(unit, person_id) if c.consent_id == consent_id), "")
    if client_id and not await hold_client(unit, client_id):
        raise UnknownClient
    await persons.seize(unit, person_id, *(() if child is None else (child.record.person_id,)), answer=child)
    await check_signed_in(unit, person_id, session_id)
    # Read again now that nobody acts for the person: another tab may have been faster.
    ended = next((each for each in await withdrawn_just_now(unit, person_id) if each.consent_id == consent_id), None)
    if ended is None or agreed_again(await get_client(unit, ended.client_id), ended) != decided:
        raise TooLateToUndo
    if ended.child_id is not None and not _acts_for(person_id, ended.child_id, child, rules, unit.now):
        raise TooLateToUndo
    alone = who_consents(years, rules) is Consenting.ALONE
    if not alone and gives_something(decided):
        raise GuardianMustAgree
    alone_from = rules[Threshold.CONSENT_ALONE_FROM_AGE] if alone else None
    return await consents.give(unit, person_id, ended.client_id, decided, shown, ended.child_id, alone_from=alone_from)


def _acts_for(person_id: str, child_id: str, child: RegisterAnswer | None, rules: Rules, now: int) -> bool:
    return child is not None and child.record.person_id == child_id and is_guardian(person_id, child.record, rules, now)
