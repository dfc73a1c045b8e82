"""What still counts of what was granted: from facts that succeed, each condition broken once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Origin
from vneid_idp.protocol.claims import (
    BINDING_CLAIMS,
    CHILD_ACCOUNT,
    CLAIMS,
    PERMISSIONS,
    SCOPES,
    SOCIAL_ACCOUNT,
    Decision,
)
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.permitted import counting, may_refresh, permitted, told

TEXT = {"vi": "…", "en": "…"}
PURPOSE = Purpose("a", 3, TEXT, TEXT, TEXT, TEXT, ("age_band",), ("email", "birthdate"), answers_since=2)
CLIENT = Client(
    "cli_a",
    "A",
    scope=SCOPES,
    purposes=(PURPOSE,),
    grant_types=("authorization_code", "refresh_token", "client_credentials"),
)
GIVEN = Decision("a", 2, given=True)
GRANTED = Authorisation(
    "cli_a", "per_a", ("openid", "email", "offline_access"), Origin.BROWSER, AuthorisationGround("con_a")
)
DECIDED = {"email": GIVEN, "offline_access": GIVEN}


def without(*scopes: str) -> Client:
    return replace(CLIENT, scope=tuple(name for name in SCOPES if name not in scopes))


def of(*purposes: Purpose) -> Client:
    return replace(CLIENT, purposes=purposes)


def test_what_was_granted_counts_while_all_stands() -> None:
    assert permitted(CLIENT, GRANTED, DECIDED) == GRANTED
    smaller = {"birthdate": Decision("a", 3, given=False, instead="age_over_16")}
    assert permitted(CLIENT, replace(GRANTED, scope=("openid", "profile")), smaller).scope == ("openid", "profile")


def test_how_somebody_signed_in_is_told_while_the_agreement_to_that_counts() -> None:
    proven = replace(GRANTED, acr="urn:vneid:level:2", amr=("pwd", "otp"))
    agreed = {**DECIDED, "acr": GIVEN}
    assert permitted(CLIENT, proven, agreed) == proven
    assert permitted(without(*SCOPES), proven, agreed).acr == proven.acr, "no scope is the ground of it"
    for client, decided in ((CLIENT, DECIDED), (of(replace(PURPOSE, id="b")), agreed)):
        assert (permitted(client, proven, decided).acr, permitted(client, proven, decided).amr) == ("", ())


def test_an_answer_about_an_age_that_no_purpose_names_does_not_count() -> None:
    assert counting(CLIENT, {"age_band": GIVEN, "age_over_21": GIVEN}) == {"age_band": GIVEN}
    named = of(replace(PURPOSE, optional=("age_over_21",)))
    assert counting(named, {"age_over_21": GIVEN, "age_over_20": GIVEN}) == {"age_over_21": GIVEN}


@pytest.mark.parametrize(
    ("client", "decided", "left"),
    [
        (without("email"), DECIDED, ("openid", "offline_access")),
        (without("offline_access"), DECIDED, ("openid", "email")),
        (without("openid"), DECIDED, ("openid", "email", "offline_access")),
        (of(replace(PURPOSE, optional=())), DECIDED, ("openid", "offline_access")),
        (of(), DECIDED, ("openid",)),
        (of(replace(PURPOSE, id="b")), DECIDED, ("openid",)),
        (of(replace(PURPOSE, answers_since=3)), DECIDED, ("openid",)),
        (of(replace(PURPOSE, claims_since={"email": 3})), DECIDED, ("openid", "offline_access")),
        (of(replace(PURPOSE, version=1, answers_since=None)), DECIDED, ("openid",)),
        (of(replace(PURPOSE, id="b"), PURPOSE), DECIDED, ("openid", "email", "offline_access")),
        (CLIENT, {**DECIDED, "email": replace(GIVEN, given=False)}, ("openid", "offline_access")),
        (CLIENT, {"offline_access": GIVEN}, ("openid", "offline_access")),
        (CLIENT, {"email": GIVEN}, ("openid", "email")),
    ],
)
def test_each_of_the_three_takes_its_own_away(
    client: Client, decided: dict[str, Decision], left: tuple[str, ...]
) -> None:
    assert permitted(client, GRANTED, decided).scope == left


def test_a_clients_own_authorisation_is_what_its_registration_permits() -> None:
    own = Authorisation("cli_a", None, ("binding:social_account", "admin:policy"), Origin.CLIENT)
    assert permitted(CLIENT, own, {}).scope == ("binding:social_account",)
    assert permitted(without("binding:social_account"), own, {}).scope == ()
    assert permitted(replace(CLIENT, grant_types=("authorization_code",)), own, {}).scope == ()


def test_who_may_not_refresh_or_was_not_given_offline_access_does_not_go_on_alone() -> None:
    assert may_refresh(CLIENT, GRANTED.scope)
    assert not may_refresh(CLIENT, ("openid", "email"))
    assert not may_refresh(replace(CLIENT, grant_types=("authorization_code",)), GRANTED.scope)


LINKED = replace(CLIENT, purposes=(replace(PURPOSE, optional=("binding_level", "binding_method")),))
TOLD = {"binding_level": GIVEN, "binding_method": replace(GIVEN, given=False), SOCIAL_ACCOUNT: GIVEN}


def test_of_what_is_bound_is_told_what_was_agreed_while_the_permission_to_bind_counts() -> None:
    assert told(LINKED, TOLD, SOCIAL_ACCOUNT) == {"binding_level": GIVEN}
    assert told(LINKED, TOLD | {CHILD_ACCOUNT: GIVEN}, CHILD_ACCOUNT) == {"binding_level": GIVEN}


@pytest.mark.parametrize(
    ("client", "decided", "permission"),
    [
        (LINKED, {"binding_level": GIVEN}, SOCIAL_ACCOUNT),
        (LINKED, TOLD | {SOCIAL_ACCOUNT: replace(GIVEN, given=False)}, SOCIAL_ACCOUNT),
        (LINKED, TOLD, CHILD_ACCOUNT),
        (LINKED, TOLD | {"binding_level": replace(GIVEN, given=False)}, SOCIAL_ACCOUNT),
        (LINKED, TOLD | {"binding_level": replace(GIVEN, purpose="b")}, SOCIAL_ACCOUNT),
        (LINKED, TOLD | {"binding_level": replace(GIVEN, version=1)}, SOCIAL_ACCOUNT),
        (LINKED, {}, SOCIAL_ACCOUNT),
        (replace(LINKED, scope=("openid", CHILD_ACCOUNT)), TOLD, SOCIAL_ACCOUNT),
        (replace(LINKED, purposes=()), TOLD, SOCIAL_ACCOUNT),
        (replace(LINKED, purposes=(PURPOSE,)), TOLD, SOCIAL_ACCOUNT),
    ],
)
def test_each_condition_of_what_is_told_takes_it_away(
    client: Client, decided: dict[str, Decision], permission: str
) -> None:
    assert told(client, decided, permission) == {}


scopes = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)
answers = st.dictionaries(
    st.sampled_from([*CLAIMS, *BINDING_CLAIMS, *PERMISSIONS, "age_over_21"]),
    st.builds(Decision, st.sampled_from("ab"), st.integers(1, 4), st.booleans(), st.none() | st.just("age_over_16")),
)


@given(scopes, scopes, answers)
def test_nothing_is_ever_added(
    granted: tuple[str, ...], registered: tuple[str, ...], decided: dict[str, Decision]
) -> None:
    client = replace(CLIENT, scope=registered)
    counts = counting(client, decided)
    assert counts.items() <= decided.items()
    left = permitted(client, replace(GRANTED, scope=granted), decided).scope
    assert set(left) <= set(granted)
    assert set(left) - {"openid"} <= set(registered)
