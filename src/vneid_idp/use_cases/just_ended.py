"""What a person took back a moment ago, and may agree to again with one tap.

Taking back takes effect at once; nothing waits for a minute to pass. So what is undone is nothing: it is a fresh
agreement about the same, and for a minute the own pages offer it without the service having to ask.
"""

from vneid_idp.audit.service import EventKind, find_event
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.social_accounts import service as social_accounts
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingState
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.storage.unit import Reading

OFFERED: Instant = MINUTE
"""How long agreeing again is offered."""


class TooLateToUndo(DomainError):
    """What was taken back was taken back longer ago than agreeing again is offered, not by this person, or it stands
    again already."""

    code = "too_late_to_undo"
    status = 409
    title = "This cannot be undone here any more. The service can ask you again. Nothing was changed."


async def withdrawn_just_now(unit: Reading, person_id: str) -> tuple[Consent, ...]:
    """The consents that this person withdrew, and in whose place none stands."""
    found = []
    for consent in await consents.list_withdrawn(unit, person_id, unit.now - OFFERED):
        event = await find_event(unit, EventKind.CONSENT_WITHDRAWN, person_id, consent.consent_id)
        if event is None or "guardian_id" in event.data:
            continue  # it lapsed, its service was deleted, or a parent withdrew it
        if await consents.find_current(unit, person_id, consent.client_id, consent.child_id) is None:
            found.append(consent)
    return tuple(found)


async def agreed_again_since(unit: Reading, person_id: str, consent_id: str) -> bool:
    """Whether a consent stands in the place of one that this person withdrew just now: another tab was faster."""
    withdrawn = await consents.list_withdrawn(unit, person_id, unit.now - OFFERED)
    ended = next((each for each in withdrawn if each.consent_id == consent_id), None)
    return ended is not None and (
        await consents.find_current(unit, person_id, ended.client_id, ended.child_id) is not None
    )


async def stands_again(unit: Reading, person_id: str, binding_id: str) -> bool:
    """Whether the account of a binding that this person released is linked to them by now: another tab was faster."""
    released = await bindings.find_for_person(unit, person_id, binding_id)
    if not isinstance(released, SocialAccount) or released.person_id != person_id:
        return False
    holds = await social_accounts.find_in_place_of(unit, released)
    return holds is not None and holds.person_id == person_id


async def released_just_now(unit: Reading, person_id: str) -> tuple[SocialAccount, ...]:
    """The own accounts that this person released, alone or with a consent, and that belong to nobody since. A child's
    is not among them: others decide about it as well, and its network asks anew. Of an account that was released twice
    the last binding."""
    found, seen = [], set()
    for binding in await bindings.list_for_person(unit, person_id):
        if not isinstance(binding, SocialAccount) or binding.person_id != person_id:
            continue
        ended_at = binding.facts.released_at
        if binding.state is not BindingState.RELEASED or ended_at is None or ended_at < unit.now - OFFERED:
            continue
        event = await find_event(unit, LIFECYCLE.events[LIFECYCLE.release], person_id, binding.binding_id)
        if event is None or event.data.get("by") != "person":
            continue
        account = binding.client_id, await social_accounts.account_of(unit, binding)
        if account not in seen and await social_accounts.find_in_place_of(unit, binding) is None:
            found.append(binding)  # the latest are listed first
        seen.add(account)
    return tuple(found)
