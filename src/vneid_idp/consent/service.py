"""Give a consent, look at it, take it back."""

from dataclasses import replace

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.consent import store
from vneid_idp.consent.confirmed_details import open_details as open_details
from vneid_idp.consent.confirmed_details import seal_details as seal_details
from vneid_idp.consent.store import ByGuardian as ByGuardian
from vneid_idp.consent.store import Consent as Consent
from vneid_idp.consent.store import Receipt as Receipt
from vneid_idp.consent.store import Shown as Shown
from vneid_idp.consent.store import Withdrawn as Withdrawn
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_id
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.acts import NO_ACTS, Acts
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.unit import Unit

find_current = store.find_current
list_current = store.list_current
list_receipts = store.list_receipts
list_withdrawn = store.list_withdrawn
list_unsettled = store.list_unsettled
settle = store.settle


class NothingToWithdraw(DomainError):
    """The consent does not stand (any more), or is somebody else's."""

    code = "consent_not_found"
    status = 404
    title = "There is no such consent, or it was withdrawn already."


async def give(
    unit: Unit,
    person_id: str,
    client_id: str,
    decided: Decisions,
    shown: Shown,
    child_id: str | None = None,
    *,
    acts: Acts = NO_ACTS,
    details: str | None = None,
    alone_from: int | None = None,
    guardian: ByGuardian | None = None,
) -> Consent:
    """Record the person's decisions: merge them into the current consent, or open one, and keep the receipt.

    About each child stands a consent of its own, and one about the person alone. The person also confirmed the `acts`,
    which the receipt proves, with their `details` as `seal_details` sealed them, and which add nothing to the consent.

    `alone_from` is the age from which the law lets the person decide alone, who has reached it; a parent or guardian,
    `guardian`, agrees to what somebody younger gives. Without either, nothing but "no" may be decided, and what a child
    once gave alone is dropped.
    """
    # Opening comes first and loses quietly, so that of two tabs that agree at once the second merges into the first's.
    fresh = Consent(new_id("con"), person_id, client_id, unit.now, unit.now, {}, child_id)
    if decided or not acts.link:
        await store.create(unit, fresh)
    current = await store.find_current_to_change(unit, person_id, client_id, child_id)
    if current is None:
        raise NothingToWithdraw
    decided = {name: altered(decision, at=unit.now) for name, decision in decided.items()}
    kept = current.decisions
    if alone_from is None and current.guardian_id is None:
        kept = {name: decision for name, decision in kept.items() if not decision.gives}
    now = replace(current, changed_at=unit.now, decisions={**kept, **decided})
    if alone_from is not None:
        now = replace(now, alone_from=alone_from, guardian_id=None)
    elif guardian is not None:
        now = replace(now, guardian_id=guardian.guardian_id)
    await store.change(unit, now)
    receipt = Receipt(
        new_id("rct"), current.consent_id, client_id, unit.now, shown.language, shown.text, decided, guardian, details
    )
    # With its digest in the chain of events, nobody can write another receipt in its place.
    digest = await store.add_receipt(unit, person_id, receipt)
    proof = {"receipt_id": receipt.receipt_id, "receipt_digest": digest}
    of_whom = (person_id, client_id, current.consent_id)
    who = about(child_id) | together_with(None if guardian is None else guardian.guardian_id)
    if decided or not acts or current.consent_id == fresh.consent_id:
        given = sorted(name for name, decision in decided.items() if decision.given)
        smaller = sorted(name for name, decision in decided.items() if decision.instead is not None)
        data = {**proof, "given": given, "smaller": smaller, **who}
        await record(unit, Event(EventKind.CONSENT_GIVEN, *of_whom, data))
    if acts.link:
        await record(unit, Event(EventKind.LINK_CONFIRMED, *of_whom, {**proof, **who}))
    for detail in acts.details:
        await record(unit, Event(EventKind.DETAILS_CONFIRMED, *of_whom, {**proof, "type": detail["type"], **who}))
    return now


def about(child_id: str | None) -> dict[str, str]:
    """What an event says of the child that it is about."""
    return {} if child_id is None else {"child_id": child_id}


def together_with(guardian_id: str | None) -> dict[str, str]:
    """What an event of a child says of the parent or guardian who acted."""
    return {} if guardian_id is None else {"guardian_id": guardian_id}


async def withdraw(
    unit: Unit,
    person_id: str,
    consent_id: str,
    *,
    kind: EventKind = EventKind.CONSENT_WITHDRAWN,
    by: str | None = None,
) -> Withdrawn:
    """Withdraw a consent and with it every code, token and refresh token under it; what it was.

    One `UPDATE` is enough: whatever was issued names the consent, and is only good while that stands. `by` is the
    parent or guardian of a child who did it. Raises `NothingToWithdraw`.
    """
    ended = await store.withdraw(unit, person_id, consent_id)
    if ended is None:
        raise NothingToWithdraw
    data = {**about(ended.child_id), **together_with(by)}
    await record(unit, Event(kind, person_id, ended.client_id, consent_id, data))
    if ended.guardian_id not in (None, by):
        theirs = {"child_id": person_id, **together_with(by)}
        await record(unit, Event(EventKind.CHILD_CONSENT_ENDED, ended.guardian_id, ended.client_id, consent_id, theirs))
    return ended


async def reopen(unit: Unit, person_id: str, consent_id: str) -> None:
    """Let the next request that may show a page ask again for what the person left out of a consent; what was given
    stands, and so does the refusal until then: where no page may be shown, a wish to be asked ends nothing that works.

    Raises `NothingToWithdraw`.
    """
    known = next((each for each in await list_current(unit, person_id) if each.consent_id == consent_id), None)
    current = known and await store.find_current_to_change(unit, person_id, known.client_id, known.child_id)
    if current is None or current.consent_id != consent_id:
        raise NothingToWithdraw
    # As if it had been left out for ever so long.
    overdue = {name: each if each.gives else altered(each, at=0) for name, each in current.decisions.items()}
    if overdue == current.decisions:
        return
    await store.change(unit, replace(current, decisions=overdue))
    of_whom = (person_id, current.client_id, consent_id)
    await record(unit, Event(EventKind.CONSENT_REOPENED, *of_whom, about(current.child_id)))


async def end_all_of_client(unit: Unit, client_id: str, client_name: str) -> None:
    """End every consent that was given to a client that is deleted; each person's history tells it by name."""
    for person_id, consent_id, child_id in await store.withdraw_all_of_client(unit, client_id):
        data = {"service": client_name, **about(child_id)}
        await record(unit, Event(EventKind.CONSENT_ENDED, person_id, client_id, consent_id, data))
