"""Where a request stands: the facts read, the decision made. Asked by `/authorize` and again by every page."""

from dataclasses import dataclass, replace

from vneid_idp.bindings.social_accounts.rules import level_taken
from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Outcome
from vneid_idp.consent.facts import find_facts
from vneid_idp.identity import accounts
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import Consenting, consented_too_young, needs_guardian, who_consents
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.values import altered
from vneid_idp.keys.ring import KeyRing, NotSignedHere
from vneid_idp.policy.rules import Policy, Rules, Threshold
from vneid_idp.protocol.acts import ANYBODY, Acts, ActTerms, acts_of
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Item, items_of, needs_child
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import about_child, level_of, permitted_details
from vneid_idp.protocol.interaction import (
    ConsentFacts,
    GuardianAnswer,
    PersonFacts,
    Step,
    WaitingFacts,
    as_it_stood,
    next_step,
)
from vneid_idp.protocol.permitted import counting, still_asked
from vneid_idp.protocol.subjects import subject
from vneid_idp.protocol.targets import items_at
from vneid_idp.protocol.tokens import is_id_token
from vneid_idp.storage.unit import Database, Reading
from vneid_idp.web.session import BrowserSession


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of a request and what follows from them."""

    person: PersonFacts | None
    consent: ConsentFacts | None
    items: tuple[Item, ...]
    step: Step
    now: Instant
    offered_since: Instant
    """What the person left out before is offered again."""
    acts: Acts
    """What the request asks to be done, as far as its client may have it."""
    terms: ActTerms
    """What it takes that this person does it, where there is anything."""
    waiting: WaitingFacts
    """What is known of the request itself."""

    def as_shown(self, request: AuthorizationRequest, shown_at: Instant) -> "Situation":
        """The same at a page that was `shown_at` some moment, whatever the person decided in another window since."""
        consent = as_it_stood(self.consent, shown_at)
        step = next_step(
            request, self.items, self.person, consent, self.waiting, self.offered_since, self.acts, self.terms
        )
        return replace(self, consent=consent, step=step)


async def decide(
    db: Database,
    keys: KeyRing,
    vault: Vault,
    policy: Policy,
    client: Client,
    request: AuthorizationRequest,
    session: BrowserSession | None,
    waiting: WaitingFacts,
) -> Situation:
    """Read the facts of `session` in one statement and decide what comes next.

    More is read only where a child may be concerned: of a consent of which nobody asked yet whether the person was old
    enough to give it alone, of a request that waits for a parent or guardian, and of one that asks for acts.
    """
    facts, now = None, 0
    async with db.glance() as unit:
        now = unit.now
        if session is not None:
            facts = await find_facts(unit, session, client.client_id, waiting.child_id)
    if (
        facts is not None
        and request.polled is not None
        and request.polled.person_id not in (None, facts.person.person_id)
    ):
        # Somebody else than the one who was asked: as if nobody were here, and they learn of nothing.
        facts = None
    person = None if facts is None else _checked(facts.person, client, request, keys, now)
    consent = None if facts is None or facts.consent is None else _counted(facts.consent, client)
    if person is not None and consent is not None and not is_settled(consent, policy.at(now)):
        async with db.reading() as unit:
            consent = await _if_old_enough(unit, vault, policy, person, consent)
    if person is not None and waiting.approval_id is not None:
        async with db.reading() as unit:
            waiting = replace(waiting, guardian=await _answer(unit, client, person.person_id, waiting))
    items = items_of(
        client, request.scope, request.claims, sign_in=request.asks_level, elsewhere=items_at(request.targets)
    )
    offered_since = now - policy.at(now)[Threshold.OFFERED_AGAIN_DAYS] * DAY
    acts, terms = acts_of(request, items, permitted_details(client, request.details)), ANYBODY
    if person is not None and acts:
        async with db.reading() as unit:
            terms = await _terms(unit, vault, policy.at(now), person.person_id, request, acts)
    step = next_step(request, items, person, consent, waiting, offered_since, acts, terms)
    return Situation(person, consent, items, step, now, offered_since, acts, terms, waiting)


def _counted(consent: ConsentFacts, client: Client) -> ConsentFacts:
    """The consent with the answers that still count: what the client may no longer have gets into no code."""
    return altered(consent, decided=counting(client, consent.decided))


def is_settled(consent: ConsentFacts, rules: Rules) -> bool:
    """Whether nobody needs to ask how old the person was who gave this consent. Pure."""
    if consent.by_guardian or not any(decision.gives for decision in consent.decided.values()):
        return True
    return consent.alone_from is not None and consent.alone_from >= rules[Threshold.CONSENT_ALONE_FROM_AGE]


async def _if_old_enough(
    unit: Reading, vault: Vault, policy: Policy, person: PersonFacts, consent: ConsentFacts
) -> ConsentFacts | None:
    """The consent, unless a child gave it alone: then it does not count."""
    found = await accounts.find_with_profile(unit, vault, person.person_id)
    if found is None or consented_too_young(found[1].record.birth_date, consent.given_at, policy, unit.now):
        return None
    return consent


async def _terms(
    unit: Reading, vault: Vault, rules: Rules, person_id: str, request: AuthorizationRequest, acts: Acts
) -> ActTerms:
    """What it takes that this person does what is asked.

    A parent or guardian links a child's accounts, as the door will judge (`check_proof`), and grants the details that
    a child may not decide about alone.
    """
    for_child = needs_child(request.scope) or about_child(acts.details)
    level = level_of(acts.details)
    if acts.link or for_child:
        level = max(level, level_taken(rules, by_guardian=for_child))
    found = None if for_child else await accounts.find_with_profile(unit, vault, person_id)
    if found is None:
        return ActTerms(level)
    years = age(found[1].record.birth_date, unit.now)
    links_by_guardian = acts.link and needs_guardian(years, rules)
    alone = who_consents(years, rules) is Consenting.ALONE
    return ActTerms(level, by_guardian=links_by_guardian or bool(acts.details and not alone))


async def _answer(unit: Reading, client: Client, child_id: str, waiting: WaitingFacts) -> GuardianAnswer | None:
    """What became of the agreement that waits; nothing where it is somebody else's, who was here before, where it
    was agreed to, which the consent shows, or where the client asks for something else by now, and the child anew."""
    assert waiting.approval_id is not None
    approval = await approvals.find(unit, child_id, waiting.approval_id)
    if approval is None or approval.outcome in (Outcome.AGREED, Outcome.REPLACED, Outcome.TAKEN_BACK):
        return None
    if approval.outcome is Outcome.REFUSED:
        return GuardianAnswer.REFUSED
    if not still_asked(client, approval.decisions):
        return None
    is_waiting = approval.is_open(unit.now) and waiting.waits_until > unit.now
    return GuardianAnswer.WAITING if is_waiting else GuardianAnswer.MISSING


def _checked(
    person: PersonFacts, client: Client, request: AuthorizationRequest, keys: KeyRing, now: Instant
) -> PersonFacts:
    """Mark somebody else than the request expects (`id_token_hint`, or a `sub` in the `claims` parameter)."""
    if request.id_token_hint is None and request.wanted_subject is None:
        return person
    own = subject(client, person.person_id, keys.pairwise_key)
    wanted: list[str | None] = [request.wanted_subject] if request.wanted_subject is not None else []
    if request.id_token_hint is not None:
        wanted.append(_hinted(request.id_token_hint, keys, now))
    return replace(person, is_wanted=all(value == own for value in wanted))


def _hinted(hint: str, keys: KeyRing, now: Instant) -> str | None:
    """The subject of an ID token of ours; expired ones still tell who was meant (OIDC Core §3.1.2.1)."""
    try:
        claims = keys.verify_own(hint, now)
    except NotSignedHere:
        return None
    return str(claims["sub"]) if is_id_token(claims) else None
