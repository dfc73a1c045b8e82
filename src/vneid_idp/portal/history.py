"""`/me/history`: what happened with my identity, in plain sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.events import EventKind, RecordedEvent
from vneid_idp.audit.service import history_of
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.consent.disclosures import DisclosedThatDay, list_of_person
from vneid_idp.identity.factors.passkeys import names_of_passkeys
from vneid_idp.kernel.clock import Instant
from vneid_idp.portal import told
from vneid_idp.portal.access import Holder, find_names, find_service_names, for_holder, read_before
from vneid_idp.portal.children import child_named, names_of_children
from vneid_idp.protocol.authorisation import Origin
from vneid_idp.protocol.levels import LEVELS
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.look_up_person import Desk
from vneid_idp.web.answer_words import ANSWERED_ELSEWHERE, answer_sentence, is_warning
from vneid_idp.web.detail_words import DETAIL_WORDS, words_of
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.kind_words import KIND_WORDS
from vneid_idp.web.kind_words.words import Actor
from vneid_idp.web.match_words import is_mismatch, match_sentence, match_values
from vneid_idp.web.method_words import METHODS
from vneid_idp.web.pages import ListPart
from vneid_idp.web.templates import render

_PAGE = 30

_SENTENCES: Mapping[str, str] = {
    EventKind.CONSENT_GIVEN: mark("You agreed to share information with %(service)s."),
    EventKind.CONSENT_WITHDRAWN: mark("You withdrew your consent towards %(service)s."),
    EventKind.LINK_CONFIRMED: mark("You agreed that %(service)s links an account to you."),
    EventKind.DETAILS_CONFIRMED: mark("You confirmed what %(service)s asked."),
    EventKind.CONSENT_ENDED: mark("%(service)s is not registered here any more: your consent and its access ended."),
    EventKind.CONSENT_REFUSED: mark("You refused to share information with %(service)s."),
    EventKind.CONSENT_REOPENED: mark("You wished to be asked again about what you did not share with %(service)s."),
    EventKind.CONSENT_LAPSED: mark(
        "Your consent towards %(service)s counts no more: a parent or guardian has to agree as well."
    ),
    EventKind.CONSENT_OUTGROWN: mark(
        "%(child)s proved the account at %(service)s without you, being old enough: your consent for %(child)s ended."
    ),
    EventKind.APPROVAL_ASKED: mark("A parent or guardian was asked to agree to what you would share with %(service)s."),
    EventKind.APPROVAL_TAKEN_BACK: mark("You took back what a parent or guardian was asked about %(service)s."),
    EventKind.APPROVAL_REFUSED: mark("%(guardian)s did not agree that you share information with %(service)s."),
    EventKind.CHILD_CONSENT_GIVEN: mark("You agreed that information about %(child)s is shared with %(service)s."),
    EventKind.CHILD_CONSENT_REFUSED: mark(
        "You did not agree that information about %(child)s is shared with %(service)s."
    ),
    EventKind.CHILD_CONSENT_WITHDRAWN: mark("You withdrew the consent for %(child)s towards %(service)s."),
    EventKind.CHILD_CONSENT_ENDED: mark(
        "The consent of %(child)s towards %(service)s, to which you had agreed as well, was withdrawn."
    ),
    EventKind.GRANT_OPENED: mark("%(service)s was told that it is you."),
    EventKind.GRANT_DERIVED: mark("%(service)s acted for %(other)s, with which you agreed."),
    EventKind.GRANT_REVOKED: mark("The access of %(service)s was ended."),
    EventKind.CODE_REPLAYED: mark("Somebody tried to use a code of %(service)s twice. The access was ended."),
    EventKind.REFRESH_REPLAYED: mark("Somebody tried to use an old access of %(service)s. It was ended."),
    EventKind.REFRESH_USED: mark("%(service)s renewed its access."),
    **ANSWERED_ELSEWHERE,
    EventKind.SIGNIN_SUCCEEDED: mark("You signed in: %(method)s."),
    EventKind.SIGNIN_FAILED: mark("A sign-in to your account failed: %(method)s."),
    EventKind.ACCOUNT_OPENED: mark("Your electronic identity account was opened."),
    EventKind.ACCOUNT_LEVEL_RAISED: mark("Your account reached level 2."),
    EventKind.ACCOUNT_CLOSED: mark("Your account was closed."),
    EventKind.ACCOUNT_LOCKED_OUT: mark("After too many attempts your account refused more for a while."),
    EventKind.ACCOUNT_LOCKED: mark("Your account was locked."),
    EventKind.ACCOUNT_UNLOCKED: mark("Your account was unlocked."),
    EventKind.SESSION_ENDED: mark("You were signed out in a browser."),
    EventKind.SECRET_SET: mark("Your password or passcode was changed."),
    EventKind.PASSKEY_ADDED: mark("A passkey was added to your account."),
    EventKind.PASSKEY_REMOVED: mark("A passkey was removed from your account."),
    EventKind.FACTOR_RESTED: mark(
        "What was added to your account with a code to your number, which was in other hands by then, counts for "
        "nothing now."
    ),
    EventKind.FACTOR_COUNTED: mark("You let count again what was added with a code to your number."),
    EventKind.PHONE_ENROLLED: mark("A phone was set up that answers requests for you."),
    EventKind.PHONE_DISTRUSTED: mark(
        "%(service)s told that your phone number got into other hands, or may have. Codes sent to it proved nothing "
        "from then on, and what rested on it ended or rests."
    ),
    EventKind.SWAPS_SUBSCRIBED: mark(
        "From now on %(service)s is told as soon as your phone number gets another SIM card."
    ),
    EventKind.SWAP_TOLD: mark("%(service)s was told that your phone number got another SIM card."),
    EventKind.SWAPS_UNSUBSCRIBED: mark("%(service)s is told no more when your phone number gets another SIM card."),
    EventKind.PHONE_TRUSTED: mark("You trusted your phone number again."),
    EventKind.PHONE_REMOVED: mark("A phone was removed: it answers no requests for you any more."),
    EventKind.PERSON_LOOKED_UP: mark("A registration office opened your file: %(reason)s."),
    EventKind.ROLE_GIVEN: mark("You were given a role at a registration office or at the operator's."),
    EventKind.ROLE_ENDED: mark("A role of yours was ended."),
    EventKind.ACTIVATION_ISSUED: mark("A registration office made a code to activate your account with."),
    EventKind.ACTIVATION_USED: mark("The account was activated with a code of a registration office."),
    EventKind.LOCK_ASKED: mark("An officer asked for a decision about a lock of your account."),
    EventKind.LOCK_DECIDED: mark("A decision was made about a lock of your account."),
    EventKind.LOCK_WITHDRAWN: mark("An officer took back a request about a lock of your account."),
    EventKind.LOCK_EXPIRED: mark("A request about a lock of your account was not decided in time, and counts no more."),
    EventKind.NUMBER_CONFIRMED: mark("You said that a phone number at %(service)s is yours."),
    EventKind.NUMBER_DISOWNED: mark("You said that a phone number at %(service)s is not yours."),
    EventKind.NUMBER_CLAIMED: mark(
        "You said that a phone number is yours which %(service)s has in somebody else's name. The carrier decides."
    ),
    EventKind.NUMBER_EVIDENCE_GIVEN: mark("You told %(service)s what shows that you use a disputed phone number."),
    EventKind.NUMBER_CLAIM_ENDED: mark("The dispute about a phone number at %(service)s ended."),
    EventKind.REGISTER_INFORMED: mark("A registration office told the population register: %(what)s."),
    EventKind.REGISTER_TOLD: mark("The population register told us that something about you is new."),
}
_ABOUT_CHILD: Mapping[str, str] = {
    EventKind.CONSENT_GIVEN: mark("For %(child)s you agreed to what %(service)s asked."),
    EventKind.LINK_CONFIRMED: mark(
        "You agreed that %(service)s links an account to %(child)s, under your supervision."
    ),
    EventKind.CONSENT_WITHDRAWN: mark("For %(child)s you withdrew your consent towards %(service)s."),
    EventKind.CONSENT_ENDED: mark(
        "%(service)s is not registered here any more: your consent for %(child)s and its access ended."
    ),
    EventKind.CONSENT_REFUSED: mark("For %(child)s you refused what %(service)s asked."),
    EventKind.CONSENT_REOPENED: mark(
        "For %(child)s you wished to be asked again about what you did not share with %(service)s."
    ),
}
"""Of consents that a guardian gives in the matter of a child."""
_DECIDED: Mapping[tuple[object, object], str] = {
    (True, True): mark("It was decided to lock your account."),
    (True, False): mark("A request to lock your account was refused."),
    (False, True): mark("It was decided to lift the lock of your account."),
    (False, False): mark("A request to lift the lock of your account was refused."),
}
"""By what was asked (a lock, or its end) and whether it was agreed to. The reasons are the officers' own."""
_WITH_GUARDIAN: Mapping[str, str] = {
    EventKind.CONSENT_GIVEN: mark("You and %(guardian)s agreed to share information with %(service)s."),
    EventKind.CONSENT_WITHDRAWN: mark("%(guardian)s withdrew your consent towards %(service)s."),
    EventKind.CHILD_CONSENT_ENDED: mark("%(guardian)s withdrew the consent for %(child)s towards %(service)s."),
}
"""What a parent or guardian did as well."""
REASONS: Mapping[str, str] = {
    "in_person": mark("you were there"),
    "family": mark("a parent or guardian was there"),
    "written_request": mark("you asked in writing"),
    "authority": mark("an authority asked"),
    "support": mark("you asked for help"),
    "incident": mark("a fault or a misuse was looked into"),
}
"""Why somebody was looked up, as the person reads it."""
_LOOKED_UP: Mapping[str, str] = {
    Desk.OPERATOR: mark("Who operates this provider looked at how your account stands: %(reason)s."),
    # The reason stands with what was done, where it may be read: of a lock in the authority's name it may not.
    Desk.COMMAND: mark("Who operates this provider opened your file."),
}
"""Who looked somebody up, where it was no office."""
_REPORTED: Mapping[str, str] = {
    "phone_changed": mark("your phone number is another"),
    "card_issued": mark("you have a new card"),
    "guardian_named": mark("you have another parent or guardian"),
    "guardianship_ended": mark("somebody is no guardian of yours any more"),
    "death": mark("you have died"),
}
_REPORTED_OF_GUARDIAN: Mapping[str, str] = {
    "guardian_named": mark("you are a parent or guardian of a child"),
    "guardianship_ended": mark("you are no guardian of a child any more"),
}
_SOMETHING = mark("something about you is another")
_AT_THE_DESK = frozenset(
    {
        EventKind.ACCOUNT_OPENED,
        EventKind.ACCOUNT_LEVEL_RAISED,
        EventKind.ACTIVATION_ISSUED,
        EventKind.PASSKEY_ADDED,
        EventKind.PASSKEY_REMOVED,
        EventKind.REGISTER_INFORMED,
    }
)
"""What an office does for somebody who is there: its reason is shown, in the clerk's own words."""
_OTHER_REASON = mark("for another reason")
_NOTHING_SHARED = mark("You agreed to go on to %(service)s and shared nothing but that it is you.")
_ASKED_BY_PHONE = mark("%(service)s asked about you by your phone number, as you had agreed.")
_NARROWED = mark("%(service)s took a part of its access for one of its servers.")
_LEVEL_TOLD = mark("%(service)s was told that it is you, with an identity of level %(level)s, and how you signed in.")
_UNKNOWN = mark("Something else happened with your account.")
_ANOTHER_WAY = mark("in another way")
_NOTABLE = frozenset(
    {
        EventKind.SIGNIN_FAILED,
        EventKind.CODE_REPLAYED,
        EventKind.REFRESH_REPLAYED,
        EventKind.ACCOUNT_LOCKED_OUT,
        EventKind.PHONE_DISTRUSTED,
        EventKind.FACTOR_RESTED,
    }
)
_OF_PASSKEYS = frozenset(
    {EventKind.PASSKEY_ADDED, EventKind.PASSKEY_REMOVED, EventKind.FACTOR_RESTED, EventKind.FACTOR_COUNTED}
)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the page shows it, or what a service was told on a day."""

    at: Instant
    text: str
    at_service: str | None = None
    """Where, when the sentence itself does not say it."""
    about: str | None = None
    """What it happened to, as its holder called it."""
    notable: bool = False
    why: str | None = None
    """What the clerk wrote, where an office did it for whoever reads this."""
    times: int = 1
    last_at: Instant = 0
    """Of what happened several times that day, when it last did."""


Entry = RecordedEvent | DisclosedThatDay


async def show(request: Request, holder: Holder) -> Response:
    """A page of the history, the latest first."""
    before = read_before(request, "evt")
    async with holder.provider.db.reading() as unit:
        part = ListPart.of(await _entries(unit, holder.person_id, before), _PAGE)
        names = await find_service_names(unit, _clients_of(part.shown))
        if any(isinstance(entry, RecordedEvent) and entry.kind in _OF_PASSKEYS for entry in part.shown):
            names |= await names_of_passkeys(unit, holder.person_id)
        named = {guardian for entry in part.shown if (guardian := _named_in(entry, "guardian_id"))}
        guardians = await find_names(unit, holder.provider.vault, named)
    children = await names_of_children(
        holder, {child for e in part.shown if (child := _named_in(e, "child_id"))}, outgrown=True
    )
    return render(
        request,
        "portal/history.html",
        happenings=[_entry(request, entry, names, children, guardians) for entry in part.shown],
        older=f"?before=evt_{_order(part.last)}" if part.last else None,
        newest="/me/history" if before else None,
    )


async def _entries(unit: Reading, person_id: str, before: str | None) -> list[Entry]:
    """A page and one more of what happened and of what was told, in one order: ids of both kinds are ordered by time.
    What was told several times on a day stands where it was first."""
    told_before = "dit" if before is None else before.replace("evt_", "dis_")
    events: list[Entry] = [*await history_of(unit, person_id, before=before, limit=_PAGE + 1)]
    disclosed = await list_of_person(unit, person_id, before=told_before, limit=_PAGE + 1)
    return sorted([*events, *disclosed], key=_order, reverse=True)[: _PAGE + 1]


def _clients_of(entries: Sequence[Entry]) -> set[str]:
    """The clients that these name: also for whom one acted, and who acted for one."""
    events = [entry for entry in entries if isinstance(entry, RecordedEvent)]
    found = {name for each in events for name in _clients_in(each) if name}
    return found | told.clients_of(entry for entry in entries if not isinstance(entry, RecordedEvent))


def _clients_in(event: RecordedEvent) -> tuple[str | None, ...]:
    return event.client_id, event.data.get("acts_for"), event.data.get("acting")


def _order(entry: Entry) -> str:
    name = entry.event_id if isinstance(entry, RecordedEvent) else entry.disclosure_id
    return name.partition("_")[2]


def _named_in(entry: Entry, member: str) -> str | None:
    """Somebody whom the entry names, by what it is called in events."""
    if isinstance(entry, DisclosedThatDay):
        return entry.child_id if member == "child_id" else None
    return str(entry.data[member]) if member in entry.data else None


def _entry(
    request: Request,
    entry: Entry,
    names: Mapping[str, str],
    children: Mapping[str, str],
    guardians: Mapping[str, str],
) -> Happening:
    if isinstance(entry, RecordedEvent):
        return _happening(request, entry, names, children, guardians)
    text = told.sentence(request, entry, names, children)
    return Happening(entry.first_at, text, times=entry.times, last_at=entry.last_at)


def _happening(
    request: Request,
    event: RecordedEvent,
    names: Mapping[str, str],
    children: Mapping[str, str],
    guardians: Mapping[str, str],
) -> Happening:
    message = _sentence(event)
    child = child_named(event.data.get("child_id"), children, partial(gettext, request))
    if child is not None:
        message = _ABOUT_CHILD.get(event.kind, message)
    guardian = event.data.get("guardian_id")
    if guardian is not None:
        message = _WITH_GUARDIAN.get(event.kind, message)
    if event.kind == EventKind.LOCK_DECIDED:
        message = _DECIDED.get((event.data.get("lock"), event.data.get("agreed")), message)
    if event.kind == EventKind.PHONE_ANSWERED:
        message = answer_sentence(event)
    if event.kind == EventKind.MATCH_MADE:
        message = match_sentence(event)
    if event.kind == EventKind.PERSON_LOOKED_UP:
        message = _LOOKED_UP.get(str(event.data.get("desk")), message)
    service = None if event.client_id is None else names.get(event.client_id) or event.data.get("service")
    if service is None and event.client_id is not None:
        service = gettext(request, told.NOT_REGISTERED)
    method = gettext(request, METHODS.get(str(event.data.get("method")), _ANOTHER_WAY))
    reason = gettext(request, REASONS.get(str(event.data.get("reason")), _OTHER_REASON))
    what = gettext(request, _reported(event.data))
    said = {"service": service or gettext(request, "a service"), "method": method, "reason": reason, "what": what}
    said["child"] = child or ""
    said["other"] = names.get(str(event.data.get("acts_for"))) or gettext(request, told.NOT_REGISTERED)
    said["acting"] = names.get(str(event.data.get("acting"))) or gettext(request, told.NOT_REGISTERED)
    said["level"] = str(LEVELS.get(str(event.data.get("acr")), ""))
    said["guardian"] = guardians.get(str(guardian)) or gettext(request, mark("a parent or guardian"))
    if event.kind == EventKind.MATCH_MADE:
        said |= match_values(event, partial(gettext, request))
    text = gettext(request, message, **said)
    return Happening(
        event.at,
        # Who is called by no name stands at the beginning of some sentences.
        text[:1].upper() + text[1:] if text.startswith(tuple(filter(None, (child, said["guardian"])))) else text,
        None if "%(service)s" in message else service,
        names.get(event.subject_id or "") if event.kind in _OF_PASSKEYS else None,
        event.kind in _NOTABLE or is_warning(event) or is_mismatch(event),
        _why(event),
    )


def _sentence(event: RecordedEvent) -> str:
    if event.kind == EventKind.GRANT_OPENED and event.data.get("origin") == Origin.ASSERTION:
        return _ASKED_BY_PHONE
    if event.kind == EventKind.GRANT_OPENED and event.data.get("acr") in LEVELS:
        return _LEVEL_TOLD
    if event.kind == EventKind.GRANT_DERIVED and "acts_for" not in event.data:
        return _NARROWED
    if event.kind == EventKind.CONSENT_GIVEN and event.data.get("given") == event.data.get("smaller") == []:
        return _NOTHING_SHARED
    if event.kind == EventKind.DETAILS_CONFIRMED and event.data.get("type") in DETAIL_WORDS:
        return words_of(event.data["type"], for_child="child_id" in event.data).history
    # Events of the time when there were social accounts alone do not say of which kind they are.
    words = KIND_WORDS.get(event.data.get("kind", SocialAccount.kind))
    if words is None:
        return _SENTENCES.get(event.kind, _UNKNOWN)
    actor = _actor(event)
    by_whom = None if actor is None else words.acted.get((event.kind, actor))
    return by_whom or words.history.get(event.kind) or _SENTENCES.get(event.kind, _UNKNOWN)


def _actor(event: RecordedEvent) -> Actor | None:
    """Who did to a binding what the event tells, where it says so."""
    guardian_id, by = event.data.get("guardian_id"), event.data.get("by")
    if guardian_id is not None or by == "guardian":
        if event.data.get("former_guardian_id") == event.person_id:
            return Actor.SUCCESSOR
        return Actor.READER if guardian_id == event.person_id else Actor.GUARDIAN
    if by == "person":
        return Actor.HOLDER if "child_id" in event.data else Actor.READER
    return {"client": Actor.CLIENT, "delegate": Actor.DELEGATE}.get(str(by))


def _reported(data: Mapping[str, Any]) -> str:
    """What the register was told, as it concerns whoever reads this."""
    words = _REPORTED_OF_GUARDIAN if data.get("role") == "guardian" else _REPORTED
    return words.get(str(data.get("what")), _SOMETHING)


def _why(event: RecordedEvent) -> str | None:
    """The clerk's reason: also of a lock that the holder asked for, and not of one in the authority's name."""
    by_holder = event.kind in (EventKind.ACCOUNT_LOCKED, EventKind.ACCOUNT_UNLOCKED) and event.data["by"] == "holder"
    return event.data.get("reason") if by_holder or event.kind in _AT_THE_DESK else None


doors = [Door.page("/me/history", for_holder(show))]
