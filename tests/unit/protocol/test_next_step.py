"""What happens next: from facts that issue a code, one condition is broken, and exactly its page or error follows."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.acts import Acts, Confirmed, acts_of
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Child, Origin
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Decision, Item
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.interaction import (
    AskConsent,
    ChooseChild,
    ConsentFacts,
    Issue,
    PersonFacts,
    ReachLevel,
    Refuse,
    SignIn,
    Step,
    StepUp,
    TellUnusable,
    WaitingFacts,
    next_step,
)
from vneid_idp.protocol.levels import LEVEL_1, LEVEL_2, METHODS, SignInMethod, amr

OPENED = 1_800_000_000_000
EARLIER, LATER = OPENED - 10 * MINUTE, OPENED + MINUTE
BOTH = (SignInMethod("pwd", LATER), SignInMethod("sms", LATER))
REQUEST = AuthorizationRequest(
    "cli_a",
    "https://rp.example/cb",
    "query",
    "s",
    ("openid", "age", "binding:child_account"),
    prompt=frozenset({"login", "consent"}),
    max_age=60,
    acr_values=(LEVEL_2,),
)
ITEMS = (Item("age_band", "account", 2, required=True, since=2), Item("email", "account", 2, required=False, since=2))
PERSON = PersonFacts("per_a", "ses_a", BOTH, 2, usable=True)
ALONE: dict[str, Any] = {"given_at": LATER, "alone_from": 16, "by_guardian": False}
TOLD = {"acr": Decision("account", 2, given=True)}
CONSENT = ConsentFacts(
    "con_a",
    LATER,
    {"age_band": Decision("account", 2, given=True), "email": Decision("account", 2, given=False), **TOLD},
    **ALONE,
)
WAITING = WaitingFacts(OPENED, child_id="per_child")
SOUND: dict[str, Any] = {"request": REQUEST, "items": ITEMS, "person": PERSON, "consent": CONSENT, "waiting": WAITING}


def decide(**changes: Any) -> Step:
    facts = {**SOUND, **changes}
    return next_step(**facts, acts=acts_of(facts["request"], facts["items"], ()))


def code_of(step: Step) -> str:
    assert isinstance(step, Refuse), step
    return step.error.code


def with_methods(*methods: tuple[str, int], level: int = 2) -> PersonFacts:
    return replace(PERSON, methods=tuple(SignInMethod(*method) for method in methods), account_level=level)


def with_decision(**decisions: Decision) -> ConsentFacts:
    return replace(CONSENT, decided={**CONSENT.decided, **decisions})


def test_sound_facts_issue_a_code() -> None:
    step = decide()
    assert step == Issue(
        Authorisation(
            client_id=REQUEST.client_id,
            subject=PERSON.person_id,
            scope=("openid", "age"),
            origin=Origin.BROWSER,
            ground=AuthorisationGround(CONSENT.consent_id, PERSON.session_id),
            on_behalf_of=Child("per_child"),
            claims=REQUEST.claims,
            level=2,
            acr=LEVEL_2,
            amr=("pwd", "otp", "sms", "mfa"),
            auth_time=LATER,
        )
    )


SPOILT: list[tuple[str, dict[str, Any], Step]] = [
    ("nobody is signed in", {"person": None}, SignIn(again=False)),
    ("no method at all", {"person": with_methods()}, SignIn(again=True)),
    ("the sign-in is older than prompt=login", {"person": with_methods(("pwd", EARLIER), ("sms", EARLIER))},
     SignIn(again=True)),
    ("only the code by text message is fresh", {"person": with_methods(("pwd", EARLIER), ("sms", LATER))},
     SignIn(again=True)),
    ("only one factor", {"person": with_methods(("pwd", LATER))}, StepUp()),
    ("two of one kind are one factor", {"person": with_methods(("pwd", LATER), ("pin", LATER))}, StepUp()),
    ("the second factor is not fresh", {"person": with_methods(("pwd", LATER), ("sms", EARLIER))}, StepUp()),
    ("the account is locked", {"person": replace(PERSON, usable=False)}, TellUnusable()),
    ("a level-1 account", {"person": replace(PERSON, account_level=1)}, ReachLevel()),
    ("no child chosen", {"waiting": replace(WAITING, child_id=None)}, ChooseChild()),
    ("no consent", {"consent": None}, AskConsent(ITEMS)),
    ("consent older than prompt=consent", {"consent": replace(CONSENT, changed_at=OPENED - 1)}, AskConsent(ITEMS)),
    ("a required claim was left out", {"consent": with_decision(age_band=Decision("account", 2, given=False))},
     AskConsent(ITEMS[:1])),
    ("a new version of the purpose", {"consent": with_decision(age_band=Decision("account", 1, given=True))},
     AskConsent(ITEMS[:1])),
    ("another purpose", {"consent": with_decision(email=Decision("other", 2, given=True))}, AskConsent(ITEMS[1:])),
    ("a new claim", {"items": (*ITEMS, Item("name", "account", 2, required=False, since=2))},
     AskConsent((Item("name", "account", 2, required=False, since=2),))),
]  # fmt: skip
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("the person refused", {"waiting": replace(WAITING, refused="consent")}, "access_denied"),
    ("the level was out of reach", {"waiting": replace(WAITING, refused="level")}, "unmet_authentication_requirements"),
    ("for the account", {"waiting": replace(WAITING, refused="account")}, "unmet_authentication_requirements"),
    ("somebody else is signed in", {"person": replace(PERSON, is_wanted=False)}, "login_required"),
]


@pytest.mark.parametrize(("changes", "step"), [pytest.param(c, s, id=name) for name, c, s in SPOILT])
def test_one_condition_broken_asks_for_just_that(changes: dict[str, Any], step: Step) -> None:
    assert decide(**changes) == step


LINK = Item("binding:child_account", "account", 2, required=True, since=2)
LINKING: dict[str, Any] = {
    "items": (*ITEMS, LINK),
    "consent": with_decision(**{LINK.name: Decision("account", 2, given=True)}),
}


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        pytest.param({}, (), id="all was agreed before"),
        pytest.param({"waiting": replace(WAITING, confirmed=Confirmed("per_b"))}, (), id="somebody else confirmed"),
        pytest.param({"consent": CONSENT}, (LINK,), id="not all was agreed before"),
        pytest.param({"consent": None}, (*ITEMS, LINK), id="nothing was"),
    ],
)
def test_each_link_is_asked_about_whatever_was_agreed_before(changes: dict[str, Any], items: tuple[Item, ...]) -> None:
    assert decide(**{**LINKING, **changes}) == AskConsent(items, Acts(link=True))


def test_whoever_confirmed_the_link_of_a_request_is_not_asked_again() -> None:
    issued = decide(**LINKING, waiting=replace(WAITING, confirmed=Confirmed(PERSON.person_id)))
    assert isinstance(issued, Issue)
    assert issued.authorisation.link


def test_silently_nothing_is_asked_and_nothing_may_be_linked() -> None:
    silent = replace(REQUEST, prompt=frozenset({"none"}))
    for confirmed in (None, Confirmed(PERSON.person_id)):
        issued = decide(**LINKING, request=silent, waiting=replace(WAITING, confirmed=confirmed))
        assert isinstance(issued, Issue)
        assert not issued.authorisation.link
        assert LINK.name in issued.authorisation.scope


@pytest.mark.parametrize(("changes", "code"), [pytest.param(c, s, id=name) for name, c, s in REFUSED])
def test_one_condition_broken_for_good_refuses(changes: dict[str, Any], code: str) -> None:
    assert code_of(decide(**changes)) == code


SILENT = {
    SignIn: {"login_required"},
    StepUp: {"login_required"},
    TellUnusable: {"unmet_authentication_requirements"},
    ReachLevel: {"unmet_authentication_requirements"},
    ChooseChild: {"interaction_required"},
    AskConsent: {"consent_required"},
}


@pytest.mark.parametrize(("changes", "step"), [pytest.param(c, s, id=name) for name, c, s in SPOILT])
def test_silently_each_page_is_its_error(changes: dict[str, Any], step: Step) -> None:
    # `none` stands alone on the wire; here it joins the others so that the same conditions are broken.
    quiet = replace(REQUEST, prompt=REQUEST.prompt | {"none"})
    assert code_of(decide(**changes, request=quiet)) in SILENT[type(step)]


def test_silently_sound_facts_still_issue() -> None:
    assert isinstance(decide(request=replace(REQUEST, prompt=frozenset({"none"}))), Issue)


@pytest.mark.parametrize(
    ("age", "enough"), [(0, True), (59 * SECOND, True), (60 * SECOND, True), (60 * SECOND + 1, False)]
)
def test_max_age_is_measured_when_the_request_arrives(age: int, enough: bool) -> None:
    request = replace(REQUEST, prompt=frozenset())
    person = with_methods(("pwd", OPENED - age), ("sms", OPENED - age))
    assert isinstance(decide(request=request, person=person), Issue if enough else SignIn)


def test_without_prompt_and_max_age_an_old_sign_in_is_good() -> None:
    request = replace(REQUEST, prompt=frozenset(), max_age=None)
    step = decide(request=request, person=with_methods(("pwd", 1), ("sms", 2)))
    assert isinstance(step, Issue)
    assert step.authorisation.auth_time == 2


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_login_means_a_sign_in_after_the_request(prompt: str) -> None:
    request = replace(REQUEST, prompt=frozenset({prompt}), max_age=None)
    assert isinstance(decide(request=request, person=with_methods(("hwk", OPENED - 1))), SignIn)
    assert isinstance(decide(request=request, person=with_methods(("hwk", OPENED))), Issue)


def test_an_empty_request_still_asks_once() -> None:
    plain = replace(REQUEST, scope=("openid",), prompt=frozenset())
    assert decide(request=plain, items=(), consent=None) == AskConsent(())
    assert isinstance(decide(request=plain, items=(), consent=replace(CONSENT, decided={}, changed_at=0)), Issue)


@pytest.mark.parametrize(
    ("wanted", "level", "factors", "asserted"),
    [
        ((), 2, ("pwd", "sms"), ""),
        ((), 2, ("hwk",), ""),
        ((), 2, ("pwd",), ""),
        ((), 1, ("pwd", "sms"), ""),
        ((LEVEL_1,), 2, ("pwd", "sms"), LEVEL_1),
        ((LEVEL_2, LEVEL_1), 2, ("pwd", "sms"), LEVEL_2),
        ((LEVEL_2, LEVEL_1), 1, ("pwd",), LEVEL_1),
        (("urn:other", LEVEL_2), 2, ("pwd", "sms"), LEVEL_2),
        (("urn:other",), 1, ("pwd",), ""),
    ],
)
def test_the_level_that_is_asserted(
    wanted: tuple[str, ...], level: int, factors: tuple[str, ...], asserted: str
) -> None:
    person = with_methods(*((name, LATER) for name in factors), level=level)
    step = decide(request=replace(REQUEST, acr_values=wanted), person=person)
    assert isinstance(step, Issue)
    assert (step.authorisation.acr, bool(step.authorisation.amr)) == (asserted, asserted != "")
    assert (step.authorisation.level == 2) == (level == 2 and ("hwk" in factors or len(factors) == 2))


@pytest.mark.parametrize("name", ["acr", "amr"])
def test_a_level_is_told_who_asks_by_name_and_only_where_a_page_said_so(name: str) -> None:
    by_name = replace(REQUEST, acr_values=(), claims={"id_token": {name: {}}})
    unsaid = {each: decision for each, decision in CONSENT.decided.items() if each not in TOLD}
    for consent, told in ((CONSENT, True), (replace(CONSENT, decided=unsaid), False)):
        step = decide(request=by_name, consent=consent)
        assert isinstance(step, Issue)
        assert (step.authorisation.acr, bool(step.authorisation.amr)) == (LEVEL_2 if told else "", told)
        assert step.authorisation.level == 2


@pytest.mark.parametrize("agreed", ["nobody was asked", "to something else", "to telling it"])
def test_who_did_not_agree_to_tell_a_level_or_who_they_are_tells_it_by_no_silent_error(agreed: str) -> None:
    unsaid = {name: decision for name, decision in CONSENT.decided.items() if name not in TOLD}
    consent = {"nobody was asked": None, "to something else": replace(CONSENT, decided=unsaid)}.get(agreed, CONSENT)
    quiet, named = replace(REQUEST, prompt=frozenset({"none"})), {True, consent is not None}
    items, errors = (*ITEMS, Item("acr", "account", 2, required=True, since=2)), set()
    for level, names, child, wanted in product((1, 2), (("pwd",), ("pwd", "sms")), (None, "per_child"), named):
        who = replace(with_methods(*((name, LATER) for name in names), level=level), is_wanted=wanted)
        step = decide(
            request=quiet, items=items, consent=consent, person=who, waiting=WaitingFacts(OPENED, None, child)
        )
        errors.add((code_of(step), step.error.description) if isinstance(step, Refuse) else type(step))
    assert (len(errors) == 1) == (agreed != "to telling it"), errors


instants = st.sampled_from([0, EARLIER, OPENED - 60 * SECOND, OPENED - 1, OPENED, LATER])
people = st.builds(
    PersonFacts,
    person_id=st.just("per_a"),
    session_id=st.just("ses_a"),
    methods=st.lists(st.builds(SignInMethod, st.sampled_from(sorted(METHODS)), instants), max_size=4).map(tuple),
    account_level=st.sampled_from([1, 2]),
    usable=st.booleans(),
    is_wanted=st.booleans(),
)
decisions = st.builds(
    Decision,
    purpose=st.sampled_from(["account", "other"]),
    version=st.sampled_from([1, 2]),
    given=st.booleans(),
    instead=st.sampled_from([None, "age_over_16"]),
)
consents = st.builds(
    ConsentFacts,
    consent_id=st.just("con_a"),
    changed_at=instants,
    decided=st.dictionaries(st.sampled_from(["age_band", "email"]), decisions),
)
requests = st.builds(
    replace,
    st.just(REQUEST),
    scope=st.sampled_from([("openid",), ("openid", "binding:child_account")]),
    prompt=st.frozensets(st.sampled_from(["login", "consent", "select_account"]), max_size=2)
    | st.just(frozenset({"none"})),
    max_age=st.sampled_from([None, 0, 60]),
    acr_values=st.sampled_from([(), (LEVEL_1,), (LEVEL_2,), (LEVEL_2, LEVEL_1), ("urn:other",)]),
)
waitings = st.builds(
    WaitingFacts,
    opened_at=st.just(OPENED),
    refused=st.sampled_from([None, None, "consent", "level", "account"]),
    child_id=st.sampled_from([None, "per_child"]),
)


@given(requests, st.none() | people, st.none() | consents, waitings)
def test_prompt_none_never_shows_a_page(
    request: AuthorizationRequest, person: PersonFacts | None, consent: ConsentFacts | None, waiting: WaitingFacts
) -> None:
    quiet = replace(request, prompt=frozenset({"none"}))
    assert isinstance(next_step(quiet, ITEMS, person, consent, waiting), Issue | Refuse)


OLD, NOW = OPENED - 61 * SECOND, OPENED
EVERY_REQUEST = [
    replace(REQUEST, scope=scope, prompt=frozenset(prompt), max_age=max_age, acr_values=acr)
    for scope in [("openid",), ("openid", "binding:child_account")]
    for prompt in [(), ("login",), ("consent",), ("select_account", "consent"), ("none",)]
    for max_age in [None, 60]
    for acr in [(), (LEVEL_1,), (LEVEL_2,), (LEVEL_1, LEVEL_2)]
]
EVERY_PERSON = [
    replace(PERSON, methods=methods, account_level=level, usable=usable, is_wanted=wanted)
    for methods in [(), *[(SignInMethod(a, when),) for a in sorted(METHODS) for when in (OLD, NOW)],
                    (SignInMethod("pwd", OLD), SignInMethod("sms", NOW)),
                    (SignInMethod("pwd", NOW), SignInMethod("sms", OLD)),
                    (SignInMethod("pwd", NOW), SignInMethod("sms", NOW)),
                    (SignInMethod("pwd", NOW), SignInMethod("pin", NOW))]
    for level in (1, 2)
    for usable, wanted in [(True, True), (True, False), (False, True)]
]  # fmt: skip
EVERY_CONSENT = [
    ConsentFacts("con_a", at, {} if decision is None else {"age_band": decision, "email": decision, **told}, **ALONE)
    for at, told in ((OLD, TOLD), (NOW, {}), (NOW, TOLD))
    for decision in [
        None, Decision("account", 2, given=True), Decision("account", 1, given=True),
        Decision("account", 2, given=False), Decision("account", 2, given=False, instead="age_over_16"),
    ]
]  # fmt: skip
EVERY_WAITING = [WaitingFacts(OPENED), WAITING, replace(WAITING, refused="consent")]


def check_issued(
    step: Issue, request: AuthorizationRequest, person: PersonFacts, consent: ConsentFacts, waiting: WaitingFacts
) -> None:
    assert step.authorisation.ground == AuthorisationGround(consent.consent_id, person.session_id)
    assert person.usable
    assert person.is_wanted
    assert waiting.refused is None
    since = OPENED if request.prompt & {"login", "select_account"} else OPENED - 60 * SECOND if request.max_age else 0
    fresh = {method.name for method in person.methods if method.at >= since}
    assert fresh & {"pwd", "pin", "hwk", "phone"}
    assert step.authorisation.auth_time == max(method.at for method in person.methods if method.at >= since)
    how = amr(tuple(method for method in person.methods if method.at >= since))
    tells = bool(request.acr_values) and "acr" in consent.decided
    assert step.authorisation.amr == (how if tells else ())
    assert (step.authorisation.level == 2) == (
        person.account_level == 2 and bool(fresh & {"hwk", "phone"} or ("sms" in fresh and fresh & {"pwd", "pin"}))
    )
    assert (step.authorisation.acr == LEVEL_2) <= (step.authorisation.level == 2)
    assert step.authorisation.acr in (request.acr_values if tells else ("",))
    assert "consent" not in request.prompt or consent.changed_at >= OPENED
    assert "binding:child_account" not in request.scope or step.authorisation.on_behalf_of is not None
    for item in ITEMS:
        decision = consent.decided[item.name]
        assert (decision.purpose, decision.version) == (item.purpose, item.version)
        assert decision.given or decision.instead or not item.required


def test_whatever_is_issued_stands_on_every_condition() -> None:
    issued = 0
    for facts in product(EVERY_REQUEST, EVERY_PERSON, EVERY_CONSENT, EVERY_WAITING):
        request, person, consent, waiting = facts
        step = next_step(request, ITEMS, person, consent, waiting)
        if isinstance(step, Issue):
            assert step.authorisation.subject == person.person_id
            check_issued(step, request, person, consent, waiting)
            issued += 1
    assert issued > 100


@given(requests, st.none() | people, st.none() | consents, waitings)
def test_the_same_facts_decide_the_same_again(
    request: AuthorizationRequest, person: PersonFacts | None, consent: ConsentFacts | None, waiting: WaitingFacts
) -> None:
    one = next_step(request, ITEMS, person, consent, waiting)
    two = next_step(request, ITEMS, person, consent, waiting)
    if isinstance(one, Refuse) and isinstance(two, Refuse):
        assert isinstance(one.error, OAuthError)
        assert one.error.code == two.error.code
    else:
        assert one == two
