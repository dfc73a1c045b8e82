"""The table of moves, and the state that facts amount to."""

from itertools import product

import pytest

from vneid_idp.audit.events import Kind
from vneid_idp.bindings.lifecycle import EVENTS, LIVE, MOVES, Facts, Move, State, sources, state_of


def test_the_table_allows_exactly_this() -> None:
    allowed = {f"{state} {move} {end}" for (state, move), end in MOVES.items()}
    assert allowed == {
        "pending verify verified",
        "pending release released",
        "pending revoke revoked",
        "verified prove verified",
        "verified suspend suspended",
        "verified release released",
        "verified revoke revoked",
        "suspended resume verified",
        "suspended release released",
        "suspended revoke revoked",
    }


def test_nothing_follows_an_end() -> None:
    ends = set(State) - LIVE
    assert ends == {State.RELEASED, State.REVOKED}
    assert not [move for state, move in MOVES if state in ends]


def test_every_live_binding_can_be_ended() -> None:
    for state, move in product(LIVE, (Move.RELEASE, Move.REVOKE)):
        assert MOVES[state, move] not in LIVE


def test_every_move_has_its_own_event() -> None:
    assert set(EVENTS) == set(Move)
    assert len(set(EVENTS.values())) == len(Move)
    assert all(kind.value.startswith("binding.") for kind in EVENTS.values())
    assert EVENTS[Move.VERIFY] is Kind.BINDING_VERIFIED


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Facts(1), State.PENDING),
        (Facts(1, 2), State.VERIFIED),
        (Facts(1, 2, 3), State.SUSPENDED),
        (Facts(1, None, None, 4), State.RELEASED),
        (Facts(1, 2, 3, 4), State.RELEASED),
        (Facts(1, 2, 3, None, 5), State.REVOKED),
        (Facts(1, 2, 3, 4, 5), State.REVOKED),
    ],
)
def test_the_last_word_wins(facts: Facts, state: State) -> None:
    assert state_of(facts) is state


def test_sources_read_the_table_backwards() -> None:
    assert sources(Move.SUSPEND) == {State.VERIFIED}
    assert sources(Move.RELEASE) == LIVE
