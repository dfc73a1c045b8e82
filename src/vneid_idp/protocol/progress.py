"""How far a person has come with a request: decided anew, as if each step that is left had been done. Pure."""

from dataclasses import dataclass, replace

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.acts import ANYBODY, NO_ACTS, Acts, ActTerms
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Item
from vneid_idp.protocol.interaction import (
    AskConsent,
    ChooseChild,
    ConsentFacts,
    PersonFacts,
    SignIn,
    Step,
    StepUp,
    WaitingFacts,
    next_step,
)
from vneid_idp.protocol.levels import SignInMethod

_SOMEBODY = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that a page asks for, among those that this request takes of the person."""

    number: int
    total: int
    at_most: bool
    """Whether fewer may do: before somebody signs in, nobody knows what they agreed to before."""


def progress(
    request: AuthorizationRequest,
    items: tuple[Item, ...],
    person: PersonFacts | None,
    consent: ConsentFacts | None,
    waiting: WaitingFacts,
    step: Step,
    offered_since: Instant = 0,
    acts: Acts = NO_ACTS,
    terms: ActTerms = ANYBODY,
) -> Progress | None:
    """Where `step`, which `next_step` gave for the same facts, stands; nothing for one that leads no further."""
    done, ahead, at_most = _done(person, waiting), 1, isinstance(step, SignIn)
    while not isinstance(step, AskConsent):
        if isinstance(step, SignIn):
            # At most: a newcomer, of level 2, with a password.
            methods = (SignInMethod("pwd", waiting.opened_at),)
            person, consent = PersonFacts(_SOMEBODY, _SOMEBODY, methods, account_level=2, usable=True), None
        elif isinstance(step, StepUp) and person is not None:
            person = replace(person, methods=(*person.methods, SignInMethod("sms", waiting.opened_at)))
        elif isinstance(step, ChooseChild):
            # Of a child nothing was agreed yet that would spare the page: each link is confirmed by itself.
            waiting, consent = replace(waiting, child_id=_SOMEBODY), None
        else:
            return None
        step = next_step(request, items, person, consent, waiting, offered_since, acts, terms)
        if not isinstance(step, SignIn | StepUp | ChooseChild | AskConsent):
            break
        ahead += 1
    return Progress(done + 1, done + ahead, at_most)


def _done(person: PersonFacts | None, waiting: WaitingFacts) -> int:
    """How many steps the person took since the request was opened. A passkey is one, though it proves twice."""
    if person is None:
        return 0
    proofs = {method.name for method in person.methods if method.at >= waiting.opened_at}
    return min(len(proofs), 2) + (waiting.child_id is not None)
