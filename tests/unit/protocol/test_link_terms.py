"""What a request that is to link an account asks of who is there, by the terms on which accounts are linked."""

from dataclasses import replace

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Item
from vneid_idp.protocol.interaction import (
    ANYBODY,
    AskConsent,
    GuardianLinks,
    LinkTerms,
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
PASSWORD, CODE = SignInMethod("pwd", OPENED + MINUTE), SignInMethod("sms", OPENED + MINUTE)
PERSON = PersonFacts("per", "ses", (PASSWORD, CODE), 2, usable=True)


def asked(person: PersonFacts = PERSON, terms: LinkTerms = ANYBODY, *, items: tuple[Item, ...] = LINK) -> Step:
    return next_step(REQUEST, items, person, None, WaitingFacts(OPENED), terms=terms)


def test_a_child_is_asked_for_nothing_not_even_a_second_proof() -> None:
    of_child = LinkTerms(by_guardian=True)
    assert asked() == AskConsent(LINK, link=True)
    for person in (PERSON, replace(PERSON, methods=(PASSWORD,)), replace(PERSON, account_level=1)):
        assert asked(person, of_child) == GuardianLinks()
    assert asked(PERSON, of_child, items=()) == AskConsent(()), "what links nothing goes on as it is"


def test_linking_takes_its_level_whatever_the_service_asks_for() -> None:
    quiet, terms = replace(REQUEST, acr_values=()), LinkTerms(level=2)
    for person, step in (
        (PERSON, AskConsent(LINK, link=True)),
        (replace(PERSON, methods=(PASSWORD,)), StepUp()),
        (replace(PERSON, account_level=1), ReachLevel()),
    ):
        assert next_step(quiet, LINK, person, None, WaitingFacts(OPENED), terms=terms) == step
        assert next_step(quiet, (), person, None, WaitingFacts(OPENED), terms=terms) == AskConsent(())


def test_silently_nothing_is_linked_and_no_age_told() -> None:
    silent = replace(REQUEST, prompt=frozenset({"none"}))
    for terms in (ANYBODY, LinkTerms(by_guardian=True)):
        step = next_step(silent, LINK, PERSON, None, WaitingFacts(OPENED), terms=terms)
        assert isinstance(step, Refuse)
        assert step.error.code == "consent_required"
