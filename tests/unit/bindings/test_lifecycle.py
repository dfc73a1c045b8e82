"""The lifecycle of every kind: exhaustive, and as written."""

from dataclasses import replace
from enum import StrEnum
from itertools import product

import pytest

from tests.support.lifecycles import check, explore
from vneid_idp.audit.events import EventKind
from vneid_idp.bindings.engine.lifecycle import StateChange
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.bindings.social_accounts.lifecycle import LIFECYCLE, BindingFacts, BindingState, Move
from vneid_idp.bindings.subscriber_numbers.lifecycle import LIFECYCLE as NUMBERS


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_lives_as_its_table_says(name: str) -> None:
    lifecycle = KINDS[name].lifecycle
    states: set[StrEnum] = {end for source, move in lifecycle.moves for end in lifecycle.targets(source, move)}
    moves: set[StrEnum] = {move for _, move in lifecycle.moves}
    check(lifecycle, type(next(iter(states))), type(next(iter(moves))))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_its_facts_among_its_columns(name: str) -> None:
    kind = KINDS[name]
    columns = set(kind.table.c.keys())
    changes = kind.lifecycle.changes.values()
    assert {*kind.lifecycle.signs, kind.scope} <= columns
    assert {column for change in changes for column in (*change.happens, *change.undoes, *change.brings)} <= columns


def test_the_table_of_social_accounts_allows_exactly_this() -> None:
    allowed = {f"{state or 'nothing'} {move} {end}" for (state, move), end in LIFECYCLE.moves.items()}
    assert allowed == {
        "nothing verify verified",
        "verified prove verified",
        "verified suspend suspended",
        "verified release released",
        "verified revoke revoked",
        "suspended resume verified",
        "suspended release released",
        "suspended revoke revoked",
    }


def test_the_table_of_subscriber_numbers_allows_exactly_this() -> None:
    allowed: dict[str, set[str]] = {}
    for state, move in NUMBERS.moves:
        for end in NUMBERS.targets(state, move):
            allowed.setdefault(f"{move} {end}", set()).add(state or "nothing")
    trusted = {"confirmed", "verified", "rechecking"}
    awake = trusted | {"frozen"}
    assert allowed == {
        "confirm confirmed": {"nothing"},
        **{f"confirm_anew {state}": {state} for state in awake},
        "verify verified": awake,
        "recheck rechecking": trusted,
        "recheck frozen": {"frozen"},
        "recheck suspended": {"suspended"},
        "recheck disputed": {"disputed"},
        "freeze frozen": awake,
        "freeze suspended": {"suspended"},
        "freeze disputed": {"disputed"},
        **{f"thaw {end}": {"frozen"} for end in trusted},
        "dispute disputed": awake,
        "dispute suspended": {"suspended"},
        **{f"settle {end}": {"disputed"} for end in awake},
        "settle suspended": {"suspended"},
        "suspend suspended": awake | {"disputed"},
        **{f"resume {end}": {"suspended"} for end in awake | {"disputed"}},
        "release released": awake | {"suspended", "disputed"},
    }


def test_nothing_follows_an_end() -> None:
    ends = set(BindingState) - LIFECYCLE.live
    assert ends == {BindingState.RELEASED, BindingState.REVOKED}
    assert not [move for state, move in LIFECYCLE.moves if state in ends]


def test_every_live_account_can_be_ended() -> None:
    for state, move in product(LIFECYCLE.live, (Move.RELEASE, Move.REVOKE)):
        assert LIFECYCLE.moves[state, move] not in LIFECYCLE.live


def test_every_move_has_its_own_event() -> None:
    assert len(set(LIFECYCLE.events.values())) == len(Move)
    assert LIFECYCLE.events[Move.VERIFY] is EventKind.BINDING_VERIFIED


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (BindingFacts(1, 2), BindingState.VERIFIED),
        (BindingFacts(1, 2, 3), BindingState.SUSPENDED),
        (BindingFacts(1, 2, None, 4), BindingState.RELEASED),
        (BindingFacts(1, 2, 3, 4), BindingState.RELEASED),
        (BindingFacts(1, 2, 3, None, 5), BindingState.REVOKED),
        (BindingFacts(1, 2, 3, 4, 5), BindingState.REVOKED),
    ],
)
def test_the_last_word_wins(facts: BindingFacts, state: BindingState) -> None:
    assert LIFECYCLE.state_of(facts) is state


def test_sources_and_ends_read_the_table_backwards() -> None:
    assert LIFECYCLE.sources(Move.SUSPEND) == {BindingState.VERIFIED}
    assert LIFECYCLE.sources(Move.RELEASE) == LIFECYCLE.live
    assert LIFECYCLE.sources(Move.VERIFY) == frozenset()
    assert LIFECYCLE.ends(Move.RELEASE) == {BindingState.RELEASED}
    assert LIFECYCLE.ends(Move.SUSPEND) == frozenset()
    assert LIFECYCLE.final_facts == ("revoked_at", "released_at")


def test_a_change_that_its_table_contradicts_is_found() -> None:
    wrong = replace(LIFECYCLE, changes={**LIFECYCLE.changes, Move.RESUME: StateChange(happens=("verified_at",))})
    with pytest.raises(AssertionError, match="suspended resume"):
        explore(wrong)


def test_a_state_without_a_way_in_is_found() -> None:
    moves = {key: end for key, end in LIFECYCLE.moves.items() if key[1] is not Move.REVOKE}
    with pytest.raises(AssertionError, match="dead"):
        check(replace(LIFECYCLE, moves=moves), BindingState, Move)


def test_a_kind_whose_bindings_do_not_say_where_they_stand_is_none() -> None:
    class Silent(Binding):
        kind = "silent"

    with pytest.raises(TypeError, match="abstract"):
        Silent("cli_1", "bind_1", "per_1", None)  # type: ignore[abstract]
