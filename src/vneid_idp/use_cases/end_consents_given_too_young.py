"""Consents that a child gave alone count no more: before a parent or guardian was asked at all, before the age from
which somebody decides alone was raised (Law 91/2025 Art. 24), or before the register told a later date of birth. The
service is told, and may ask again.

Of whoever was old enough it is noted, so that each is looked at once.
"""

from functools import partial

from vneid_idp.audit.events import EventKind
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.register.guardianship import consented_too_young
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.policy.rules import Policy, Threshold
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.give_consent import gives_something
from vneid_idp.use_cases.withdraw_consent import end_consent

_PAGE = 100


async def end_consents_given_too_young(db: Database, vault: Vault, policy: Policy) -> tuple[Delivery, ...]:
    """End them; the notices to deliver. Each in a unit of its own."""
    after, deliveries = ("", ""), list[Delivery]()
    while True:
        async with db.reading() as unit:
            alone_from = policy.at(unit.now)[Threshold.CONSENT_ALONE_FROM_AGE]
            found = await consents.list_unsettled(unit, alone_from, after, _PAGE)
        for consent in found:
            if gives_something(consent.decisions):
                deliveries += await db.transact(partial(_judge, vault, policy, consent))
        if len(found) < _PAGE:
            return tuple(deliveries)
        after = found[-1].person_id, found[-1].consent_id


async def end_by_corrected_birth_date(
    unit: Unit, vault: Vault, record: RegistryRecord, policy: Policy
) -> tuple[Delivery, ...]:
    """The register tells another date of birth of somebody who is seized: end what they gave too young by it, though it
    was judged before by the other one; the notices to deliver.
    """
    deliveries = list[Delivery]()
    for consent in await consents.list_current(unit, record.person_id):
        if consent.guardian_id is not None or not gives_something(consent.decisions):
            continue
        if consented_too_young(record.birth_date, consent.given_at, policy, unit.now):
            deliveries += await _end(unit, vault, consent)
    return tuple(deliveries)


async def _judge(vault: Vault, policy: Policy, seen: Consent, unit: Unit) -> tuple[Delivery, ...]:
    await persons.seize(unit, seen.person_id)
    # Asked again: it may have been withdrawn meanwhile, or a parent or guardian have agreed.
    consent = await consents.find_current(unit, seen.person_id, seen.client_id, seen.child_id)
    known = await accounts.find_with_profile(unit, vault, seen.person_id)
    if consent is None or consent.consent_id != seen.consent_id or consent.guardian_id is not None or known is None:
        return ()
    if not consented_too_young(known[1].record.birth_date, consent.given_at, policy, unit.now):
        alone_from = policy.at(unit.now)[Threshold.CONSENT_ALONE_FROM_AGE]
        await consents.settle(unit, consent.person_id, consent.consent_id, alone_from)
        return ()
    return await _end(unit, vault, consent)


async def _end(unit: Unit, vault: Vault, consent: Consent) -> tuple[Delivery, ...]:
    return (await end_consent(unit, vault, consent.person_id, consent.consent_id, kind=EventKind.CONSENT_LAPSED))[1]
