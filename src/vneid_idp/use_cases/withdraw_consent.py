"""A person takes a consent back: everything issued under it dies, what was bound is free, and the service is told."""

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings import service as bindings
from vneid_idp.consent import service as consents
from vneid_idp.delivery.sender import Delivery
from vneid_idp.grants.notices import announce_withdrawal
from vneid_idp.identity.vault import Vault
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.ask_guardian import ask_no_more
from vneid_idp.use_cases.end_dispute import settle_disputes_of
from vneid_idp.use_cases.guardians_children import seize_with_children
from vneid_idp.use_cases.hand_over import end_standing_by, hand_over_all
from vneid_idp.use_cases.tell_swaps import end_under_consent


async def withdraw_consent(unit: Unit, vault: Vault, person_id: str, consent_id: str) -> tuple[Delivery, ...]:
    """Withdraw; the log-out notices to deliver after the commit. Raises `NothingToWithdraw`."""
    await seize_with_children(unit, person_id)
    client_id, deliveries = await end_consent(unit, vault, person_id, consent_id)
    await ask_no_more(unit, person_id, client_id)
    return deliveries


async def end_consent(
    unit: Unit,
    vault: Vault,
    person_id: str,
    consent_id: str,
    *,
    kind: EventKind = EventKind.CONSENT_WITHDRAWN,
    by: str | None = None,
) -> tuple[str, tuple[Delivery, ...]]:
    """End a consent of somebody who is seized; towards which client, and the notices. `by` is a parent or guardian.

    A binding would go on telling the network a state, so what was bound under the consent is released, and nothing
    else: also one that is being made at this moment, which is waited for or finds the consent gone, and unless the
    young person proves it at this moment, which makes it the young person's own. Raises `NothingToWithdraw`.
    """
    ended = await consents.withdraw(unit, person_id, consent_id, kind=kind, by=by)
    # What another parent or guardian supervises as well, under an own consent, goes on under that.
    await hand_over_all(unit, vault, person_id, under=consent_id, stays=False)
    await end_standing_by(unit, person_id, under=consent_id)
    # Of a consent that lapses nobody took anything back, and no history says so.
    by_law = kind is EventKind.CONSENT_LAPSED
    await bindings.release_under(unit, person_id, ended.client_id, consent_id, by_law=by_law)
    if ended.child_id is None:
        await end_under_consent(unit, person_id, ended.client_id)
    await settle_disputes_of(unit, person_id)
    return ended.client_id, await announce_withdrawal(unit, person_id, ended.client_id, consent_id)
