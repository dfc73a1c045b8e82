"""Claims: what is asked, what a person decides, and that nothing leaves which was not given."""

from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.protocol.checks.claims_parameter import read_claims
from vneid_idp.protocol.claims import (
    BINDING_CLAIMS,
    CHILD_ACCOUNT,
    CLAIMS,
    PERMISSIONS,
    SCOPE_CLAIMS,
    SCOPES,
    SMALLER_PROOFS,
    SOCIAL_ACCOUNT,
    ClaimsRequest,
    Decision,
    Item,
    asked_of,
    granted_scope,
    items_of,
    release,
    scope_of,
    undecided,
)
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.errors import InvalidRequest

TEXT = {"vi": "…", "en": "…"}


def purpose(name: str, version: int = 1, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Purpose:
    return Purpose(name, version, TEXT, TEXT, TEXT, TEXT, required, optional)


def client(*purposes: Purpose, scope: tuple[str, ...] = SCOPES) -> Client:
    return Client("cli_a", "A", scope=scope, purposes=purposes)


ACCOUNT = purpose("account", 3, ("age_band",), ("birthdate", "email", "age_over_18"))
GIVEN, LEFT_OUT = Decision("account", 3, given=True), Decision("account", 3, given=False)
SMALLER = Decision("account", 3, given=False, instead="age_over_16")


def test_the_claims_parameter_is_read() -> None:
    text = (
        '{"userinfo":{"email":null,"age_over_21":{"essential":true},"unknown":null,"name":{"value":"a","x":1}},'
        '"id_token":{"acr":{"values":["u"]},"sub":{"value":"s"},"auth_time":{"essential":true}},"other":3}'
    )
    assert read_claims(text) == {
        "userinfo": {"email": {}, "age_over_21": {"essential": True}, "name": {"value": "a"}},
        "id_token": {"acr": {"values": ["u"]}, "sub": {"value": "s"}, "auth_time": {"essential": True}},
    }
    assert read_claims(None) == {}
    assert read_claims('{"userinfo":null}') == {}


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "1", "null", '"a"', '{"userinfo":[]}', '{"id_token":"x"}', '{"userinfo":{"email":1}}',
     '{"userinfo":{"email":true}}', '{"userinfo":{"unknown":[]}}', "{" * 5000, '{"userinfo":' * 2000,
     '{"userinfo":{"sub":{"value":' + "[" * 255 + "]" * 255 + "}}}"],
)  # fmt: skip
def test_a_malformed_claims_parameter_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_claims(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
rules = st.none() | st.dictionaries(st.sampled_from(["essential", "value", "values", "x"]), json_values, max_size=3)
places = st.dictionaries(st.sampled_from([*CLAIMS, "sub", "acr", "age_over_7", "x"]), rules, max_size=5)
wanted = st.fixed_dictionaries({}, optional={"userinfo": places, "id_token": places})


@given(st.text() | json_values.map(lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidRequest):
        read_claims(text)


@given(wanted)
def test_what_was_read_survives_storage(value: dict[str, dict[str, object]]) -> None:
    read = read_claims(orjson.dumps(value).decode())
    assert orjson.loads(orjson.dumps(read)) == read
    assert read_claims(orjson.dumps(read).decode()) == read


@pytest.mark.parametrize(
    ("claim", "scope"),
    [("age_over_1", "age"), ("age_over_999", "age"), ("age_over_1000", None), ("age_over_", None),
     ("age_over_18\n", None), ("age_over_016", None), ("age_over_0", None), ("age_over_１６", None),
     ("age_over_١٦", None), ("AGE_OVER_16", None),
     ("age_over_x", None), ("email", "email"), ("id_number", "id_number"), ("sub", None)],
)  # fmt: skip
def test_the_scope_of_a_claim(claim: str, scope: str | None) -> None:
    assert scope_of(claim) == scope


def test_scopes_ask_for_userinfo_or_for_what_is_bound() -> None:
    claims: ClaimsRequest = {"userinfo": {"name": {}}, "id_token": {"email": {}, "acr": {}}}
    assert asked_of("userinfo", ("openid", "full_name", "age"), claims) == (
        "full_name", "age_over_13", "age_over_16", "age_over_18", "age_band", "name"
    )  # fmt: skip
    assert asked_of("id_token", ("openid", "full_name", "age"), claims) == ("email",)
    assert asked_of("binding", ("openid", "full_name", "age"), claims) == ()
    assert asked_of("binding", (CHILD_ACCOUNT, SOCIAL_ACCOUNT), claims) == BINDING_CLAIMS
    assert asked_of("userinfo", (CHILD_ACCOUNT, SOCIAL_ACCOUNT), {"userinfo": {"binding_level": {}}}) == ()


def test_items_are_what_a_purpose_covers_and_the_client_is_permitted() -> None:
    asked: ClaimsRequest = {"userinfo": {"birthdate": {}, "full_name": {}}, "id_token": {"email": {}}}
    assert items_of(client(ACCOUNT), ("openid", "age", "offline_access"), asked) == (
        Item("age_over_18", "account", 3, required=False, since=3),
        Item("age_band", "account", 3, required=True, since=3),
        Item("birthdate", "account", 3, required=False, since=3),
        Item("email", "account", 3, required=False, since=3),
        Item("offline_access", "account", 3, required=True, since=3),
    )
    permitted = client(ACCOUNT, scope=("openid", "age"))
    assert "email" not in {item.name for item in items_of(permitted, ("openid",), asked)}


def test_what_is_bound_tells_what_a_purpose_names_where_the_scope_to_bind_is_asked_for() -> None:
    named = client(purpose("a", 1, ("binding_level",), ("binding_age_band", "email")))
    level = Item("binding_level", "a", 1, required=True, since=1)
    band = Item("binding_age_band", "a", 1, required=False, since=1)
    for scope in (SOCIAL_ACCOUNT, CHILD_ACCOUNT):
        assert items_of(named, ("openid", scope), {})[:2] == (level, band)
    # By scope alone, and by one that the client still has.
    by_name: ClaimsRequest = {"userinfo": {"binding_level": {}}, "id_token": {"binding_level": {}}}
    assert items_of(named, ("openid",), by_name) == ()
    lost = client(*named.purposes, scope=("openid", SOCIAL_ACCOUNT))
    assert items_of(lost, ("openid", CHILD_ACCOUNT), {}) == ()


def test_without_a_purpose_nothing_is_asked() -> None:
    assert items_of(client(), SCOPES, {"userinfo": {"email": {}}}) == ()


def test_of_the_purposes_that_cover_a_claim_the_one_that_demands_most_of_it_is_its_ground() -> None:
    offered, needed = purpose("a", 1, (), ("birthdate",)), purpose("b", 7, ("birthdate",))
    law = replace(purpose("law", 2, ("birthdate",)), required_in_full=("birthdate",))
    for purposes, of in (((offered, needed), needed), ((offered, needed, law), law), ((law, needed), law)):
        (item,) = items_of(client(*purposes), ("openid",), {"userinfo": {"birthdate": {}}})
        assert (item.purpose, item.required, item.in_full) == (of.id, True, of is law)
        answered = {"birthdate": Decision("a", 1, given=False, instead="age_over_16")}
        assert undecided((item,), answered) == (item,), "what was answered to another purpose is asked for this one"


def test_the_first_of_purposes_that_cover_a_claim_alike_is_its_ground() -> None:
    two = client(purpose("a", 1, (), ("email",)), purpose("b", 7, (), ("email",)))
    assert items_of(two, ("openid", "email"), {}) == (Item("email", "a", 1, required=False, since=1),)
    permission = Item("offline_access", "a", 1, required=True, since=1)
    assert items_of(two, ("openid", "offline_access"), {}) == (permission,), "any purpose is a ground for a permission"


def test_an_age_is_told_where_a_purpose_names_it_and_a_purpose_about_ages_covers_no_other() -> None:
    asked: ClaimsRequest = {"userinfo": {"age_over_21": {}, "age_over_18": {}}}
    assert items_of(client(ACCOUNT), ("openid",), asked) == (
        Item("age_over_18", "account", 3, required=False, since=3),
    )
    named = purpose("a", 1, (), ("age_over_21",))
    assert items_of(client(named), ("openid",), asked) == (Item("age_over_21", "a", 1, required=False, since=1),)


@pytest.mark.parametrize(
    ("decision", "required", "stands"),
    [
        (None, False, False),
        (GIVEN, True, True),
        (SMALLER, True, True),
        (LEFT_OUT, False, True),
        (LEFT_OUT, True, False),
        (Decision("account", 2, given=True), False, False),
        (Decision("account", 4, given=True), False, False),
        (Decision("other", 3, given=True), False, False),
    ],
)
def test_what_is_asked_again(decision: Decision | None, required: bool, stands: bool) -> None:
    item = Item("birthdate", "account", 3, required, since=3)
    decided = {} if decision is None else {"birthdate": decision}
    assert undecided((item,), decided) == (() if stands else (item,))


def test_what_was_left_out_is_offered_again_after_a_time_and_what_was_given_is_not() -> None:
    item = Item("email", "account", 3, required=False, since=3)
    answers = {given: Decision("account", 3, given, at=100) for given in (True, False)}
    smaller = Decision("account", 3, given=False, instead="age_over_16", at=100)
    assert undecided((item,), {"email": answers[False]}, 100) == ()
    assert undecided((item,), {"email": answers[False]}, 101) == (item,)
    assert undecided((item,), {"email": answers[True]}, 101) == undecided((item,), {"email": smaller}, 101) == ()


def test_a_smaller_proof_is_no_answer_where_the_value_is_required_in_full() -> None:
    strict = replace(purpose("account", 3, ("birthdate",)), required_in_full=("birthdate",))
    items = items_of(client(strict), ("openid", "profile"), {})
    assert items == (Item("birthdate", "account", 3, required=True, since=3, in_full=True),)
    assert undecided(items, {"birthdate": GIVEN}) == ()
    assert undecided(items, {"birthdate": SMALLER}) == items
    assert undecided(items, {"birthdate": LEFT_OUT}) == items


def test_a_smaller_proof_leaves_in_the_place_of_the_claim_and_says_so() -> None:
    asked: ClaimsRequest = {"userinfo": {"birthdate": {}, "email": {}, "gender": {}}}
    found = release("userinfo", ("openid",), asked, {"birthdate": SMALLER, "email": LEFT_OUT})
    assert tuple(found.claims) == ("age_over_16",)
    assert found.substituted == {"birthdate": "age_over_16"}
    assert release("id_token", ("openid",), asked, {"birthdate": GIVEN}).claims == {}


def test_an_age_leaves_as_of_the_answer_and_one_given_twice_as_of_the_later() -> None:
    asked: ClaimsRequest = {"userinfo": {"birthdate": {}, "age_over_16": {}, "age_band": {}}}
    own, instead, band = replace(GIVEN, at=1), replace(SMALLER, at=2), replace(GIVEN, at=3)
    for both in ({"age_over_16": own, "birthdate": instead}, {"birthdate": instead, "age_over_16": own}):
        found = release("userinfo", ("openid",), asked, {**both, "age_band": band})
        assert found.claims == {"age_over_16": 2, "age_band": 3}
    assert release("userinfo", ("openid",), asked, {"age_over_16": own}).claims == {"age_over_16": 1}


names = st.sampled_from([*CLAIMS, "age_over_21"])
decisions = st.dictionaries(
    names | st.sampled_from(list(PERMISSIONS)),
    st.builds(Decision, st.just("account"), st.integers(1, 2), st.booleans(), st.none() | st.just("age_over_16")),
)
scopes = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)


@given(st.sampled_from(["userinfo", "id_token"]), scopes, wanted, decisions)
def test_nothing_is_released_that_was_not_given(
    place: str, scope: tuple[str, ...], value: dict[str, dict[str, object]], decided: dict[str, Decision]
) -> None:
    claims = read_claims(orjson.dumps(value).decode())
    found = release(place, scope, claims, decided)
    asked = asked_of(place, scope, claims)
    given_itself = {name for name in asked if name in decided and decided[name].given}
    smaller = {
        name: decided[name].instead
        for name in asked
        if name in decided and not decided[name].given and decided[name].instead is not None
    }
    assert set(found.claims) == given_itself | set(smaller.values())
    # A name that is its own smaller proof takes nothing's place.
    assert found.substituted == {name: proof for name, proof in smaller.items() if proof != name}


@given(scopes, decisions)
def test_the_scope_that_is_left_is_what_was_asked_and_agreed(
    scope: tuple[str, ...], decided: dict[str, Decision]
) -> None:
    left = granted_scope(scope, decided)
    assert set(left) <= set(scope)
    assert ("openid" in left) == ("openid" in scope)
    for name in scope:
        if name in PERMISSIONS:
            assert (name in left) == (name in decided and decided[name].given)
        elif name != "openid":
            agreed = [decided[c] for c in SCOPE_CLAIMS[name] if c in decided]
            assert (name in left) == any(d.given or d.instead for d in agreed)


@given(scopes, decisions)
def test_everything_decided_is_not_asked_again(scope: tuple[str, ...], decided: dict[str, Decision]) -> None:
    items = items_of(client(ACCOUNT), scope, {})
    missing = undecided(items, decided)
    given_now = {item.name: Decision(item.purpose, item.version, given=True) for item in missing}
    assert undecided(items, {**decided, **given_now}) == ()
    newer = items_of(client(purpose("account", 4, ACCOUNT.required, ACCOUNT.optional)), scope, {})
    assert undecided(newer, {**decided, **given_now}) == newer


def test_a_smaller_proof_is_a_claim_of_ours() -> None:
    for claim, smaller in SMALLER_PROOFS.items():
        assert scope_of(claim)
        assert scope_of(smaller)


def test_what_is_given_is_the_claim_or_the_smaller_proof_in_its_place() -> None:
    assert [decision.gives for decision in (GIVEN, SMALLER, LEFT_OUT)] == [True, True, False]
    assert [decision.given_as("birthdate") for decision in (GIVEN, SMALLER)] == ["birthdate", "age_over_16"]
