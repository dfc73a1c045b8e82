"""What happens next with a request that may need a person: one pure decision, made again every time.

There is no "already prompted" flag. `prompt=login` *means* a sign-in later than the moment the request was opened,
`prompt=consent` a consent later than that; so resuming, reloading and a second tab all come to the same answer.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.protocol.acts import ANYBODY, NO_ACTS, Acts, ActTerms, Confirmed
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Child, Origin
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import SIGN_IN, Decisions, Item, granted_scope, needs_child, undecided
from vneid_idp.protocol.details.granting import about_child
from vneid_idp.protocol.errors import (
    AccessDenied,
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
    OAuthError,
    UnmetAuthenticationRequirements,
)
from vneid_idp.protocol.levels import (
    ACR_VALUES,
    LEVEL_1,
    LEVEL_2,
    SignInMethod,
    amr,
    by_message,
    opens_session,
    reached,
)
from vneid_idp.protocol.permitted import granted_targets


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Who sits at the browser, as far as the session and the account tell."""

    person_id: str
    session_id: str
    methods: tuple[SignInMethod, ...]
    account_level: int
    usable: bool
    """Neither locked, closed nor deceased, and the card has not run out."""
    is_wanted: bool = True
    """Agrees with `id_token_hint` and with a `sub` that the `claims` parameter insists on."""


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """The current consent of this person towards this client."""

    consent_id: str
    changed_at: Instant
    decided: Decisions
    given_at: Instant
    alone_from: int | None
    """The age from which the law let the person decide alone, who had reached it."""
    by_guardian: bool
    """Whether a parent or guardian agreed as well."""


def as_it_stood(consent: ConsentFacts | None, shown_at: Instant) -> ConsentFacts | None:
    """The consent without what was decided after `shown_at`, in another window: what an older page was made from."""
    if consent is None or consent.given_at > shown_at:
        return None
    decided = {name: decision for name, decision in consent.decided.items() if decision.at <= shown_at}
    changed_at = consent.changed_at
    if changed_at > shown_at:
        changed_at = max([consent.given_at, *(decision.at for decision in decided.values())])
    return replace(consent, decided=decided, changed_at=changed_at)


class GuardianAnswer(StrEnum):
    """What became of a child's agreement that a parent or guardian was asked about."""

    WAITING = "waiting"
    REFUSED = "refused"
    MISSING = "missing"
    """Nobody answered while the request lasts."""


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """What the pages recorded about this request so far."""

    opened_at: Instant
    refused: str | None = None
    """Where the person turned back: at the `consent` or the `level` page, after a `guardian` had refused, or because of
    the `account`."""
    child_id: str | None = None
    """The child that a guardian chose."""
    confirmed: Confirmed | None = None
    """Who confirmed on a page of this very request what no standing consent covers: its acts, which they were, or that
    the answer goes to another device."""
    approval_id: str | None = None
    """What waits for a parent or guardian of the person, who is a child."""
    waits_until: Instant = 0
    """Until when this request waits for it."""
    guardian: GuardianAnswer | None = None
    """What became of it; nothing where nobody was asked, or where agreement shows in the consent itself."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Ask for a first factor. `again`: somebody is signed in, but must show it anew."""

    again: bool


@dataclass(frozen=True, slots=True)
class StepUp:
    """Ask for a second, different factor."""


@dataclass(frozen=True, slots=True)
class TellUnusable:
    """Tell whoever is signed in that the account cannot be used, before the service is told."""


@dataclass(frozen=True, slots=True)
class ReachLevel:
    """Tell the person how to reach level 2: this account cannot assert it yet."""


@dataclass(frozen=True, slots=True)
class GuardianActs:
    """Tell a child that a parent or guardian does what the request asks to be done, and ask for nothing."""


@dataclass(frozen=True, slots=True)
class ChooseChild:
    """Let a guardian choose the child whose account this is about."""


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Show the consent screen for these items, and have these acts confirmed."""

    items: tuple[Item, ...]
    acts: Acts = NO_ACTS


@dataclass(frozen=True, slots=True)
class AwaitGuardian:
    """Tell the child what happens until a parent or guardian answers, or that they refused."""

    answer: GuardianAnswer


@dataclass(frozen=True, slots=True)
class Refuse:
    """End the request with an error."""

    error: OAuthError


@dataclass(frozen=True, slots=True)
class Issue:
    """Everything stands: issue a code for this."""

    authorisation: Authorisation


_NOT_AGREED_TO = "What was asked for was not agreed to."

Step = (
    SignIn
    | StepUp
    | TellUnusable
    | ReachLevel
    | GuardianActs
    | ChooseChild
    | AskConsent
    | AwaitGuardian
    | Refuse
    | Issue
)


def next_step(
    request: AuthorizationRequest,
    items: tuple[Item, ...],
    person: PersonFacts | None,
    consent: ConsentFacts | None,
    waiting: WaitingFacts,
    offered_since: Instant = 0,
    acts: Acts = NO_ACTS,
    terms: ActTerms = ANYBODY,
) -> Step:
    """Decide what the request needs now. With `prompt=none`, what would need a page becomes the right error.

    What the person left out before `offered_since` is offered again; but where no page may be shown, that is no reason
    to end what works. The `acts` of the request (`acts_of`) are done on these `terms`, once they were confirmed.
    """
    if "none" in request.prompt:
        offered_since = 0
    step = _next_step(request, items, person, consent, waiting, offered_since, acts, terms)
    return _silently(step, request, consent) if "none" in request.prompt else step


def _next_step(
    request: AuthorizationRequest,
    items: tuple[Item, ...],
    person: PersonFacts | None,
    consent: ConsentFacts | None,
    waiting: WaitingFacts,
    offered_since: Instant,
    acts: Acts,
    terms: ActTerms,
) -> Step:
    if waiting.refused is not None:
        return Refuse(_turned_back(waiting.refused))
    if person is None:
        return SignIn(again=False)
    methods = fresh(person.methods, request, waiting.opened_at)
    if not opens_session(methods):
        return SignIn(again=True)
    if not person.usable:
        return TellUnusable()
    if not person.is_wanted and not (consent is None and "none" in request.prompt):
        # Silently only where something is agreed to: else the error would tell whether it is the one who is named.
        return Refuse(LoginRequired("Somebody else than the expected person is signed in."))
    if acts and "none" in request.prompt:
        # Before a level is looked at, and an age: no error tells of somebody what no page asked them about.
        return AskConsent((), acts)
    if acts and terms.by_guardian:
        # Before a second proof as well: there is nothing that it could be for.
        return GuardianActs()
    level = reached(person.account_level, methods)
    acr = acr_for(request.acr_values, level)
    if acr is None or (acts and level < terms.level):
        return StepUp() if person.account_level >= 2 else ReachLevel()
    if (needs_child(request.scope) or about_child(acts.details)) and waiting.child_id is None:
        return ChooseChild()
    decided = {} if consent is None else consent.decided
    missing = undecided(items, decided, offered_since)
    again = consent is None or ("consent" in request.prompt and consent.changed_at < waiting.opened_at)
    if (missing or again) and waiting.guardian is not None:
        return _await(waiting.guardian)
    if missing:
        return AskConsent(missing, acts)
    if consent is None or again:
        return AskConsent(items, acts)
    confirms = bool(acts) or request.polled is not None
    if confirms and not (waiting.confirmed and waiting.confirmed.covers(acts, person.person_id)):
        return AskConsent((), acts)
    return _issue(request, person, methods, (level, acr), consent, waiting, acts)


def _issue(
    request: AuthorizationRequest,
    person: PersonFacts,
    methods: tuple[SignInMethod, ...],
    proven: tuple[int, str],
    consent: ConsentFacts,
    waiting: WaitingFacts,
    acts: Acts,
) -> Issue:
    """What everything that stands comes to; `proven` are the level and the `acr` of the sign-in."""
    level, acr = proven
    tells = request.asks_level and SIGN_IN in consent.decided
    return Issue(
        Authorisation(
            client_id=request.client_id,
            subject=person.person_id,
            scope=granted_scope(request.scope, consent.decided),
            origin=Origin.BROWSER if request.polled is None else request.polled.kind.origin,
            # What another device gets does not end with the session of the browser that answered for it.
            ground=AuthorisationGround(consent.consent_id, None if request.polled else person.session_id),
            on_behalf_of=None if waiting.child_id is None else Child(waiting.child_id),
            claims=request.claims,
            details=acts.details,
            level=level,
            acr=acr if tells else "",
            amr=amr(methods) if tells else (),
            auth_time=max(method.at for method in methods),
            link=acts.link,
            targets=granted_targets(request.targets, consent.decided),
            by_message=by_message(person.methods),
        )
    )


def _turned_back(where: str) -> OAuthError:
    """Why the request ends without an answer. That an account cannot be used is told and not why: a lock, a death and
    a card that ran out are the person's affair. So is whose agreement it took: words of their own for the "no" of a
    parent or guardian would say that the person is a child."""
    if where == "account":
        return UnmetAuthenticationRequirements("The account cannot be used at present.")
    if where == "level":
        return UnmetAuthenticationRequirements("The person cannot reach the level that was asked for.")
    return AccessDenied(_NOT_AGREED_TO)


def _await(answer: GuardianAnswer) -> Step:
    if answer is GuardianAnswer.MISSING:
        return Refuse(AccessDenied(_NOT_AGREED_TO))
    return AwaitGuardian(answer)


def fresh(
    methods: tuple[SignInMethod, ...], request: AuthorizationRequest, opened_at: Instant
) -> tuple[SignInMethod, ...]:
    """The methods that still count for this request.

    `max_age` is measured against the moment the request was opened: measured against the present, a person who reads
    the consent screen slowly would be sent back to sign in for ever.
    """
    since: Instant = 0
    if request.prompt & {"login", "select_account"}:
        since = opened_at
    if request.max_age is not None:
        since = max(since, opened_at - request.max_age * SECOND)
    return tuple(method for method in methods if method.at >= since)


def acr_for(wanted: tuple[str, ...], level: int) -> str | None:
    """The `acr` to assert: the first wanted one that is reached; `None` when none of the wanted ones is.

    Values that are not ours express no wish that we could meet or miss, and are left aside.
    """
    known = [value for value in wanted if value in ACR_VALUES]
    satisfied = (LEVEL_2, LEVEL_1) if level >= 2 else (LEVEL_1,)
    if not known:
        return satisfied[0]
    return next((value for value in known if value in satisfied), None)


def _not_agreed() -> ConsentRequired:
    return ConsentRequired("The person has not agreed to all that is asked for.")


def _silently(step: Step, request: AuthorizationRequest, consent: ConsentFacts | None) -> Step:
    """`prompt=none`: the error in place of the page (OIDC Core §3.1.2.6)."""
    unsaid = request.asks_level and (consent is None or SIGN_IN not in consent.decided)
    match step:
        case SignIn():
            return Refuse(LoginRequired("Nobody is signed in, or not recently enough."))
        case StepUp() | ReachLevel() | ChooseChild() if unsaid:
            # Which of them it is would tell the level of somebody who was asked about it by no page.
            return Refuse(_not_agreed())
        case StepUp():
            return Refuse(LoginRequired("A second factor is needed."))
        case TellUnusable():
            return Refuse(_turned_back("account"))
        case ReachLevel():
            return Refuse(UnmetAuthenticationRequirements("The person cannot reach the level that was asked for."))
        case ChooseChild():
            return Refuse(InteractionRequired("A guardian has to choose the child."))
        case AskConsent():
            return Refuse(_not_agreed())
        case AwaitGuardian():
            return Refuse(_not_agreed())
        case _:
            return step
