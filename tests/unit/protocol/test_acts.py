"""What a request that asks for acts takes of who is there, by the terms on which they are done."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.acts import ANYBODY, NO_ACTS, Acts, ActTerms, Confirmed, acts_of
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Decision, Item
from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.protocol.interaction import (
    AskConsent,
    ConsentFacts,
    GuardianActs,
    Issue,
    PersonFacts,
    ReachLevel,
    Refuse,
    Step,
    StepUp,
    WaitingFacts,
    next_step,
)
from vneid_idp.protocol.levels import LEVEL_2, SignInMethod

OPENED = 1_800_000_000_000
SCOPE = ("openid", "binding:social_account")
REQUEST = AuthorizationRequest("cli", "https://rp.example/cb", "query", "s", SCOPE, acr_values=(LEVEL_2,))
LINK = (Item("binding:social_account", "account", 1, required=True, since=1),)
ASKED = [(Acts(link=True), LINK), (Acts(details=({"type": "subscriber_number", "sequence": 1},)), ())]
PASSWORD, CODE = SignInMethod("pwd", OPENED + MINUTE), SignInMethod("sms", OPENED + MINUTE)
PERSON = PersonFacts("per", "ses", (PASSWORD, CODE), 2, usable=True)

EMAIL = Item("email", "account", 1, required=True, since=1)
CONSENT = ConsentFacts(
    "con", OPENED, {"email": Decision("account", 1, given=True)}, given_at=OPENED, alone_from=16, by_guardian=False
)
NUMBER, ANOTHER = ({"type": "subscriber_number", "phone_number": f"+8495123456{end}"} for end in (7, 8))

both = pytest.mark.parametrize(("acts", "items"), ASKED, ids=["link", "details"])


def asked(
    acts: Acts, items: tuple[Item, ...], person: PersonFacts = PERSON, terms: ActTerms = ANYBODY,
    request: AuthorizationRequest = REQUEST,
) -> Step:  # fmt: skip
    return next_step(request, items, person, None, WaitingFacts(OPENED), acts=acts, terms=terms)


@both
def test_a_child_is_asked_for_nothing_not_even_a_second_proof(acts: Acts, items: tuple[Item, ...]) -> None:
    of_child = ActTerms(by_guardian=True)
    assert asked(acts, items) == AskConsent(items, acts)
    for person in (PERSON, replace(PERSON, methods=(PASSWORD,)), replace(PERSON, account_level=1)):
        assert asked(acts, items, person, of_child) == GuardianActs()
    assert asked(NO_ACTS, (), PERSON, of_child) == AskConsent(()), "what asks for no act goes on as it is"


@both
def test_acts_take_their_level_whatever_the_service_asks_for(acts: Acts, items: tuple[Item, ...]) -> None:
    quiet, terms = replace(REQUEST, acr_values=()), ActTerms(level=2)
    for person, step in (
        (PERSON, AskConsent(items, acts)),
        (replace(PERSON, methods=(PASSWORD,)), StepUp()),
        (replace(PERSON, account_level=1), ReachLevel()),
    ):
        assert asked(acts, items, person, terms, quiet) == step
        assert asked(NO_ACTS, (), person, terms, quiet) == AskConsent(())


@both
def test_silently_nothing_is_done_and_no_age_told(acts: Acts, items: tuple[Item, ...]) -> None:
    silent = replace(REQUEST, prompt=frozenset({"none"}))
    for terms in (ANYBODY, ActTerms(by_guardian=True)):
        step = asked(acts_of(silent, items, acts.details), items, PERSON, terms, silent)
        assert isinstance(step, Refuse)
        assert step.error.code == "consent_required"


def decide(*details: Detail, confirmed: Confirmed | None = None, **changes: Any) -> Step:
    """What comes of a request for these details where all else was agreed to before."""
    facts: dict[str, Any] = {"request": REQUEST, "items": (EMAIL,), "person": PERSON, "consent": CONSENT} | changes
    return next_step(**facts, waiting=WaitingFacts(OPENED, confirmed=confirmed), acts=Acts(details=details))


@pytest.mark.parametrize("confirmed", [
    None, Confirmed("per"), Confirmed("per_b", digest_of((NUMBER,))), Confirmed("per", digest_of((ANOTHER,))),
    Confirmed("per", digest_of((NUMBER, ANOTHER))),
])  # fmt: skip
def test_details_are_asked_about_until_this_person_confirmed_just_these(confirmed: Confirmed | None) -> None:
    assert decide(NUMBER, confirmed=confirmed) == AskConsent((), Acts(details=(NUMBER,)))
    issued = decide(NUMBER, confirmed=Confirmed("per", digest_of((NUMBER,))))
    assert isinstance(issued, Issue)
    assert issued.authorisation.details == (NUMBER,)
    assert not issued.authorisation.link


def test_on_the_same_page_all_else_is_asked() -> None:
    new = Item("phone_number", "account", 1, required=True, since=1)
    acts, both = Acts(details=(NUMBER,)), (EMAIL, new)
    assert decide(NUMBER, consent=None) == AskConsent((EMAIL,), acts)
    assert decide(NUMBER, items=both) == AskConsent((new,), acts)


def test_silently_no_detail_is_granted_and_the_error_tells_nothing_of_who_is_there() -> None:
    silent, confirmed = replace(REQUEST, prompt=frozenset({"none"})), Confirmed("per", digest_of((NUMBER,)))
    people = (PERSON, replace(PERSON, methods=(PASSWORD,)), replace(PERSON, account_level=1))
    for person, terms in product(people, (ANYBODY, ActTerms(level=2), ActTerms(by_guardian=True))):
        step = decide(NUMBER, confirmed=confirmed, request=silent, person=person, terms=terms)
        assert isinstance(step, Refuse)
        said = (step.error.code, step.error.description)
        assert said == ("consent_required", "The person has not agreed to all that is asked for.")
