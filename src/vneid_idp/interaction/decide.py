"""Where a request stands: the facts read, the decision made. Asked by `/authorize` and again by every page."""

from dataclasses import dataclass, replace

from vneid_idp.consent.facts import find_facts
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.values import altered
from vneid_idp.keys.ring import KeyRing, NotSignedHere
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Item, items_of
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.interaction import ConsentFacts, PersonFacts, Step, WaitingFacts, next_step
from vneid_idp.protocol.permitted import counting
from vneid_idp.protocol.subjects import subject
from vneid_idp.protocol.tokens import is_id_token
from vneid_idp.storage.unit import Reading
from vneid_idp.web.session import BrowserSession


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of a request and what follows from them."""

    person: PersonFacts | None
    consent: ConsentFacts | None
    items: tuple[Item, ...]
    step: Step


async def decide(
    unit: Reading,
    keys: KeyRing,
    client: Client,
    request: AuthorizationRequest,
    session: BrowserSession | None,
    waiting: WaitingFacts,
) -> Situation:
    """Read the facts of `session` in one statement and decide what comes next."""
    facts = None
    if session is not None:
        facts = await find_facts(unit, session, client.client_id, waiting.child_id)
    person = None if facts is None else _checked(facts.person, client, request, keys, unit.now)
    consent = None if facts is None or facts.consent is None else _counted(facts.consent, client)
    items = items_of(client, request.scope, request.claims)
    return Situation(person, consent, items, next_step(request, items, person, consent, waiting))


def _counted(consent: ConsentFacts, client: Client) -> ConsentFacts:
    """The consent with the answers that still count: what the client may no longer have gets into no code."""
    return altered(consent, decided=counting(client, consent.decided))


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
